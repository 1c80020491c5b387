/// Median, least and most of several measurements.
public struct Spread: Sendable, Codable, Equatable {
  public let median, min, max: Double

  /// - Parameter values: At least one.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "nothing was measured")
    let sorted = values.sorted()
    let middle = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    self.init(median: middle, min: sorted[0], max: sorted[sorted.count - 1])
  }

  private init(median: Double, min: Double, max: Double) {
    (self.median, self.min, self.max) = (median, min, max)
  }

  /// The same measurements in another unit.
  public func scaled(by factor: Double) -> Spread {
    Spread(median: median * factor, min: min * factor, max: max * factor)
  }
}
