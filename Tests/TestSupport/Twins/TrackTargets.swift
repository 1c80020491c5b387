/// Float64 twin of Shaders/PPO/track_targets.comp: moments of the value targets of one run, later rollouts counting more.
public struct TrackTargets: Sendable {
  /// Mean and mean square of every rollout's targets, in order.
  private var rollouts: [(mean: Double, square: Double)] = []

  public init() {}

  public mutating func add(_ targets: [Double]) {
    let count = Double(targets.count)
    rollouts.append((targets.reduce(0, +) / count, targets.map { $0 * $0 }.reduce(0, +) / count))
  }

  /// The weights of the rollouts, 0.99 to the power of their age, without a common factor.
  private var weights: [Double] {
    var weight = 1.0
    return rollouts.indices.map { _ in
      defer { weight *= 0.99 }
      return weight
    }.reversed()
  }

  private func average(_ value: (Double, Double) -> Double) -> Double {
    let weights = weights
    return zip(weights, rollouts).map { $0 * value($1.mean, $1.square) }.reduce(0, +) / weights.reduce(0, +)
  }

  public var mean: Double { rollouts.isEmpty ? 0 : average { mean, _ in mean } }
  /// Standard deviation, at least 0.1.
  public var scale: Double {
    guard !rollouts.isEmpty else { return 1 }
    return max(average { _, square in square } - mean * mean, 0.01).squareRoot()
  }
}
