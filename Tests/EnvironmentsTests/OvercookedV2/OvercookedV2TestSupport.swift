import Environments
import TestSupport
import VulkanCompute

/// OvercookedV2 for tests, with parameters in short form.
func overcookedV2(
  _ parameters: [String: ParameterValue] = [:], suppliedRecipes: Int = 0
) throws -> OvercookedV2Environment {
  try OvercookedV2Environment(parameters: EnvironmentParameters(parameters), suppliedRecipes: suppliedRecipes)
}

/// Four cooks in one room, with everything that there is.
///
///     cells   7 pile 0   8 to 11 the cooks   12 floor   13 goal
///            14 L       15 to 19 floor                  20 R
///            21 pot     22 to 26 floor                  27 plates
///                       30 pot   31 pile 2   33 goal
let fourCooks: ParameterValue = ["WWWW1WW", "0abcd X", "L     R", "P     B", "WWP2WXW"]

/// A kitchen that nobody plays: ten ingredients, eight pots, eight buttons, 126 cells, two rooms.
let manyIngredients: ParameterValue = [
  "W0123456789XWWWWWW", "P     L  P     L B", "P  a  L  P  c  L R", "P     L  P     L W", "PWWWWWL  PWWWWWL W",
  "W    b   W   d   X", "WWWWWBWWWWWWWWWWWW",
]

/// All layouts, and options that change kernels.
let overcookedV2Configurations: [[String: ParameterValue]] =
  OvercookedV2LayoutName.allCases.map {
    ["layout": .text($0.rawValue), "random_reset": true, "sample_recipe_on_delivery": true, "max_steps": 25]
  } + [
    ["layout": "cramped_room"],
    ["layout": "cramped_room", "observation_type": "featurized", "random_reset": true, "max_steps": 20],
    ["layout": "counter_circuit", "observation_type": "featurized", "random_reset": true, "max_steps": 20],
    ["layout": "coord_ring", "observation_type": "featurized", "random_agent_positions": true],
    [
      "grid": ["WW0WPWW", "WAA   X", "B  WA P", "WWWRWWW"], "observation_type": "featurized", "random_reset": true,
      "max_steps": 15,
    ],
    [
      "layout": "grounded_coord_simple", "agent_view_size": 2, "negative_rewards": true, "random_reset": true,
      "sample_recipe_on_delivery": true, "op_ingredient_permutations": [0, 1], "max_steps": 30,
    ],
    [
      "grid": fourCooks, "random_reset": true, "start_cooking_interaction": true, "agent_view_size": 1,
      "op_ingredient_permutations": [2, 0, 1], "indicate_successful_delivery": true, "max_steps": 30,
    ],
    [
      "grid": fourCooks, "random_reset": true, "agent_view_size": 5, "negative_rewards": true,
      "sample_recipe_on_delivery": true, "max_steps": 20,
    ],
    ["grid": fourCooks, "start_directions": "random", "max_steps": 60],
    [
      "grid": manyIngredients, "random_reset": true, "op_ingredient_permutations": [0, 3, 8, 9], "max_steps": 20,
      "indicate_successful_delivery": true,
    ],
    ["grid": manyIngredients, "recipes": [[0, 9, 5]], "random_reset": true, "agent_view_size": 2, "max_steps": 20],
  ]

/// One kitchen with a known start.
struct OvercookedV2Table {
  let environment: OvercookedV2Environment
  let play: EnvironmentPlay
  let device: Device

  /// - Parameters:
  ///   - parameters: Four cooks without annealing, unless they say otherwise.
  ///   - change: Changes the start state: cooks on their start cells, looking up, nothing anywhere, the first recipe.
  init(
    _ parameters: [String: ParameterValue] = [:], suppliedRecipes: Int = 0,
    _ change: (inout OvercookedV2State) -> Void = { _ in }
  ) throws {
    let usual: [String: ParameterValue] = ["shaping_horizon": 0, "grid": fourCooks]
    var parameters = usual.merging(parameters) { $1 }
    if parameters["layout"] != nil { parameters["grid"] = nil }
    environment = try overcookedV2(parameters, suppliedRecipes: suppliedRecipes)
    device = try TestDevice.make()
    var state = OvercookedV2State(environment.parameters)
    change(&state)
    play = try EnvironmentPlay(environment, device: device, startStates: [environment.startState(state)])
  }

  var state: OvercookedV2State {
    get throws { OvercookedV2State(try play.states()[0], environment.parameters) }
  }

  /// All act, by name, the last ones stay; returns the reward.
  @discardableResult func act(_ actions: String...) throws -> Float {
    let names = (0..<environment.actionCount).map(environment.actionName)
    let all = actions + Array(repeating: "stay", count: environment.agentCount - actions.count)
    try play.setActions(all.map { UInt32(names.firstIndex(of: $0)!) })
    try play.step()
    let rewards = try play.rewards()
    return Set(rewards).count == 1 ? rewards[0] : .nan
  }

  /// Shaped rewards of the last step.
  func shaped() throws -> [Float] { try play.shapedRewards() ?? [] }
}
