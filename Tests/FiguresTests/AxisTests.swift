// Scales and ticks.
import Figures
import Testing

@Suite struct AxisTests {
  @Test(arguments: [
    ([0.01, 0.1, 1], AxisScale.logarithmic), ([0, 0.01, 0.1, 1], .logarithmicWithZero), ([0, 0.05], .linear),
    ([0.9, 0.95, 1], .linear), ([-1, 0, 1, 100], .ranks), ([0.9, 0.99, 0.999, 0.9999], .ranks), ([0.3], .ranks),
    ([0.5, 0.5], .ranks), ([0.01, 0.0101, 1], .ranks), ([], .ranks),
  ]) func aScaleShowsValuesApart(values: [Double], scale: AxisScale) {
    #expect(AxisScale.fitting(values) == scale)
  }

  @Test func ticksAreAsManyAsAsked() {
    for (range, count) in [(0.0...1.1, 5), (-0.1...1.2, 6), (0...51_200, 5), (0.7...0.9, 5), (-3...24, 6)] {
      let ticks = AxisTicks.values(range, count: count)
      #expect((count - 2...count + 3).contains(ticks.count), "\(range): \(ticks)")
      #expect(ticks.allSatisfy(range.contains))
    }
  }

  @Test func textIsWrappedAtSpacesAndInsideLongWords() {
    // 7.2 pixels per character at size 12.
    #expect(SVGDocument.wrapped("one two three", width: 60, size: 12) == ["one two", "three"])
    #expect(SVGDocument.wrapped("abcdefghijklm", width: 36, size: 12) == ["abcde", "fghij", "klm"])
    #expect(SVGDocument.wrapped("", width: 60, size: 12) == [])
  }
}
