// What the readers of recorded games share.

/// What one seat observed, as it stands in a file: features that are 1, if they are listed apart, and others with values.
struct RecordedObservation: Decodable {
  let one: [Int]?
  let i: [Int]
  let v: [Float]
}

/// Something in a file that the game cannot have; who reads the file says where.
struct ImpossibleRecording: Error {
  let problem: String
  init(_ problem: String) { self.problem = problem }
}

extension TraceContents {
  /// The games of this file, in the environment that its configuration describes.
  ///
  /// - Parameters:
  ///   - make: Throws `EnvironmentParameters.Invalid` for a configuration that cannot be played.
  ///   - read: Throws `ImpossibleRecording`.
  /// - Throws: `TraceError` that names the episode.
  func games<Game: Environment, Episode>(
    _ episodes: [Episode], source: String, in make: () throws -> Game,
    read: (Game, Episode) throws -> RecordedEpisode
  ) throws -> RecordedGames {
    let game: Game
    do {
      game = try make()
    } catch let invalid as EnvironmentParameters.Invalid {
      throw error("its config cannot be played: \(invalid)")
    }
    return RecordedGames(
      environment: game, source: source,
      episodes: try episodes.enumerated().map { number, episode in
        do {
          return try read(game, episode)
        } catch let impossible as ImpossibleRecording {
          throw error("episode \(number): \(impossible.problem)")
        }
      })
  }
}

extension EnvironmentSizes {
  /// The names of the seats in recorded games.
  var seatNames: [String] { (0..<agentCount).map { "agent_\($0)" } }

  /// A joint move with what every seat got for it.
  func recordedStep(actions: [Int], rewards: [Float], shaped: [Float], done: Bool) throws -> RecordedStep {
    guard actions.count == agentCount, actions.allSatisfy({ 0..<actionCount ~= $0 }) else {
      throw ImpossibleRecording("the actions \(actions) are not those of \(agentCount) seats")
    }
    guard rewards.count == agentCount, shaped.count == agentCount else {
      throw ImpossibleRecording("the rewards \(rewards) and \(shaped) are not those of \(agentCount) seats")
    }
    return RecordedStep(actions: actions.map(UInt32.init), rewards: rewards, shapedRewards: shaped, done: done)
  }
}

extension EnvironmentObservation {
  /// What every seat observed.
  func observations(_ recorded: [String: RecordedObservation]) throws -> [SparseObservation] {
    try seatNames.map { name in
      guard let observation = recorded[name] else {
        throw ImpossibleRecording("the observation of \(name) is missing")
      }
      let ones = observation.one ?? []
      guard observation.i.count == observation.v.count,
        (ones + observation.i).allSatisfy({ 0..<observationFeatureCount ~= $0 })
      else {
        throw ImpossibleRecording("the observation of \(name) does not have \(observationFeatureCount) features")
      }
      return SparseObservation(
        indices: ones + observation.i, values: Array(repeating: 1, count: ones.count) + observation.v)
    }
  }
}
