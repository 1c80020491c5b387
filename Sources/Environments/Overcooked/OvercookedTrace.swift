/// Recorded games of Overcooked as they stand in the file.
private struct OvercookedTrace: Decodable {
  struct Configuration: Decodable {
    let layout: String
    let randomReset: Bool
    let maxSteps: Int

    enum CodingKeys: String, CodingKey {
      case layout
      case randomReset = "random_reset"
      case maxSteps = "max_steps"
    }
  }

  struct Derived: Decodable {
    let grid: [String]

    enum CodingKeys: String, CodingKey {
      case grid = "grid_with_agents"
    }
  }

  struct Episode: Decodable {
    let initial: Initial
    let reset: View
    let steps: [Step]
  }

  struct Initial: Decodable {
    let state: State
  }

  struct View: Decodable {
    let obs: [String: RecordedObservation]
  }

  struct Step: Decodable {
    let actions: [Int]
    let reward: [Float]
    let shaped: [Float]
    let done: Bool
    let state: State
    let obs: [String: RecordedObservation]
  }

  struct State: Decodable {
    let step: Int
    /// [x, y]
    let pos: [[Int]]
    let dir: [Int]
    /// Objects
    let inv: [Int]
    /// [x, y, status]
    let pots: [[Int]]
    /// [x, y, object]
    let items: [[Int]]
  }

  let source: String
  let config: Configuration
  let derived: Derived
  let episodes: [Episode]
}

extension OvercookedEnvironment {
  /// Games recorded with JaxMARL. The kitchen is the one that the file shows; its shaped rewards are not annealed.
  public static func recordedGames(from contents: TraceContents) throws -> RecordedGames {
    let trace = try contents.decode(OvercookedTrace.self)
    if let named = OvercookedLayoutName(rawValue: trace.config.layout), named.rows != trace.derived.grid {
      throw contents.error("shows a kitchen that is not \(named.rawValue)")
    }
    return try contents.games(trace.episodes, source: trace.source) {
      try OvercookedEnvironment(
        parameters: EnvironmentParameters([
          "grid": .list(trace.derived.grid.map { .text($0) }), "random_reset": .boolean(trace.config.randomReset),
          "max_steps": .integer(trace.config.maxSteps), "shaping_horizon": .integer(0),
        ]))
    } read: {
      try $0.recordedEpisode($1)
    }
  }

  private func recordedEpisode(_ episode: OvercookedTrace.Episode) throws -> RecordedEpisode {
    try RecordedEpisode(
      startState: startState(state(episode.initial.state)),
      moments: [recordedMoment(episode.initial.state, episode.reset.obs)]
        + episode.steps.map { try recordedMoment($0.state, $0.obs) },
      steps: episode.steps.map {
        try recordedStep(actions: $0.actions, rewards: $0.reward, shaped: $0.shaped, done: $0.done)
      })
  }

  private func recordedMoment(
    _ recorded: OvercookedTrace.State, _ observed: [String: RecordedObservation]
  ) throws -> RecordedMoment {
    try RecordedMoment(
      fields: state(recorded).fields(parameters), legalActions: nil, observations: observations(observed))
  }

  /// The state of the file, as the game's own.
  private func state(_ recorded: OvercookedTrace.State) throws -> OvercookedState {
    let kitchen = parameters.kitchen
    func cell(_ place: [Int], of kinds: Set<OvercookedKitchen.Cell>) throws -> Int {
      guard place.count >= 2, 0..<kitchen.width ~= place[0], 0..<kitchen.height ~= place[1],
        kinds.contains(kitchen.cells[place[1] * kitchen.width + place[0]])
      else { throw ImpossibleRecording("the state has \(place) where the kitchen has no such cell") }
      return place[1] * kitchen.width + place[0]
    }
    guard recorded.pos.count == agentCount, recorded.dir.count == agentCount, recorded.inv.count == agentCount else {
      throw ImpossibleRecording("the state is not that of two cooks")
    }
    let cooks = try (0..<agentCount).map { agent in
      guard let direction = OvercookedState.Direction(rawValue: UInt32(clamping: recorded.dir[agent])),
        let held = OvercookedState.Item(object: recorded.inv[agent])
      else { throw ImpossibleRecording("agent_\(agent) faces \(recorded.dir[agent]) and holds \(recorded.inv[agent])") }
      return OvercookedState.Cook(cell: try cell(recorded.pos[agent], of: [.floor]), direction: direction, held: held)
    }
    var state = OvercookedState(cooks: cooks, kitchen: kitchen)
    state.step = recorded.step
    for pot in recorded.pots {
      let place = try cell(pot, of: [.pot])
      guard pot.count == 3, 0...23 ~= pot[2], let index = kitchen.pots.firstIndex(of: place) else {
        throw ImpossibleRecording("the pot \(pot) has no status from 0 to 23")
      }
      state.pots[index] = pot[2]
    }
    for item in recorded.items {
      let place = try cell(item, of: [.counter])
      guard item.count == 3, let object = OvercookedState.Item(object: item[2]) else {
        throw ImpossibleRecording("\(item) is not an item on a counter")
      }
      state.items[place] = object
    }
    return state
  }
}
