import Foundation

/// Recorded games of OvercookedV2 as they stand in the file.
private struct OvercookedV2Trace: Decodable {
  struct Configuration: Decodable {
    let layout: String
    let observationType: String
    let maxSteps: Int
    let agentViewSize: Int?
    let randomReset: Bool
    let randomAgentPositions: Bool
    let startCookingInteraction: Bool
    let negativeRewards: Bool
    let sampleRecipeOnDelivery: Bool
    let indicateSuccessfulDelivery: Bool
    let opIngredientPermutations: [Int]?
    let possibleRecipes: [[Int]]

    enum CodingKeys: String, CodingKey {
      case layout
      case observationType = "observation_type"
      case maxSteps = "max_steps"
      case agentViewSize = "agent_view_size"
      case randomReset = "random_reset"
      case randomAgentPositions = "random_agent_positions"
      case startCookingInteraction = "start_cooking_interaction"
      case negativeRewards = "negative_rewards"
      case sampleRecipeOnDelivery = "sample_recipe_on_delivery"
      case indicateSuccessfulDelivery = "indicate_successful_delivery"
      case opIngredientPermutations = "op_ingredient_permutations"
      case possibleRecipes = "possible_recipes"
    }

    func parameters(grid: [String]) -> EnvironmentParameters {
      EnvironmentParameters([
        "grid": .list(grid.map { .text($0) }), "observation_type": .text(observationType),
        "max_steps": .integer(maxSteps), "agent_view_size": .integer(agentViewSize ?? 0),
        "random_reset": .boolean(randomReset), "random_agent_positions": .boolean(randomAgentPositions),
        "start_cooking_interaction": .boolean(startCookingInteraction), "negative_rewards": .boolean(negativeRewards),
        "sample_recipe_on_delivery": .boolean(sampleRecipeOnDelivery),
        "indicate_successful_delivery": .boolean(indicateSuccessfulDelivery),
        "op_ingredient_permutations": .list((opIngredientPermutations ?? []).map { .integer($0) }),
        "recipes": .list(possibleRecipes.map { .list($0.map { .integer($0) }) }), "shaping_horizon": .integer(0),
      ])
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
    let state: RecordedKitchen
    /// What each cook sees in the place of ingredient 0, 1, …
    let perm: [[Int]]?
  }

  struct View: Decodable {
    let obs: [String: Observation]
  }

  struct Step: Decodable {
    let actions: [Int]
    let reward: [Float]
    let shaped: [Float]
    let done: Bool
    /// Place of the new recipe in the list, where one was drawn.
    let drawn: Int?
    let state: RecordedKitchen
    let obs: [String: Observation]
  }

  struct Observation: Decodable {
    let i: [Int]
    let v: [Float]
  }

  let source: String
  let config: Configuration
  let derived: Derived
  let episodes: [Episode]
}

/// A state with the keys of recorded games; missing keys are empty.
private struct RecordedKitchen: Decodable {
  let step: Int?
  /// [x, y]
  let pos: [[Int]]
  let dir: [Int]
  let inv: [UInt32]
  /// [x, y, code, timer]
  let pots: [[Int]]?
  /// [x, y, code]
  let items: [[Int]]?
  /// [x, y, timer]
  let buttons: [[Int]]?
  let recipe: UInt32
  let delivered: Bool?
}

/// Why a state is none of the kitchen.
private struct ImpossibleState: Error {
  let problem: String
  init(_ problem: String) { self.problem = problem }
}

extension OvercookedV2State {
  /// One of `initial_states`: JSON in the words of recorded games, as `stateFields` gives them.
  ///
  /// - Throws: `EnvironmentParameters.Invalid`, which names the state.
  init(recorded text: String, number: Int, _ parameters: OvercookedV2Parameters) throws {
    do {
      self = try OvercookedV2State(JSONDecoder().decode(RecordedKitchen.self, from: Data(text.utf8)), parameters)
    } catch let impossible as ImpossibleState {
      throw EnvironmentParameters.Invalid("environment.initial_states, state \(number): \(impossible.problem)")
    } catch {
      throw EnvironmentParameters.Invalid(
        "environment.initial_states, state \(number): expected JSON with pos, dir, inv, pots, items, buttons and recipe, "
          + "as crossplay watch prints it in JSON")
    }
    step = 0
    delivered = false
  }

  fileprivate init(_ recorded: RecordedKitchen, _ parameters: OvercookedV2Parameters) throws {
    let kitchen = parameters.kitchen
    func cell(_ place: [Int], _ kind: OvercookedV2Kitchen.Cell) throws -> Int {
      guard place.count >= 2, 0..<kitchen.width ~= place[0], 0..<kitchen.height ~= place[1],
        kitchen.cells[place[1] * kitchen.width + place[0]] == kind
      else { throw ImpossibleState("the state has \(place) where the kitchen has no such cell") }
      return place[1] * kitchen.width + place[0]
    }
    func code(_ bits: some BinaryInteger) throws -> OvercookedV2Code {
      guard bits >= 0, bits >> parameters.codeBits == 0 else {
        throw ImpossibleState("\(bits) is not an item of \(parameters.ingredientCount) ingredients")
      }
      return OvercookedV2Code(bits: UInt32(bits))
    }
    func timer(_ value: Int, upTo most: Int) throws -> Int {
      guard 0...most ~= value else { throw ImpossibleState("the timer \(value) is not in 0 to \(most)") }
      return value
    }
    self.init(parameters)
    let count = cooks.count
    guard recorded.pos.count == count, recorded.dir.count == count, recorded.inv.count == count else {
      throw ImpossibleState("the state is not that of \(count) cooks")
    }
    cooks = try (0..<count).map { number in
      guard let direction = Direction(rawValue: UInt32(clamping: recorded.dir[number])) else {
        throw ImpossibleState("agent_\(number) faces \(recorded.dir[number])")
      }
      return Cook(
        cell: try cell(recorded.pos[number], .floor), direction: direction, held: try code(recorded.inv[number]))
    }
    guard Set(cooks.map(\.cell)).count == count else { throw ImpossibleState("two cooks are on one cell") }
    for pot in recorded.pots ?? [] {
      guard pot.count == 4 else { throw ImpossibleState("\(pot) is not a pot") }
      pots[kitchen.pots.firstIndex(of: try cell(pot, .pot))!] = Pot(
        code: try code(pot[2]), timer: try timer(pot[3], upTo: 20))
    }
    for item in recorded.items ?? [] {
      guard item.count == 3 else { throw ImpossibleState("\(item) is not an item on a counter") }
      counters[kitchen.counters.firstIndex(of: try cell(item, .counter))!] = try code(item[2])
    }
    for button in recorded.buttons ?? [] {
      guard button.count == 3 else { throw ImpossibleState("\(button) is not a button") }
      buttons[kitchen.buttons.firstIndex(of: try cell(button, .button))!] = try timer(button[2], upTo: 10)
    }
    recipe = try code(recorded.recipe)
    step = recorded.step ?? 0
    delivered = recorded.delivered ?? false
  }
}

extension OvercookedV2Environment {
  /// Games recorded with JaxMARL. The kitchen is the one that the file shows; its shaped rewards are not annealed, and
  /// deliveries draw the recorded recipes.
  public static func recordedGames(from contents: TraceContents) throws -> RecordedGames {
    let trace = try contents.decode(OvercookedV2Trace.self)
    let environment: OvercookedV2Environment
    do {
      environment = try OvercookedV2Environment(
        parameters: trace.config.parameters(grid: trace.derived.grid),
        suppliedRecipes: trace.episodes.map { $0.steps.count { $0.drawn != nil } }.max() ?? 0)
      if let named = OvercookedV2LayoutName(rawValue: trace.config.layout) {
        let own = try OvercookedV2Parameters(EnvironmentParameters(["layout": .text(named.rawValue)]))
        guard own.kitchen == environment.parameters.kitchen, Set(own.recipes) == Set(environment.parameters.recipes)
        else { throw contents.error("shows a kitchen or recipes that are not those of \(named.rawValue)") }
      }
    } catch let invalid as EnvironmentParameters.Invalid {
      throw contents.error("its config cannot be played: \(invalid)")
    }
    let episodes = try trace.episodes.enumerated().map { number, episode in
      do {
        return try environment.recordedEpisode(episode)
      } catch let impossible as ImpossibleState {
        throw contents.error("episode \(number): \(impossible.problem)")
      }
    }
    return RecordedGames(environment: environment, source: trace.source, episodes: episodes)
  }

  private func recordedEpisode(_ episode: OvercookedV2Trace.Episode) throws -> RecordedEpisode {
    let moments =
      try [recordedMoment(episode.initial.state, episode.reset.obs)]
      + episode.steps.map { try recordedMoment($0.state, $0.obs) }
    let steps = try episode.steps.map { step in
      guard step.actions.count == agentCount, step.actions.allSatisfy({ 0..<actionCount ~= $0 }) else {
        throw ImpossibleState("the actions \(step.actions) are not those of \(agentCount) cooks")
      }
      guard step.reward.count == agentCount, step.shaped.count == agentCount else {
        throw ImpossibleState("the rewards \(step.reward) and \(step.shaped) are not those of \(agentCount) cooks")
      }
      return RecordedStep(
        actions: step.actions.map(UInt32.init), rewards: step.reward, shapedRewards: step.shaped, done: step.done)
    }
    var start = try OvercookedV2State(episode.initial.state, parameters)
    if let permutations = episode.initial.perm {
      let ingredients = Array(0..<parameters.ingredientCount)
      guard permutations.count == agentCount, permutations.allSatisfy({ $0.sorted() == ingredients }) else {
        throw ImpossibleState("\(permutations) are not permutations of \(ingredients) for \(agentCount) cooks")
      }
      start.permutations = permutations
    }
    start.supply = try episode.steps.compactMap(\.drawn).map { drawn in
      guard parameters.recipes.indices ~= drawn else { throw ImpossibleState("there is no recipe \(drawn)") }
      return drawn
    }
    return RecordedEpisode(startState: startState(start), moments: moments, steps: steps)
  }

  private func recordedMoment(
    _ recorded: RecordedKitchen, _ observations: [String: OvercookedV2Trace.Observation]
  ) throws -> RecordedMoment {
    try RecordedMoment(
      fields: OvercookedV2State(recorded, parameters).fields(parameters), legalActions: nil,
      observations: (0..<agentCount).map { agent in
        guard let observation = observations["agent_\(agent)"] else {
          throw ImpossibleState("the observation of agent_\(agent) is missing")
        }
        guard observation.i.count == observation.v.count,
          observation.i.allSatisfy({ 0..<observationFeatureCount ~= $0 })
        else {
          throw ImpossibleState("the observation of agent_\(agent) does not have \(observationFeatureCount) features")
        }
        return SparseObservation(indices: observation.i, values: observation.v)
      })
  }
}
