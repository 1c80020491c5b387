/// Games played by another implementation, in the engine's terms. A game makes them from its own file format
/// (`Environment.recordedGames`); `TraceReplay` plays them again and compares.
public struct RecordedGames: Sendable {
  public let environment: any Environment
  /// What recorded them, with its version.
  public let source: String
  public let episodes: [RecordedEpisode]

  public init(environment: any Environment, source: String, episodes: [RecordedEpisode]) {
    self.environment = environment
    self.source = source
    self.episodes = episodes
  }
}

/// One episode: `moments.count == steps.count + 1`.
public struct RecordedEpisode: Sendable {
  /// For `VectorEnvironment.inject`.
  public let startState: [UInt32]
  /// After reset, then after every step; the terminal one included.
  public let moments: [RecordedMoment]
  public let steps: [RecordedStep]

  public init(startState: [UInt32], moments: [RecordedMoment], steps: [RecordedStep]) {
    precondition(moments.count == steps.count + 1)
    self.startState = startState
    self.moments = moments
    self.steps = steps
  }
}

public struct RecordedStep: Sendable {
  /// (A)
  public let actions: [UInt32]
  /// (A)
  public let rewards: [Float]
  /// (A); nil where the game has none.
  public let shapedRewards: [Float]?
  public let done: Bool

  public init(actions: [UInt32], rewards: [Float], shapedRewards: [Float]? = nil, done: Bool) {
    self.actions = actions
    self.rewards = rewards
    self.shapedRewards = shapedRewards
    self.done = done
  }
}

public struct RecordedMoment: Sendable {
  /// What is known of the state; compared by name with `Environment.stateFields`.
  public let fields: [StateField]
  /// Per seat, ascending; nil where the recording has no legal actions.
  public let legalActions: [[Int]]?
  /// Per seat; nil where the recording has no observations.
  public let observations: [SparseObservation]?

  public init(fields: [StateField], legalActions: [[Int]]? = nil, observations: [SparseObservation]? = nil) {
    self.fields = fields
    self.legalActions = legalActions
    self.observations = observations
  }
}

/// The features of one observation that are not zero.
public struct SparseObservation: Sendable {
  public let indices: [Int]
  public let values: [Float]

  public init(indices: [Int], values: [Float]) {
    precondition(indices.count == values.count)
    self.indices = indices
    self.values = values
  }

  func dense(count: Int) -> [Float] {
    var features = [Float](repeating: 0, count: count)
    for (index, value) in zip(indices, values) { features[index] = value }
    return features
  }
}
