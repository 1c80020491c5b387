import Environments
import TestSupport
import Testing

@Suite struct OvercookedParametersTests {
  /// (layout, observation features, starts of JaxMARL, starts of overcooked_ai), after the reference implementations.
  @Test(
    arguments: [
      ("cramped_room", 520, [6, 8], [11, 8]), ("asymm_advantages", 1170, [29, 32], [24, 28]),
      ("coord_ring", 650, [7, 11], [7, 11]), ("forced_coord", 650, [11, 8], [8, 11]),
      ("counter_circuit", 1040, [10, 30], [27, 11]),
    ] as [(String, Int, [Int], [Int])])
  func layoutsAreThoseOfTheReferences(layout: String, features: Int, starts: [Int], originals: [Int]) throws {
    let environment = try overcooked(["layout": .text(layout)])
    #expect(environment.observationFeatureCount == features)
    #expect(environment.parameters.kitchen.starts == starts)
    #expect(environment.observationWordCount == 8)
    #expect(environment.stateWordCount == 8)
    let original = try overcooked(["layout": .text(layout), "start_cells": "overcooked_ai"])
    #expect(original.parameters.kitchen.starts == originals)
    #expect(original.parameters.kitchen.cells == environment.parameters.kitchen.cells)
  }

  @Test func theDefaultsAreThoseOfJaxMARL() throws {
    let rules = try overcooked().parameters
    #expect(rules.layout == .crampedRoom && rules.startDirections == .random && !rules.randomReset && rules.platePays)
    #expect(rules.maxSteps == 400 && rules.shaping.weight == 1 && rules.shaping.horizon == 2_500_000)
  }

  @Test func aGridIsALayout() throws {
    let named = try overcooked(["layout": "cramped_room"])
    let grid = try overcooked(["grid": ["WWPWW", "O0 1O", "W   W", "WBWXW"]])
    #expect(grid.macros == named.macros && grid.startState == named.startState)
    #expect(grid.parametersDescription["grid"] == ["WWPWW", "O0 1O", "W   W", "WBWXW"])
  }

  @Test(
    arguments: [
      (["layout": "kitchen"], "environment.layout = kitchen; expected one of cramped_room, asymm_advantages"),
      (["max_steps": 0], "environment.max_steps = 0; expected a whole number from 1 to"),
      (["shaping_horizon": -1], "environment.shaping_horizon"), (["shaping_weight": -1], "environment.shaping_weight"),
      (["start_cells": "mine"], "environment.start_cells"), (["random_reset": 1], "expected true or false"),
      (["shaping": 1], "environment.shaping is not a known key"),
      (["grid": "WWW"], "expected a list of texts"), (["grid": [1, 2, 3]], "1 is not text"),
      (["grid": ["WWW", "WWW"]], "at least 3 rows"),
      (["layout": "cramped_room", "grid": ["WWW", "W W", "WWW"]], "remove environment.layout"),
      (["start_cells": "jaxmarl", "grid": ["WWW", "W W", "WWW"]], "remove environment.start_cells"),
      (["grid": ["WWPWW", "O0 1O", "W  W", "WBWXW"]], "environment.grid row 3: has 4 characters, row 1 has 5"),
      (["grid": ["WWPWW", "O0 1O", "W  ?W", "WBWXW"]], "environment.grid row 3, column 4: '?' is none of"),
      (
        ["grid": ["WWPWW", "O0 1O", "W    ", "WBWXW"]], "environment.grid row 3, column 5: there is floor at the border"
      ),
      (
        ["grid": ["WWPWW", "O0 1O", "W 0 W", "WBWXW"]], "environment.grid row 3, column 3: cook 0 starts here a second"
      ),
      (["grid": ["WWPWW", "O0  O", "W   W", "WBWXW"]], "environment.grid has no start cell for cook 1"),
      (["grid": ["WWPWW", "W0 1W", "W   W", "WBWXW"]], "environment.grid has no O"),
      (["grid": ["WWPWW", "O0 1O", "W   W", "WWWXW"]], "environment.grid has no B"),
      (["grid": ["WWWWW", "O0 1O", "W   W", "WBWXW"]], "environment.grid has no P"),
      (["grid": ["WWPWW", "O0 1O", "W   W", "WBWWW"]], "environment.grid has no X"),
      (["grid": ["PPPPPPPPPW", "O0 1     O", "WBWXWWWWWW"]], "has 9 pots; at most 8"),
      (["grid": .list(Array(repeating: .text("WWWWWWWWWWWWW"), count: 10))], "has 13 x 10 = 130 cells; at most 128"),
    ] as [([String: ParameterValue], String)])
  func badParametersAreRefusedWithASentenceThatNamesTheKey(
    parameters: [String: ParameterValue], sentence: String
  ) throws {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try overcooked(parameters) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }
}
