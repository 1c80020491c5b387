import Environments
import TestSupport
import Testing

@Suite struct OvercookedV2ConformanceTests {
  @Test(
    arguments: [
      [
        "layout": "grounded_coord_simple", "agent_view_size": 2, "negative_rewards": true, "max_steps": 100,
        "sample_recipe_on_delivery": true, "random_agent_positions": true,
      ],
      ["layout": "long_room", "max_steps": 50, "random_reset": true],
      ["layout": "cramped_room", "observation_type": "featurized", "random_reset": true, "max_steps": 50],
      [
        "grid": fourCooks, "random_reset": true, "start_cooking_interaction": true, "max_steps": 50,
        "op_ingredient_permutations": [0, 1, 2], "sample_recipe_on_delivery": true, "shaping_weight": .number(0.5),
      ],
    ] as [[String: ParameterValue]])
  func overcookedV2DoesWhatEveryEnvironmentMust(configuration: [String: ParameterValue]) throws {
    try EnvironmentConformance.check(overcookedV2(configuration)) { words, environment in
      guard let overcooked = environment as? OvercookedV2Environment else { return ["not OvercookedV2"] }
      return problems(of: OvercookedV2State(words, overcooked.parameters), overcooked.parameters)
    }
  }

  /// Cooks stand on different floor cells of their rooms, pots and hands hold what they can, the recipe is of the list.
  private func problems(of state: OvercookedV2State, _ rules: OvercookedV2Parameters) -> [String] {
    var problems: [String] = []
    let kitchen = rules.kitchen
    if Set(state.cooks.map(\.cell)).count < state.cooks.count { problems.append("two cooks in one cell") }
    for (cook, start) in zip(state.cooks, kitchen.starts) where !kitchen.room(of: start).contains(cook.cell) {
      problems.append("a cook outside its room")
    }
    if !rules.recipes.contains(state.recipe.ingredients) { problems.append("a recipe that is not listed") }
    for pot in state.pots {
      if pot.code.isPlated || pot.code.ingredients.count > 3 || pot.timer > 20 { problems.append("a pot of \(pot)") }
      if pot.timer > 0, pot.code.isCooked || pot.code == .nothing { problems.append("a pot that cooks \(pot.code)") }
    }
    for code in state.cooks.map(\.held) + state.counters where code != .nothing && code != .plate {
      let isRaw = !code.isPlated && !code.isCooked && code.ingredients.count == 1
      let isDish = code.isPlated && code.isCooked && 1...3 ~= code.ingredients.count
      if !isRaw, !isDish { problems.append("something like \(code.bits)") }
    }
    if state.permutations.contains(where: { $0.sorted() != Array(0..<rules.ingredientCount) }) {
      problems.append("a permutation that is none")
    }
    return problems
  }
}
