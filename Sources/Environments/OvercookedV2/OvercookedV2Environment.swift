import CShaders

/// OvercookedV2 for one to four cooks, after JaxMARL 0.2.0 (docs/environments/overcooked-v2.md).
public struct OvercookedV2Environment: Environment {
  public static let name = "overcooked_v2"
  public static let version = 1

  public let parameters: OvercookedV2Parameters
  private let initialStates: [OvercookedV2State]

  public init(parameters: EnvironmentParameters) throws {
    try self.init(parameters: parameters, suppliedRecipes: 0)
  }

  /// - Parameter suppliedRecipes: How many recipes a start state may bring along; above 0, deliveries draw from them alone.
  public init(parameters given: EnvironmentParameters, suppliedRecipes: Int) throws {
    var parameters = try OvercookedV2Parameters(given)
    parameters.suppliedRecipes = suppliedRecipes
    self.parameters = parameters
    initialStates = try parameters.initialStates.enumerated().map { number, text in
      try OvercookedV2State(recorded: text, number: number, parameters)
    }
  }

  public var agentCount: Int { parameters.cookCount }
  public var actionCount: Int { Int(OVERCOOKED_V2_ACTIONS) }
  public var observationFeatureCount: Int { parameters.observationFeatureCount }
  public var observationWordCount: Int { parameters.observationWordCount }
  public var stateWordCount: Int { parameters.stateWordCount }
  public var shapesRewards: Bool { true }
  public var timeLimit: Int? { parameters.maxSteps }

  private var isFeaturized: Bool { parameters.observationType == .featurized }

  public var resetKernel: String { "OvercookedV2/overcooked_v2_reset.comp" }
  public var stepKernel: String { "OvercookedV2/overcooked_v2_step.comp" }
  public var observeKernel: String {
    isFeaturized ? "OvercookedV2/overcooked_v2_features.comp" : "OvercookedV2/overcooked_v2_observe.comp"
  }
  public var observationInclude: String {
    isFeaturized
      ? "OvercookedV2/overcooked_v2_features_observation.glsl" : "OvercookedV2/overcooked_v2_observation.glsl"
  }

  /// What a row lists at most: of each cook and each thing that can lie somewhere a plate, cooked, and up to three different
  /// ingredients. In a window nothing is static, elsewhere all stations but piles of exchanged ingredients.
  public var observationList: ObservationList? {
    guard !isFeaturized else { return nil }
    let kitchen = parameters.kitchen
    let kinds = min(parameters.ingredientCount, Int(OVERCOOKED_V2_RECIPE_SIZE))
    var capacity =
      parameters.cookCount * (4 + kinds) + kitchen.pots.count * (2 + kinds) + kitchen.counters.count * (2 + kinds)
      + (kitchen.indicators.count + kitchen.buttons.count) * kinds
      + (parameters.showsDelivery ? kitchen.goals.count : 0)
    var staticFeatures: [(feature: Int, value: Int)] = []
    for (index, cell) in kitchen.cells.enumerated() where cell != .floor {
      let isExchanged = !parameters.permuted.isEmpty && cell.number >= OVERCOOKED_V2_PILE
      if parameters.viewSize > 0 || isExchanged {
        capacity += 1
      } else {
        let channel = 2 * parameters.cookChannelCount + Int(cell.number - OVERCOOKED_V2_COUNTER)
        staticFeatures.append((feature: index * parameters.channelCount + channel, value: 1))
      }
    }
    return ObservationList(
      include: "OvercookedV2/overcooked_v2_observation_list.glsl",
      capacity: min(capacity, observationFeatureCount), staticFeatures: staticFeatures)
  }

  /// Cooks on their start cells looking up, everything empty, or the states of the parameters; reset draws what they leave to
  /// chance.
  public var startState: [UInt32] {
    let states = initialStates.isEmpty ? [OvercookedV2State(parameters)] : initialStates
    return states.flatMap { state in
      var words = state.words(parameters)
      words[Int(OVERCOOKED_V2_STATUS)] |= 1 << OVERCOOKED_V2_DRAWN_SHIFT
      return words
    }
  }

  /// Reset starts from exactly this state, even where the parameters leave something to chance.
  public func startState(_ state: OvercookedV2State) -> [UInt32] { state.words(parameters) }

  public static let learningParameters: Set = ["shaping_weight", "shaping_horizon"]

  public var parametersDescription: [String: ParameterValue] {
    var values: [String: ParameterValue] = [
      "recipes": .list(parameters.recipes.map { .list($0.map { .integer($0) }) }),
      "max_steps": .integer(parameters.maxSteps), "observation_type": .text(parameters.observationType.rawValue),
      "agent_view_size": .integer(parameters.viewSize), "random_reset": .boolean(parameters.randomReset),
      "random_agent_positions": .boolean(parameters.randomPositions),
      "start_directions": .text(parameters.startDirections.rawValue),
      "start_cooking_interaction": .boolean(parameters.cooksByHand),
      "negative_rewards": .boolean(parameters.negativeRewards),
      "sample_recipe_on_delivery": .boolean(parameters.samplesRecipes),
      "indicate_successful_delivery": .boolean(parameters.showsDelivery),
      "op_ingredient_permutations": .list(parameters.permuted.map { .integer($0) }),
      "initial_states": .list(parameters.initialStates.map { .text($0) }),
    ].merging(parameters.shaping.parametersDescription) { $1 }
    if let layout = parameters.layout {
      values["layout"] = .text(layout.rawValue)
    } else {
      values["grid"] = .list(parameters.kitchen.rows.map { .text($0) })
    }
    return values
  }

  /// All cells of the kitchen or of the window with their channels, or the parts of the feature vector.
  public var observationLayout: [ObservationSection] {
    var sections = ObservationSections()
    if isFeaturized {
      let count = Int(OVERCOOKED_V2_COOK_FEATURES)
      for cook in 0..<agentCount {
        sections.add(
          cook == 0 ? "own" : "other_\(cook)", .init("feature", count: count), encoding: .counts,
          meaning:
            "what a cook faces and holds, and distances to what it can reach (docs/environments/overcooked-v2.md)")
      }
      sections.add(
        "places", .init("feature", count: observationFeatureCount - agentCount * count), encoding: .counts,
        meaning: "distances to the other cooks, then the own place, x before y")
      return sections.list
    }
    let side = parameters.viewSize > 0 ? parameters.viewSide : parameters.kitchen.width
    sections.add(
      parameters.viewSize > 0 ? "window" : "kitchen", .init("y", count: parameters.placeCount / side),
      .init("x", count: side), .init("channel", channelNames), encoding: .counts,
      meaning: "what is in a cell, in whole numbers; y counts from the top row, x from the left column")
    return sections.list
  }

  /// In the order and the words of docs/environments/overcooked-v2.md.
  private var channelNames: [String] {
    let ingredients = (0..<parameters.ingredientCount).map { "ingredient \($0)" }
    let contents = ["plate", "cooked"] + ingredients
    func cook(_ name: String) -> [String] {
      (["position", "faces up", "faces down", "faces right", "faces left"] + contents.map { "holds \($0)" })
        .map { "\(name) \($0)" }
    }
    return cook("own") + cook("other")
      + ["counter", "goal", "pot", "indicator", "button", "plate pile"] + ingredients.map { "pile of \($0)" }
      + contents.map { "there: \($0)" } + contents.map { "recipe: \($0)" } + ["steps that a pot still cooks"]
      + (parameters.showsDelivery ? ["delivery of the recipe"] : [])
  }

  public func actionName(_ action: Int) -> String {
    ["right", "down", "left", "up", "stay", "interact"][action]
  }

  public func render(state: [UInt32]) -> String { OvercookedV2State(state, parameters).rendered(parameters) }

  public func stateFields(of state: [UInt32]) -> [StateField] {
    OvercookedV2State(state, parameters).fields(parameters)
  }
}
