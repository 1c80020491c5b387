/// Float64 twin of Shaders/PPO/sum_outcomes.comp for one run.
public enum SumOutcomes {
  /// - Parameters:
  ///   - outcomes: (T, N, E)
  ///   - dones: (T, N)
  /// - Returns: E sums over the episodes that ended.
  public static func sums(_ outcomes: [[[Double]]], dones: [[Bool]]) -> [Double] {
    var sums = [Double](repeating: 0, count: outcomes[0][0].count)
    for (step, endings) in zip(outcomes, dones) {
      for (episode, ended) in zip(step, endings) where ended {
        for (outcome, value) in episode.enumerated() { sums[outcome] += value }
      }
    }
    return sums
  }
}
