import Environments
import TestSupport
import Testing

/// The symmetries that kitchens of OvercookedV2 have, and that everything that can be seen follows them.
@Suite struct OvercookedV2SymmetryTests {
  private static let mirrored: Set<OvercookedV2LayoutName> = [
    .funSymmetries, .funSymmetriesPlates, .funSymmetries1, .groundedCoordSimple, .groundedCoordRing, .testTimeSimple,
    .demoCookSimple,
  ]

  @Test(arguments: OvercookedV2LayoutName.allCases)
  func theMirrorOfTopAndBottomIsTheOnlySymmetryOfALayout(layout: OvercookedV2LayoutName) throws {
    let values: [String: ParameterValue] = ["layout": .text(layout.rawValue)]
    let looking = try overcookedV2(values.merging(["start_directions": "random"]) { $1 }).symmetryFamilies
    #expect(looking.map(\.elements.count) == (Self.mirrored.contains(layout) ? [2] : []))
    // Cooks that all look up would look down in the mirror.
    #expect(try overcookedV2(values).symmetryFamilies.isEmpty)
  }

  @Test(
    arguments: [
      ["layout": "grounded_coord_simple", "agent_view_size": 2, "negative_rewards": true],
      ["layout": "demo_cook_simple", "indicate_successful_delivery": true],
      ["layout": "grounded_coord_ring", "agent_view_size": 1, "op_ingredient_permutations": [0, 1]],
      ["layout": "fun_symmetries", "start_cooking_interaction": true],
    ] as [[String: ParameterValue]])
  func kitchensLookTheSameInTheMirror(parameters: [String: ParameterValue]) throws {
    let given: [String: ParameterValue] = [
      "random_reset": true, "sample_recipe_on_delivery": true, "max_steps": 30, "shaping_horizon": 0,
    ]
    let environment = try overcookedV2(given.merging(parameters) { $1 }, suppliedRecipes: 4)
    let elements = try #require(environment.symmetryFamilies.first { $0.name == "grid" }).elements
    let difference = try SymmetryCheck(
      environment, elements: elements, twins: OvercookedV2Symmetry.mirrors(environment),
      starts: starts(environment)
    ).firstDifference(steps: 40, device: TestDevice.make())
    #expect(difference == nil)
  }

  @Test func exchangedIngredientsHaveNoNames() throws {
    let environment = try overcookedV2(["grid": fourCooks, "op_ingredient_permutations": [0, 2], "max_steps": 30])
    let elements = try #require(environment.symmetryFamilies.first { $0.name == "ingredients" }).elements
    let twins = OvercookedV2Symmetry.names(environment, [[0, 1, 2], [2, 1, 0]])
    func difference(_ elements: [Symmetry]) throws -> String? {
      try SymmetryCheck(environment, elements: elements, twins: twins, starts: starts(environment))
        .firstDifference(steps: 30, device: TestDevice.make())
    }
    #expect(try difference(elements) == nil)
    var wrong = elements
    wrong[1].features = elements[0].features
    #expect(try difference(wrong) != nil, "names that stay as they are would be wrong")
  }

  /// Kitchens in use, as random resets make them, with recipes for deliveries to come.
  private func starts(_ environment: OvercookedV2Environment) throws -> [[UInt32]] {
    let given = environment.parametersDescription.merging(["random_reset": true]) { $1 }
    let rules = environment.parameters
    let random = try overcookedV2(given, suppliedRecipes: rules.suppliedRecipes)
    let play = try EnvironmentPlay(random, seeds: [91], environments: 12, device: TestDevice.make())
    return try play.states().map { words in
      var state = OvercookedV2State(words, random.parameters)
      state.supply = (0..<rules.suppliedRecipes).map { $0 % rules.recipes.count }
      return environment.startState(state)
    }
  }
}
