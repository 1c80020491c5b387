/// A mean with its standard error.
public struct Estimate: Sendable, Hashable, Codable {
  public let mean: Double
  /// nil where the number of samples does not allow one.
  public let standardError: Double?
  /// Samples behind the mean: runs, teams or disjoint teams.
  public let count: Int

  public init(mean: Double, standardError: Double?, count: Int) {
    self.mean = mean
    self.standardError = standardError
    self.count = count
  }

  /// Mean of independent samples, standard error std(ddof = 1) / sqrt(count); nil without samples.
  public init?(_ samples: [Double]) {
    guard !samples.isEmpty else { return nil }
    let mean = samples.reduce(0, +) / Double(samples.count)
    self.init(
      mean: mean, standardError: standardDeviation(samples).map { $0 / Double(samples.count).squareRoot() },
      count: samples.count)
  }

  enum CodingKeys: String, CodingKey {
    case mean, count
    case standardError = "standard_error"
  }
}

/// With ddof = 1; nil for fewer than two samples.
func standardDeviation(_ samples: [Double]) -> Double? {
  guard samples.count > 1 else { return nil }
  let mean = samples.reduce(0, +) / Double(samples.count)
  let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(samples.count - 1)).squareRoot()
}
