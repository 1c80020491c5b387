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
      (["grid": "WWW"], "expected a list of texts"), (["grid": 3], "environment.grid = 3; expected"),
      (["layout": "a\nb"], "environment.layout = a\\nb; expected one of"), (["grid": [1, 2, 3]], "1 is not text"),
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

  // MARK: overcooked_ai's letters and files

  /// Block strings, and the letters of overcooked_ai: the same kitchen as cramped_room.
  @Test(arguments: [
    "WWPWW\nO0 1O\nW   W\nWBWXW", "WWPWW\nO0 1O\nW   W\nWBWXW\n\n", "XXPXX\nO1 2O\nX   X\nXDXSX\n",
    "XXPXX\r\nO1 2O\r\nX   X\r\nXDXSX",
  ]) func aGridMayBeOneTextInEitherLetters(text: String) throws {
    let named = try overcooked(["layout": "cramped_room"])
    let grid = try overcooked(["grid": .text(text)])
    #expect(grid.macros == named.macros && grid.startState == named.startState)
    #expect(grid.parametersDescription["grid"] == ["WWPWW", "O0 1O", "W   W", "WBWXW"])
    #expect(grid.remarks.isEmpty)
  }

  @Test(
    arguments: [
      (["XXPXX", "O1 2T", "X   X", "XDXSX"], "environment.grid row 2, column 5: 'T' is a tomato pile"),
      (["XXPXX", "O1 2O", "X 3 X", "XDXSX"], "environment.grid row 3, column 3: '3' is a third cook"),
      (
        ["XXPXX", "O1 2O", "X   X", "XDXBX"], "row 4, column 4: 'B' is a letter of JaxMARL, but the kitchen is written"
      ),
      (["WWPWW", "O0 1O", "W   W", "WBWSW"], "row 4, column 4: 'S' is a letter of overcooked_ai, but the kitchen"),
      (["XXPXX", "O1  O", "X   X", "XDXSX"], "environment.grid has no start cell for cook 2; put a 1 and a 2"),
      (["XXPXX", "O1 2O", "X 2 X", "XDXSX"], "environment.grid row 3, column 3: cook 2 starts here a second time"),
      (["XXPXX", "O1 2O", "X   X", "XXXSX"], "has no D; a kitchen needs at least one each of O, D, P and S"),
      (
        ["XXPXX", "O1 2O", "X    ", "XDXSX"],
        "row 3, column 5: there is floor at the border; enclose the kitchen with counters (X)"
      ),
      (["XXPXX", "O1 2O", "X ? X", "XDXSX"], "'?' is none of X O D P S 1 2 and space"),
    ]) func kitchensInTheLettersOfOvercookedAIAreRefusedInThem(rows: [String], sentence: String) throws
  {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) {
      try overcooked(["grid": .list(rows.map { .text($0) })])
    }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func stationsThatNoCookReachesAreRemarkedOn() throws {
    let rows: ParameterValue = ["WWPWPWW", "O0 WW W", "W 1WWPW", "WBWXWWW"]
    let (first, last) = (
      "no cook can reach the pot in row 1, column 5 of the kitchen",
      "no cook can reach the goal in row 4, column 4 of the kitchen"
    )
    let middle = "no cook can reach the pot in row 3, column 6 of the kitchen"
    #expect(try overcooked(["grid": rows]).remarks == [first, middle, last])
    // A cook may start above the pot in the middle.
    #expect(try overcooked(["grid": rows, "random_reset": true]).remarks == [first, last])
    for name in OvercookedLayoutName.allCases {
      #expect(try overcooked(["layout": .text(name.rawValue)]).remarks.isEmpty)
    }
  }

  private func layout(_ entries: String = "", grid: String = "XXPXX\n    O1 2O\n    X   X\n    XDXSX") -> String {
    "{\n  \"grid\": \"\"\"\(grid)\"\"\",\n  'start_bonus_orders': [],\n\(entries)  \"rew_shaping_params\": None\n}\n"
  }

  @Test func aLayoutFileIsAKitchenAndTheTrainingKeepsIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("mine.layout").path
    let orders = "  \"start_all_orders\": [\n    {\"ingredients\": [\"onion\", \"onion\", \"onion\"]},\n  ],\n"
    try layout(orders).write(toFile: path, atomically: true, encoding: .utf8)
    let environment = try overcooked(["layout": .text(path), "max_steps": 7])
    #expect(environment.parametersDescription["grid"] == ["WWPWW", "O0 1O", "W   W", "WBWXW"])
    let resolved = try EnvironmentRegistry.resolved(name: "overcooked", ["layout": .text(path), "max_steps": 7])
    #expect(resolved == ["grid": ["WWPWW", "O0 1O", "W   W", "WBWXW"], "max_steps": 7])
    let error = #expect(throws: EnvironmentParameters.Invalid.self) {
      try overcooked(["layout": .text(path), "start_cells": "jaxmarl"])
    }
    #expect(error?.description.contains("remove environment.start_cells") == true, "\(error!)")
  }

  @Test(
    arguments: [
      (
        "  'start_all_orders': [{'ingredients': ['onion', 'tomato']}],\n",
        "start_all_orders has {\"ingredients\": [\"onion\", \"tomato\"]}"
      ),
      ("  'onion_time': 15,\n", "onion_time = 15 is not supported"),
      ("  'recipe_times': [100, 100],\n", "recipe_times = [100, 100]"),
      ("  'start_all_orders': [],\n", "start_all_orders is empty"),
      ("  'cook_time' 20,\n", "line 7: a colon is missing after \"cook_time\""),
      ("  'a': x,\n", "line 7: \"x\" is not a value"),
      ("  'a': 'b,\n", "line 7: a text begins with ' and does not end"),
      ("  'a': 1 'b': 2,\n", "line 7: a comma or } is missing"),
      ("  'a': \(String(repeating: "[", count: 100_000)),\n", "too deep"),
    ]) func layoutFilesThatAskForMoreAreRefusedByName(entries: String, sentence: String) throws
  {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("other.layout").path
    try layout(entries).write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try overcooked(["layout": .text(path)]) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("other.layout") == true && error?.description.contains("\n") == false)
  }

  @Test func aRaggedLayoutFileAndAMissingOneAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("ragged.layout").path
    try layout(grid: "XXPXX\n    O1 2O\n    X  X \n    XDXSX").write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try overcooked(["layout": .text(path)]) }
    #expect(error?.description.contains("ragged.layout row 3: has 4 characters, row 1 has 5") == true, "\(error!)")
    #expect(throws: EnvironmentParameters.Invalid.self) { try overcooked(["layout": "nowhere.layout"]) }
  }
}
