/// Float64 twin of Shaders/PPO/track_episodes.comp for one environment.
public struct TrackEpisodes: Equatable {
  public var openReturn: Double
  public var openLength: Double
  public var returns = 0.0
  public var lengths = 0.0
  public var episodes = 0.0

  /// - Parameters:
  ///   - rewards: Of every step, one per agent.
  ///   - dones: Of every step.
  public init(openReturn: Double, openLength: Double, rewards: [[Double]], dones: [Bool]) {
    self.openReturn = openReturn
    self.openLength = openLength
    for (rewards, done) in zip(rewards, dones) {
      self.openReturn += rewards.reduce(0, +) / Double(rewards.count)
      self.openLength += 1
      guard done else { continue }
      returns += self.openReturn
      lengths += self.openLength
      episodes += 1
      (self.openReturn, self.openLength) = (0, 0)
    }
  }
}
