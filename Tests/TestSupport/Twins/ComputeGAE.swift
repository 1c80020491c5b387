/// Float64 twin of Shaders/PPO/compute_gae.comp for one run, by the definition: a discounted sum of the deltas up to the
/// end of the episode or of the rollout.
public struct ComputeGAE {
  public let steps: Int
  public let environments: Int
  public let agents: Int
  public let gamma: Double
  public let lambda: Double

  public init(steps: Int, environments: Int, agents: Int, gamma: Double, lambda: Double) {
    self.steps = steps
    self.environments = environments
    self.agents = agents
    self.gamma = gamma
    self.lambda = lambda
  }

  /// - Parameters:
  ///   - rewards: (T, N, A)
  ///   - dones: (T, N)
  ///   - values: (T + 1, N, A)
  ///   - ends: (N, A), values of the last observations of episodes that were cut off; nil where their ends count 0.
  /// - Returns: (T, N, A)
  public func advantages(rewards: [Double], dones: [Bool], values: [Double], ends: [Double]? = nil) -> [Double] {
    let seats = environments * agents
    func delta(_ t: Int, _ seat: Int) -> Double {
      let next = dones[t * environments + seat / agents] ? ends?[seat] ?? 0 : values[(t + 1) * seats + seat]
      return rewards[t * seats + seat] + gamma * next - values[t * seats + seat]
    }
    return (0..<steps * seats).map { row in
      let (first, seat) = row.quotientAndRemainder(dividingBy: seats)
      var sum = 0.0
      var weight = 1.0
      for t in first..<steps {
        sum += weight * delta(t, seat)
        if dones[t * environments + seat / agents] { break }
        weight *= gamma * lambda
      }
      return sum
    }
  }
}
