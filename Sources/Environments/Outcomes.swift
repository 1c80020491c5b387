/// A number that is the sum of one outcome over episodes divided by that of another, for example wins per game that ended
/// early.
public struct OutcomeRatio: Sendable, Hashable {
  public let name: String
  /// Names among the game's outcomes.
  public let numerator, denominator: String

  public init(_ name: String, of numerator: String, per denominator: String) {
    self.name = name
    self.numerator = numerator
    self.denominator = denominator
  }
}

/// A number that is reported about many episodes: the mean of an outcome, or the ratio of the sums of two.
public struct OutcomeQuantity: Sendable, Hashable {
  public let name: String
  /// Places among the game's outcomes; without a denominator the number is per episode.
  private let numerator: Int
  private let denominator: Int?

  init(name: String, numerator: Int, denominator: Int?) {
    self.name = name
    self.numerator = numerator
    self.denominator = denominator
  }

  /// What is divided by what.
  /// - Parameter sums: E sums over `episodes` episodes; none at all stand for zeros.
  public func parts(sums: [Double], episodes: Int) -> (numerator: Double, denominator: Double) {
    guard !sums.isEmpty else { return (0, denominator == nil ? Double(episodes) : 0) }
    return (sums[numerator], denominator.map { sums[$0] } ?? Double(episodes))
  }

  /// nil where there is nothing to divide by.
  public func value(sums: [Double], episodes: Int) -> Double? {
    let parts = parts(sums: sums, episodes: episodes)
    return parts.denominator == 0 ? nil : parts.numerator / parts.denominator
  }
}

extension EnvironmentText {
  /// What metrics and evaluations report of the game's outcomes: every mean, then every ratio.
  public var outcomeQuantities: [OutcomeQuantity] {
    func place(_ name: String) -> Int {
      guard let place = outcomeNames.firstIndex(of: name) else { preconditionFailure("no outcome called \(name)") }
      return place
    }
    return outcomeNames.map { OutcomeQuantity(name: $0, numerator: place($0), denominator: nil) }
      + outcomeRatios.map {
        OutcomeQuantity(name: $0.name, numerator: place($0.numerator), denominator: place($0.denominator))
      }
  }
}
