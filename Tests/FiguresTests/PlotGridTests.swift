// Several plots in one drawing.
import Figures
import Foundation
import TestSupport
import Testing

@Suite struct PlotGridTests {
  private func curve(_ values: [Double], _ ys: [Double], label: String = "curve") -> LinePlot.Curve {
    var curve = LinePlot.Curve(label: label, color: LinePlot.colors[0], points: Array(zip(values, ys)))
    curve.errors = ys.map { _ in 0.1 }
    curve.dotRadius = 3
    return curve
  }

  private func plot(_ values: [Double], _ ys: [Double]) -> LinePlot {
    var plot = LinePlot(
      title: "", xTitle: "entropy coefficient", yTitle: "mean return per game (points), ±1 standard error",
      curves: [curve(values, ys)])
    plot.xScale = .fitting(values)
    plot.xTicks = values
    return plot
  }

  static let values: [[Double]] = [
    [0.1], [0.01, 0.1], [0, 0.01, 0.05, 0.1, 0.3, 0.5, 1],
    [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1], [0.9, 0.99, 0.999, 0.9999],
    [0.01, 0.0101, 0.0102, 0.0103], (0..<24).map { 0.01 * Double($0 + 1) },
  ]

  @Test(arguments: values) func labelsDoNotTouch(values: [Double]) throws {
    let ramp = values.indices.map { Double($0) * 24.7 - 3 }
    let equal = values.map { _ in 0.25 }
    var missing = ramp
    missing[values.count / 2] = .nan
    for ys in [ramp, equal, ramp.map { -$0 * 1000 }, missing] where ys.contains(where: \.isFinite) {
      var labelled = plot(values, ys)
      labelled.xLabel = { "\($0)" }
      let layout = try SVGLayout(try #require(labelled.svg()))
      #expect(layout.problems == [])
      #expect(values.allSatisfy { layout.contents.contains("\($0)") }, "every value has its label")
    }
  }

  @Test func manyPanelsWithLongNamesDoNotTouch() throws {
    let long = "a-very-long-name-of-a-training-that-nobody-should-choose-but-somebody-will"
    var panels = (0..<7).map { _ in plot([0.01, 0.1, 1], [-1, 0, 1]) }
    for i in panels.indices {
      panels[i].title = "\(long), gae lambda 0.\(i)"
      panels[i].curves += (0..<12).map { curve([0.01, 0.1, 1], [0, 1, 2], label: "\(long)-\($0)") }
    }
    var grid = PlotGrid(title: long + long, subtitle: long + " " + long, panels: panels, columns: 3)
    grid.legendTitle = "entropy coefficient, gae lambda, learning rate"
    let layout = try SVGLayout(try #require(grid.svg()))
    #expect(layout.problems == [])
    #expect(layout.contents.filter { $0 == "\(long)-3" }.count == 1, "one entry in the legend")
    #expect(layout.label?.contains(long) == true)
  }

  @Test func namesLeanWhereTheyWouldTouch() throws {
    var plot = plot((0..<6).map(Double.init), [1, 2, 3, 4, 5, 6])
    plot.xScale = .ranks
    plot.xLabel = { "entropy_coefficient=0.0\(Int($0))_gae_lambda=0.95" }
    let svg = try #require(plot.svg())
    #expect(svg.contains("rotate(-45"))
    #expect(try SVGLayout(svg).problems == [])
  }

  @Test func aMissingValueIsAGap() throws {
    let whole = try #require(plot([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]).svg())
    let broken = try #require(plot([1, 2, 3, 4, 5], [1, 2, .nan, 4, 5]).svg())
    func bands(_ svg: String) -> Int { svg.components(separatedBy: "fill-opacity=\"0.15\"").count - 1 }
    #expect(bands(whole) == 1)
    #expect(bands(broken) == 2)
    #expect(!broken.contains("nan"))
  }

  @Test func nothingIsJoinedAcrossTheBreakBeforeZero() throws {
    var plot = plot([0, 0.01, 0.1], [1, 2, 3])
    plot.curves[0].label = nil
    let svg = try #require(plot.svg())
    let joined = svg.split(separator: "\n").filter { $0.contains("<polyline") && $0.contains("stroke-width=\"2\"") }
    #expect(joined.count == 1)
    #expect(joined[0].split(separator: "\"")[1].split(separator: " ").count == 2, "0 is not on the line")
    #expect(svg.contains("0 apart"))
  }

  @Test(arguments: [
    (0.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (20.0, ["18.0", "20.0", "22.0"]),
    (-0.25, ["-0.27", "-0.26", "-0.25", "-0.24", "-0.23"]),
  ]) func whatStaysTheSameHasAScaleToReadItOn(value: Double, ticks: [String]) throws {
    var constant = plot([1, 2, 3], [value, value, value])
    constant.curves[0].errors = []
    let contents = try SVGLayout(try #require(constant.svg())).contents
    for tick in ticks { #expect(contents.contains(tick), "\(tick) of \(contents)") }
    #expect(contents.allSatisfy { $0.count < 8 || $0.contains(" ") }, "no ticks of many digits: \(contents)")
  }

  @Test func darkPagesReplaceEveryColourThatDrawingsUse() throws {
    var all = plot([0, 0.01, 0.1], [1, 2, 3])
    all.curves = LinePlot.colors.map { color in
      var curve = all.curves[0]
      curve.color = color
      return curve
    }
    (all.marksZero, all.markers) = (true, [(0.05, "here")])
    let svg = try #require(all.svg())
    let parts = svg.components(separatedBy: "</style>")
    #expect(parts.count == 2 && parts[0].contains("prefers-color-scheme: dark"))
    // What is light or dark enough to be seen on both papers stays.
    let kept: Set<Substring> = ["none", "#cc79a7", "#e69f00"]
    for attribute in ["fill", "stroke"] {
      let used = Set(parts[1].split(separator: "\(attribute)=\"").dropFirst().map { $0.prefix { $0 != "\"" } })
      for color in used.subtracting(kept) {
        #expect(parts[0].contains("[\(attribute)=\"\(color)\"] { \(attribute): #"), "\(attribute) \(color)")
      }
    }
  }

  @Test func emptyPanelsAreLeftOut() throws {
    let grid = PlotGrid(title: "t", panels: [plot([1], [.nan]), plot([1, 2], [1, 2])], columns: 2)
    #expect(try SVGLayout(try #require(grid.svg())).contents.filter { $0 == "entropy coefficient" }.count == 1)
    #expect(PlotGrid(title: "t", panels: [plot([1], [.nan])], columns: 1).svg() == nil)
  }
}
