import Environments
import TestSupport
import Testing

@Suite struct OvercookedV2ParametersTests {
  /// (layout, height, width, channels), after the reference implementation.
  @Test(
    arguments: [
      ("cramped_room", 4, 5, 30), ("cramped_room_v2", 4, 5, 35), ("grounded_coord_simple", 5, 8, 40),
      ("test_time_simple", 5, 8, 40), ("grounded_coord_ring", 9, 9, 40), ("demo_cook_simple", 5, 11, 40),
      ("test_time_wide", 7, 6, 45), ("demo_cook_wide", 6, 11, 45),
    ])
  func observationsHaveTheShapesOfTheReference(layout: String, height: Int, width: Int, channels: Int) throws {
    let environment = try overcookedV2(["layout": .text(layout)])
    #expect(environment.observationFeatureCount == height * width * channels)
    #expect(environment.parameters.kitchen.height == height && environment.parameters.kitchen.width == width)
    let view = try overcookedV2(["layout": .text(layout), "agent_view_size": 2])
    #expect(view.observationFeatureCount == 25 * channels)
    let shown = try overcookedV2(["layout": .text(layout), "indicate_successful_delivery": true])
    #expect(shown.observationFeatureCount == height * width * (channels + 1))
  }

  @Test func theDefaultsAreThoseOfJaxMARL() throws {
    let rules = try overcookedV2().parameters
    #expect(rules.layout == .crampedRoom && rules.maxSteps == 400 && rules.viewSize == 0 && rules.permuted == [])
    #expect(!rules.randomReset && !rules.randomPositions && !rules.cooksByHand && !rules.negativeRewards)
    #expect(!rules.samplesRecipes && !rules.showsDelivery && rules.initialStates == [])
    #expect(rules.observationType == .channels && rules.startDirections == .up)
    #expect(rules.shaping.weight == 1 && rules.shaping.horizon == 15_000_000)
  }

  @Test func everyLayoutIsAKitchenWithItsRecipes() throws {
    for layout in OvercookedV2LayoutName.allCases {
      let rules = try overcookedV2(["layout": .text(layout.rawValue)]).parameters
      #expect(rules.cookCount == (layout == .longRoom ? 1 : 2))
      #expect(rules.recipes.allSatisfy { $0.count == 3 && $0 == $0.sorted() })
      #expect(try OvercookedV2Kitchen(rows: rules.kitchen.rows) == rules.kitchen)
    }
    #expect(
      try overcookedV2(["layout": "two_rooms"]).parameters.recipes == [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]])
    #expect(try overcookedV2(["layout": "fun_coordination"]).parameters.recipes == [[0, 0, 2], [1, 1, 3]])
  }

  @Test func aGridIsALayoutAsRowsOrAsOneText() throws {
    let named = try overcookedV2(["layout": "cramped_room_v2"])
    let rows = try overcookedV2(["grid": ["WWPWW", "OA A1", "W   R", "WBWXW"]])
    let text = try overcookedV2(["grid": "WWPWW\n0a b1\nW   R\nWBWXW\n"])
    #expect(rows.macros == named.macros && text.macros == named.macros)
    #expect(rows.parametersDescription["grid"] == ["WWPWW", "0a b1", "W   R", "WBWXW"])
  }

  @Test(
    arguments: [
      (["layout": "kitchen"], "environment.layout = kitchen; expected one of cramped_room, asymm_advantages"),
      (["max_steps": 0], "environment.max_steps = 0; expected a whole number from 1 to"),
      (["agent_view_size": 15], "environment.agent_view_size = 15"), (["random_reset": 1], "expected true or false"),
      (["observation_type": "image"], "environment.observation_type"),
      (["view": 1], "environment.view is not a known key"),
      (["recipes": [[0, 0]]], "[0, 0] is not a list of 3 ingredients"), (["recipes": []], "expected a list of recipes"),
      (["recipes": [[0, 0, 1]]], "[0, 0, 1] has 1; ingredients of this kitchen are 0 to 0"),
      (["op_ingredient_permutations": [0, 1]], "expected different ingredients of this kitchen, 0 to 0"),
      (
        ["layout": "cramped_room_v2", "op_ingredient_permutations": [1, 1]],
        "op_ingredient_permutations = [1, 1]; expected different"
      ),
      (["layout": "cramped_room_v2", "observation_type": "featurized"], "a kitchen with one ingredient"),
      (["observation_type": "featurized", "agent_view_size": 1], "remove agent_view_size"),
      (["layout": "long_room", "observation_type": "featurized"], "at least 2 cooks"),
      (["grid": 5], "expected a list of texts"), (["grid": ["WWW", "WWW"]], "at least 3 rows"),
      (["layout": "cramped_room", "grid": ["WWW", "W W", "WWW"]], "remove environment.layout"),
      (["grid": ["WWPWW", "0a b0", "W  W", "WBWXW"]], "environment.grid row 3: has 4 characters, row 1 has 5"),
      (["grid": "WWPWW\n0a b0\nW  ?W\nWBWXW"], "environment.grid row 3, column 4: '?' is none of"),
      (
        ["grid": ["WWPWW", "0a b0", "W    ", "WBWXW"]], "environment.grid row 3, column 5: there is floor at the border"
      ),
      (
        ["grid": ["WWPWW", "0a b0", "W a W", "WBWXW"]], "environment.grid row 3, column 3: cook a starts here a second"
      ),
      (["grid": ["WWPWW", "0a A0", "W   W", "WBWXW"]], "environment.grid row 2, column 4: 'A' is beside cooks"),
      (["grid": ["WWPWW", "0a c0", "W   W", "WBWXW"]], "environment.grid has no cook b"),
      (["grid": ["WWPWW", "0   0", "W   W", "WBWXW"]], "environment.grid has 0 cooks"),
      (["grid": ["WWPWW", "0AAA0", "WAA W", "WBWXW"]], "environment.grid has 5 cooks"),
      (["grid": ["WWPWW", "Wa bW", "W   W", "WBWXW"]], "environment.grid has no pile"),
      (["grid": ["WWPWW", "0a b0", "W   W", "WWWXW"]], "environment.grid has no B"),
      (["grid": ["WWWWW", "0a b0", "W   W", "WBWXW"]], "environment.grid has no P"),
      (["grid": ["WWPWW", "0a b0", "W   W", "WBWWW"]], "environment.grid has no X"),
      (["grid": ["WWPWW", "0a b0", "L   W", "WBWXW"]], "environment.grid has no R"),
      (["grid": ["PPPPPPPPPW", "0a b     0", "WBWXWWWWWW"]], "has 9 pots; at most 8"),
      (["grid": ["LLLLLLLLLW", "0a b     P", "WBWXWWWWWR"]], "has 9 buttons; at most 8"),
      (["grid": .list(Array(repeating: .text("WWWWWWWWWWWWW"), count: 10))], "has 13 x 10 = 130 cells; at most 128"),
      (["initial_states": ["{}"]], "environment.initial_states, state 0: expected JSON with pos"),
      (
        ["initial_states": [#"{"pos": [[1, 1], [1, 1]], "dir": [0, 0], "inv": [0, 0], "recipe": 12}"#]],
        "state 0: two cooks are on one cell"
      ),
    ] as [([String: ParameterValue], String)])
  func badParametersAreRefusedWithASentenceThatNamesTheKey(
    parameters: [String: ParameterValue], sentence: String
  ) throws {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try overcookedV2(parameters) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func anIndicatorOrAListSaysWhatIsCooked() throws {
    let grid: ParameterValue = ["WWPWW", "0a b1", "L   W", "WBWXW"]
    #expect(try overcookedV2(["grid": grid, "recipes": [[1, 0, 0]]]).parameters.recipes == [[0, 0, 1]])
  }
}
