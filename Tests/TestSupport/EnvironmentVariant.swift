import Environments

/// Every environment of the registry in configurations that differ in their kernels.
public struct EnvironmentVariant: Sendable, CustomStringConvertible {
  public let name: String
  public let values: [String: ParameterValue]
  /// The number of symmetries of each of its families.
  public let symmetries: [String: Int]

  public init(name: String, values: [String: ParameterValue], symmetries: [String: Int] = [:]) {
    self.name = name
    self.values = values
    self.symmetries = symmetries
  }

  public var description: String {
    ([name] + values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
  }

  public func make() throws -> any Environment {
    try EnvironmentRegistry.make(name: name, parameters: EnvironmentParameters(values))
  }

  public static let all: [EnvironmentVariant] = [
    hanabi("full", symmetries: ["colors": 120]),
    hanabi("full", ["players": .integer(3)], symmetries: ["colors": 120]),
    hanabi("full", ["players": .integer(4)], symmetries: ["colors": 120]),
    hanabi("full", ["players": .integer(5)], symmetries: ["colors": 120]),
    hanabi("full", ["knowledge": .text("plausible")], symmetries: ["colors": 120]),
    hanabi("small", symmetries: ["colors": 2]),
    hanabi("very_small"),
    hanabi("mini", symmetries: ["colors": 6]),
    hanabi("tiny", symmetries: ["colors": 2]),
    hanabi("tiny", ["observation": .text("minimal")], symmetries: ["colors": 2]),
    hanabi(
      "tiny", ["players": .integer(3), "colors": .integer(3), "hand_size": .integer(2)], symmetries: ["colors": 6]),
    overcooked("cramped_room"),
    overcooked("counter_circuit"),
    overcooked("asymm_advantages", ["random_reset": .boolean(true), "start_directions": .text("north")]),
    levers([:], symmetries: ["lever_shifts": 10]),
    levers(["players": .integer(3), "levers": .integer(40), "rounds": .integer(2)], symmetries: ["lever_shifts": 40]),
    levers(["pay": .list([.list([.integer(1), .integer(0)]), .list([.number(0.5), .integer(2)])])]),
    levers(["cue": .boolean(true), "levers": .integer(5), "rounds": .integer(4)], symmetries: ["levers": 120]),
    yokai("yokai_9", symmetries: ["colors": 6, "grid": 8]),
    yokai(
      "yokai_16", ["players": .integer(3), "memory": .text("turn"), "obs": .text("grid")],
      symmetries: ["colors": 24, "grid": 8]),
    yokai(
      "yokai_9",
      [
        "action_mode": .text("cell"), "reject_solved_start": .boolean(true), "boundary": .text("shift"),
        "obs_matches": .boolean(true), "shaping_weight": .number(0.5),
      ], symmetries: ["colors": 6, "grid": 8]),
    overcookedV2(
      "grounded_coord_simple",
      [
        "agent_view_size": .integer(2), "random_agent_positions": .boolean(true),
        "sample_recipe_on_delivery": .boolean(true), "negative_rewards": .boolean(true),
        "op_ingredient_permutations": .list([.integer(0), .integer(1)]),
      ], symmetries: ["grid": 2, "ingredients": 2]),
    overcookedV2("cramped_room", ["observation_type": .text("featurized")]),
    overcookedV2(
      "demo_cook_simple",
      [
        "random_reset": .boolean(true), "indicate_successful_delivery": .boolean(true),
        "start_cooking_interaction": .boolean(true),
      ], symmetries: ["grid": 2]),
  ]

  private static func levers(
    _ values: [String: ParameterValue], symmetries: [String: Int] = [:]
  ) -> EnvironmentVariant {
    EnvironmentVariant(name: "levers", values: values, symmetries: symmetries)
  }

  private static func overcooked(
    _ layout: String, _ values: [String: ParameterValue] = [:], symmetries: [String: Int] = [:]
  ) -> EnvironmentVariant {
    EnvironmentVariant(
      name: "overcooked", values: values.merging(["layout": .text(layout)]) { $1 }, symmetries: symmetries)
  }

  private static func overcookedV2(
    _ layout: String, _ values: [String: ParameterValue] = [:], symmetries: [String: Int] = [:]
  ) -> EnvironmentVariant {
    EnvironmentVariant(
      name: "overcooked_v2", values: values.merging(["layout": .text(layout)]) { $1 }, symmetries: symmetries)
  }

  private static func yokai(
    _ game: String, _ values: [String: ParameterValue] = [:], symmetries: [String: Int] = [:]
  ) -> EnvironmentVariant {
    EnvironmentVariant(name: "yokai", values: values.merging(["game": .text(game)]) { $1 }, symmetries: symmetries)
  }

  private static func hanabi(
    _ preset: String, _ values: [String: ParameterValue] = [:], symmetries: [String: Int] = [:]
  ) -> EnvironmentVariant {
    EnvironmentVariant(name: "hanabi", values: values.merging(["preset": .text(preset)]) { $1 }, symmetries: symmetries)
  }
}
