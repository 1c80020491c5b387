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
    let obs: [String: Observation]
  }

  struct Step: Decodable {
    let actions: [Int]
    let reward: [Float]
    let shaped: [Float]
    let done: Bool
    let state: State
    let obs: [String: Observation]
  }

  struct Observation: Decodable {
    let i: [Int]
    let v: [Float]
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
    let environment: OvercookedEnvironment
    do {
      environment = try OvercookedEnvironment(
        parameters: EnvironmentParameters([
          "grid": .list(trace.derived.grid.map { .text($0) }), "random_reset": .boolean(trace.config.randomReset),
          "max_steps": .integer(trace.config.maxSteps), "shaping_horizon": .integer(0),
        ]))
    } catch let invalid as EnvironmentParameters.Invalid {
      throw contents.error("its config cannot be played: \(invalid)")
    }
    let episodes = try trace.episodes.enumerated().map { number, episode in
      try environment.recordedEpisode(episode) { contents.error("episode \(number): \($0)") }
    }
    return RecordedGames(environment: environment, source: trace.source, episodes: episodes)
  }

  private func recordedEpisode(
    _ episode: OvercookedTrace.Episode, error: (String) -> TraceError
  ) throws -> RecordedEpisode {
    let moments =
      try [recordedMoment(episode.initial.state, episode.reset.obs, error)]
      + episode.steps.map { try recordedMoment($0.state, $0.obs, error) }
    let steps = try episode.steps.map { step in
      guard step.actions.count == agentCount, step.actions.allSatisfy({ 0..<actionCount ~= $0 }) else {
        throw error("the actions \(step.actions) are not those of two cooks")
      }
      guard step.reward.count == agentCount, step.shaped.count == agentCount else {
        throw error("the rewards \(step.reward) and \(step.shaped) are not those of two cooks")
      }
      return RecordedStep(
        actions: step.actions.map(UInt32.init), rewards: step.reward, shapedRewards: step.shaped, done: step.done)
    }
    return RecordedEpisode(
      startState: startState(try state(episode.initial.state, error)), moments: moments, steps: steps)
  }

  private func recordedMoment(
    _ recorded: OvercookedTrace.State, _ observations: [String: OvercookedTrace.Observation],
    _ error: (String) -> TraceError
  ) throws -> RecordedMoment {
    try RecordedMoment(
      fields: state(recorded, error).fields(parameters), legalActions: nil,
      observations: (0..<agentCount).map { agent in
        guard let observation = observations["agent_\(agent)"] else {
          throw error("the observation of agent_\(agent) is missing")
        }
        guard observation.i.count == observation.v.count,
          observation.i.allSatisfy({ 0..<observationFeatureCount ~= $0 })
        else { throw error("the observation of agent_\(agent) does not have \(observationFeatureCount) features") }
        return SparseObservation(indices: observation.i, values: observation.v)
      })
  }

  /// The state of the file, as the game's own.
  private func state(_ recorded: OvercookedTrace.State, _ error: (String) -> TraceError) throws -> OvercookedState {
    let kitchen = parameters.kitchen
    func cell(_ place: [Int], of kinds: Set<OvercookedKitchen.Cell>) throws -> Int {
      guard place.count >= 2, 0..<kitchen.width ~= place[0], 0..<kitchen.height ~= place[1],
        kinds.contains(kitchen.cells[place[1] * kitchen.width + place[0]])
      else { throw error("the state has \(place) where the kitchen has no such cell") }
      return place[1] * kitchen.width + place[0]
    }
    guard recorded.pos.count == agentCount, recorded.dir.count == agentCount, recorded.inv.count == agentCount else {
      throw error("the state is not that of two cooks")
    }
    let cooks = try (0..<agentCount).map { agent in
      guard let direction = OvercookedState.Direction(rawValue: UInt32(clamping: recorded.dir[agent])),
        let held = OvercookedState.Item(object: recorded.inv[agent])
      else { throw error("agent_\(agent) faces \(recorded.dir[agent]) and holds \(recorded.inv[agent])") }
      return OvercookedState.Cook(cell: try cell(recorded.pos[agent], of: [.floor]), direction: direction, held: held)
    }
    var state = OvercookedState(cooks: cooks, kitchen: kitchen)
    state.step = recorded.step
    for pot in recorded.pots {
      let place = try cell(pot, of: [.pot])
      guard pot.count == 3, 0...23 ~= pot[2], let index = kitchen.pots.firstIndex(of: place) else {
        throw error("the pot \(pot) has no status from 0 to 23")
      }
      state.pots[index] = pot[2]
    }
    for item in recorded.items {
      let place = try cell(item, of: [.counter])
      guard item.count == 3, let object = OvercookedState.Item(object: item[2]) else {
        throw error("\(item) is not an item on a counter")
      }
      state.items[place] = object
    }
    return state
  }
}
