import Foundation

/// Round numbers for an axis.
public enum AxisTicks {
  /// Multiples of 1, 2 or 5 times a power of ten inside the range, about `count` of them.
  public static func values(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    let span = range.upperBound - range.lowerBound
    guard span > 0 else { return [range.lowerBound] }
    let rough = span / Double(count)
    let power = pow(10, floor(log10(rough)))
    let steps = [1, 2, 5, 10].map { $0 * power }
    let step = steps.min { abs(log($0 / rough)) < abs(log($1 / rough)) } ?? rough
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    return first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
  }

  /// Powers of ten inside the range, every one, every second, ... so that there are at most `count`.
  public static func decades(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    guard range.lowerBound > 0 else { return [] }
    let first = Int((log10(range.lowerBound) - 1e-9).rounded(.up))
    let last = Int((log10(range.upperBound) + 1e-9).rounded(.down))
    guard first <= last else { return [range.lowerBound, range.upperBound] }
    return stride(from: first, through: last, by: max(1, (last - first) / count + 1)).map { pow(10, Double($0)) }
  }

  /// With as many digits as neighbouring values need.
  public static func label(_ value: Double, among values: [Double]) -> String {
    let step = values.count > 1 ? abs(values[1] - values[0]) : max(abs(value), 1)
    let digits = step > 0 ? max(0, Int((-log10(step) - 1e-9).rounded(.up))) : 0
    return String(format: "%.\(digits)f", value == 0 ? 0 : value)
  }
}
