import CShaders

/// The parameters of OvercookedV2, checked, with all sizes that follow from them.
///
/// YAML keys: `layout` or `grid`, `recipes, max_steps, observation_type, agent_view_size, random_reset,
/// random_agent_positions, start_directions, start_cooking_interaction, negative_rewards, sample_recipe_on_delivery,
/// indicate_successful_delivery, op_ingredient_permutations, initial_states, shaping_weight, shaping_horizon`.
public struct OvercookedV2Parameters: Sendable, Hashable {
  public enum ObservationType: String, Sendable, CaseIterable {
    /// Channels per cell.
    case channels = "default"
    /// A vector of features, for kitchens with one ingredient.
    case featurized
  }

  public enum StartDirections: String, Sendable, CaseIterable {
    /// All cooks look up (JaxMARL).
    case up
    /// Uniform, at every reset, for each cook.
    case random
  }

  /// nil where `grid` gives the kitchen.
  public let layout: OvercookedV2LayoutName?
  public let kitchen: OvercookedV2Kitchen
  /// Each ascending; drawn from uniformly.
  public let recipes: [[Int]]
  /// Steps of an episode.
  public let maxSteps: Int
  public let observationType: ObservationType
  /// Cells that a cook sees in every direction; 0: the whole kitchen.
  public let viewSize: Int
  /// Cells, hands, counters and pots are drawn at every reset.
  public let randomReset: Bool
  /// Cells and directions of the cooks are drawn at every reset.
  public let randomPositions: Bool
  public let startDirections: StartDirections
  /// Pots are started by hand, with 1 to 3 ingredients.
  public let cooksByHand: Bool
  /// A dish that is not the recipe costs 20.
  public let negativeRewards: Bool
  /// A delivery of the recipe draws a new one.
  public let samplesRecipes: Bool
  /// Goals show a delivery of the recipe for one step.
  public let showsDelivery: Bool
  /// Ingredients that are permuted in what a cook sees, drawn anew for each cook and episode; ascending.
  public let permuted: [Int]
  /// As JSON in the words of recorded games; a reset starts from one of them. Empty: from the kitchen's start.
  public let initialStates: [String]
  public let shaping: ShapingSchedule
  /// Room of the state for recipes of recorded games, which are then drawn instead of random ones; no key has it.
  public internal(set) var suppliedRecipes = 0

  public init(_ given: EnvironmentParameters) throws {
    var given = given
    let name = try given.text("layout", oneOf: OvercookedV2LayoutName.allCases.map(\.rawValue))
    let grid = try Self.rows(&given)
    let recipes = given.value("recipes")
    maxSteps = try given.integer("max_steps", in: 1...1_000_000) ?? 400
    observationType =
      try given.text("observation_type", oneOf: ObservationType.allCases.map(\.rawValue))
      .flatMap(ObservationType.init) ?? .channels
    viewSize = try given.integer("agent_view_size", in: 0...14) ?? 0
    randomReset = try given.boolean("random_reset") ?? false
    randomPositions = try given.boolean("random_agent_positions") ?? false
    startDirections =
      try given.text("start_directions", oneOf: StartDirections.allCases.map(\.rawValue))
      .flatMap(StartDirections.init) ?? .up
    cooksByHand = try given.boolean("start_cooking_interaction") ?? false
    negativeRewards = try given.boolean("negative_rewards") ?? false
    samplesRecipes = try given.boolean("sample_recipe_on_delivery") ?? false
    showsDelivery = try given.boolean("indicate_successful_delivery") ?? false
    let permuted = try given.integers("op_ingredient_permutations", in: 0...9)
    initialStates = try given.texts("initial_states") ?? []
    shaping = try ShapingSchedule(&given, weight: 1, horizon: 15_000_000)
    try given.finish()

    if let grid {
      guard name == nil else {
        throw EnvironmentParameters.Invalid("environment.grid gives the whole kitchen; remove environment.layout")
      }
      layout = nil
      kitchen = try OvercookedV2Kitchen(rows: grid)
    } else {
      let named = name.flatMap(OvercookedV2LayoutName.init) ?? .crampedRoom
      layout = named
      kitchen = try OvercookedV2Kitchen(rows: named.rows)
    }
    let ingredients = kitchen.ingredientCount
    if let recipes {
      self.recipes = try OvercookedV2Recipe.list(recipes, ingredients: ingredients)
    } else if let listed = layout?.recipes {
      self.recipes = listed
    } else {
      guard !kitchen.indicators.isEmpty else {
        throw EnvironmentParameters.Invalid(
          "environment.grid has no R, which shows the recipe; add one, or list the recipes in environment.recipes")
      }
      self.recipes = OvercookedV2Recipe.all(ingredients: ingredients)
    }
    self.permuted = Set(permuted ?? []).sorted()
    try requireThatAllFits(permuted ?? [])
  }

  /// A kitchen as a list of rows or as one text with line ends.
  private static func rows(_ given: inout EnvironmentParameters) throws -> [String]? {
    guard case .text(let text) = given.value("grid") else { return try given.texts("grid") }
    var rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if rows.last?.isEmpty == true { rows.removeLast() }
    return rows
  }

  private func requireThatAllFits(_ listed: [Int]) throws {
    if listed.count != permuted.count || permuted.contains(where: { $0 >= kitchen.ingredientCount }) {
      throw EnvironmentParameters.Invalid(
        "environment.op_ingredient_permutations = \(listed); expected different ingredients of this kitchen, "
          + "0 to \(kitchen.ingredientCount - 1)")
    }
    if observationType == .featurized {
      guard kitchen.ingredientCount == 1, kitchen.starts.count >= 2, viewSize == 0, permuted.isEmpty, !showsDelivery
      else {
        throw EnvironmentParameters.Invalid(
          "environment.observation_type = featurized needs a kitchen with one ingredient and at least 2 cooks that see "
            + "all of it; remove agent_view_size, op_ingredient_permutations and indicate_successful_delivery, "
            + "or use observation_type default")
      }
    }
    if drawsCells {
      for (cook, start) in kitchen.starts.enumerated() {
        let room = kitchen.room(of: start)
        let cooks = kitchen.starts.count { room.contains($0) }
        guard cooks <= room.count else {
          throw EnvironmentParameters.Invalid(
            "environment.grid: the room of cook \(cook) has \(room.count) cells for \(cooks) cooks; "
              + "random positions need at least one each")
        }
      }
    }
  }
}
