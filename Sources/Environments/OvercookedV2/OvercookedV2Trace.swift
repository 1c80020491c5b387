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
    let obs: [String: RecordedObservation]
  }

  struct Step: Decodable {
    let actions: [Int]
    let reward: [Float]
    let shaped: [Float]
    let done: Bool
    /// Place of the new recipe in the list, where one was drawn.
    let drawn: Int?
    let state: RecordedKitchen
    let obs: [String: RecordedObservation]
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

extension OvercookedV2State {
  /// One of `initial_states`: JSON in the words of recorded games, as `stateFields` gives them.
  ///
  /// - Throws: `EnvironmentParameters.Invalid`, which names the state.
  init(recorded text: String, number: Int, _ parameters: OvercookedV2Parameters) throws {
    do {
      self = try OvercookedV2State(JSONDecoder().decode(RecordedKitchen.self, from: Data(text.utf8)), parameters)
    } catch let impossible as ImpossibleRecording {
      throw EnvironmentParameters.Invalid("environment.initial_states, state \(number): \(impossible.problem)")
    } catch {
      throw EnvironmentParameters.Invalid(
        "environment.initial_states, state \(number): expected JSON with pos, dir, inv, pots, items, buttons and recipe, "
          + "as recorded games have it")
    }
    step = 0
    delivered = false
  }

  fileprivate init(_ recorded: RecordedKitchen, _ parameters: OvercookedV2Parameters) throws {
    let kitchen = parameters.kitchen
    func cell(_ place: [Int], _ kind: OvercookedV2Kitchen.Cell) throws -> Int {
      guard place.count >= 2, 0..<kitchen.width ~= place[0], 0..<kitchen.height ~= place[1],
        kitchen.cells[place[1] * kitchen.width + place[0]] == kind
      else { throw ImpossibleRecording("the state has \(place) where the kitchen has no such cell") }
      return place[1] * kitchen.width + place[0]
    }
    func code(_ bits: some BinaryInteger) throws -> OvercookedV2Code {
      guard bits >= 0, bits >> parameters.codeBits == 0 else {
        throw ImpossibleRecording("\(bits) is not an item of \(parameters.ingredientCount) ingredients")
      }
      return OvercookedV2Code(bits: UInt32(bits))
    }
    func timer(_ value: Int, upTo most: Int) throws -> Int {
      guard 0...most ~= value else { throw ImpossibleRecording("the timer \(value) is not in 0 to \(most)") }
      return value
    }
    self.init(parameters)
    let count = cooks.count
    guard recorded.pos.count == count, recorded.dir.count == count, recorded.inv.count == count else {
      throw ImpossibleRecording("the state is not that of \(count) cooks")
    }
    cooks = try (0..<count).map { number in
      guard let direction = Direction(rawValue: UInt32(clamping: recorded.dir[number])) else {
        throw ImpossibleRecording("agent_\(number) faces \(recorded.dir[number])")
      }
      return Cook(
        cell: try cell(recorded.pos[number], .floor), direction: direction, held: try code(recorded.inv[number]))
    }
    guard Set(cooks.map(\.cell)).count == count else { throw ImpossibleRecording("two cooks are on one cell") }
    for pot in recorded.pots ?? [] {
      guard pot.count == 4 else { throw ImpossibleRecording("\(pot) is not a pot") }
      pots[kitchen.pots.firstIndex(of: try cell(pot, .pot))!] = Pot(
        code: try code(pot[2]), timer: try timer(pot[3], upTo: 20))
    }
    for item in recorded.items ?? [] {
      guard item.count == 3 else { throw ImpossibleRecording("\(item) is not an item on a counter") }
      counters[kitchen.counters.firstIndex(of: try cell(item, .counter))!] = try code(item[2])
    }
    for button in recorded.buttons ?? [] {
      guard button.count == 3 else { throw ImpossibleRecording("\(button) is not a button") }
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
    return try contents.games(trace.episodes, source: trace.source) {
      let environment = try OvercookedV2Environment(
        parameters: trace.config.parameters(grid: trace.derived.grid),
        suppliedRecipes: trace.episodes.map { $0.steps.count { $0.drawn != nil } }.max() ?? 0)
      if let named = OvercookedV2LayoutName(rawValue: trace.config.layout) {
        let own = try OvercookedV2Parameters(EnvironmentParameters(["layout": .text(named.rawValue)]))
        guard own.kitchen == environment.parameters.kitchen, Set(own.recipes) == Set(environment.parameters.recipes)
        else { throw contents.error("shows a kitchen or recipes that are not those of \(named.rawValue)") }
      }
      return environment
    } read: {
      try $0.recordedEpisode($1)
    }
  }

  private func recordedEpisode(_ episode: OvercookedV2Trace.Episode) throws -> RecordedEpisode {
    var start = try OvercookedV2State(episode.initial.state, parameters)
    if let permutations = episode.initial.perm {
      let ingredients = Array(0..<parameters.ingredientCount)
      guard permutations.count == agentCount, permutations.allSatisfy({ $0.sorted() == ingredients }) else {
        throw ImpossibleRecording("\(permutations) are not permutations of \(ingredients) for \(agentCount) cooks")
      }
      start.permutations = permutations
    }
    start.supply = try episode.steps.compactMap(\.drawn).map { drawn in
      guard parameters.recipes.indices ~= drawn else { throw ImpossibleRecording("there is no recipe \(drawn)") }
      return drawn
    }
    return try RecordedEpisode(
      startState: startState(start),
      moments: [recordedMoment(episode.initial.state, episode.reset.obs)]
        + episode.steps.map { try recordedMoment($0.state, $0.obs) },
      steps: episode.steps.map {
        try recordedStep(actions: $0.actions, rewards: $0.reward, shaped: $0.shaped, done: $0.done)
      })
  }

  private func recordedMoment(
    _ recorded: RecordedKitchen, _ observed: [String: RecordedObservation]
  ) throws -> RecordedMoment {
    try RecordedMoment(
      fields: OvercookedV2State(recorded, parameters).fields(parameters), legalActions: nil,
      observations: observations(observed))
  }
}
