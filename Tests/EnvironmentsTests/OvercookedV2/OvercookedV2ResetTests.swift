import Environments
import TestSupport
import Testing
import VulkanCompute

/// What a reset and a delivery draw.
@Suite struct OvercookedV2ResetTests {
  private func starts(_ parameters: [String: ParameterValue], count: Int = 1000) throws -> [OvercookedV2State] {
    let environment = try overcookedV2(parameters)
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [77], environments: count, device: device)
    device.requireNoValidationMessages()
    return try play.states().map { OvercookedV2State($0, environment.parameters) }
  }

  /// A share of many draws, with five standard errors to spare for the smallest samples here.
  private func expect(
    _ shares: [Double], _ expected: [Double], within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (share, wanted) in zip(shares, expected) {
      #expect(abs(share - wanted) < tolerance, "\(shares)", sourceLocation: sourceLocation)
    }
  }

  private func share<Element>(of elements: [Element], _ isMeant: (Element) -> Bool) -> Double {
    Double(elements.count(where: isMeant)) / Double(elements.count)
  }

  @Test func withoutOptionsOnlyTheRecipeIsDrawn() throws {
    let rules = try overcookedV2(["layout": "cramped_room_v2"]).parameters
    let states = try starts(["layout": "cramped_room_v2"])
    for var state in states {
      state.recipe = OvercookedV2Code(rules.recipes[0])
      #expect(state == OvercookedV2State(rules))
    }
    let shares = rules.recipes.map { recipe in share(of: states) { $0.recipe == OvercookedV2Code(recipe) } }
    expect(shares, [0.25, 0.25, 0.25, 0.25], within: 0.07)
  }

  @Test func cooksKeepTheirRoomsAndCellsOfTheirOwn() throws {
    for layout in ["forced_coord", "grounded_coord_ring", "demo_cook_simple"] {
      let rules = try overcookedV2(["layout": .text(layout)]).parameters
      let states = try starts(["layout": .text(layout), "random_agent_positions": true])
      for (cook, start) in rules.kitchen.starts.enumerated() {
        let cells = Set(states.map { $0.cooks[cook].cell })
        #expect(cells == Set(rules.kitchen.room(of: start)))
        let directions = OvercookedV2State.Direction.allCases.map { direction in
          share(of: states) { $0.cooks[cook].direction == direction }
        }
        expect(directions, [0.25, 0.25, 0.25, 0.25], within: 0.07)
      }
      #expect(states.allSatisfy { $0.cooks[0].cell != $0.cooks[1].cell })
      #expect(states.allSatisfy { $0.cooks.allSatisfy { $0.held == .nothing } })
    }
  }

  @Test func aRandomResetFillsHandsCountersAndPots() throws {
    let rules: [String: ParameterValue] = ["layout": "cramped_room_v2", "random_reset": true]
    let states = try starts(rules)
    func kinds(_ codes: [OvercookedV2Code]) -> [Double] {
      [
        share(of: codes) { $0 == .nothing }, share(of: codes) { $0 == .plate },
        share(of: codes) { !$0.isPlated && $0.ingredients.count == 1 },
        share(of: codes) { $0.isPlated && $0.isCooked && $0.ingredients.count == 3 },
      ]
    }
    expect(kinds(states.flatMap { $0.cooks.map(\.held) }), [0.5, 0.1, 0.25, 0.15], within: 0.055)
    expect(kinds(states.flatMap(\.counters)), [0.5, 0.1, 0.3, 0.1], within: 0.03)
    let pots = states.flatMap(\.pots)
    func counts(_ pots: [OvercookedV2State.Pot]) -> [Double] {
      (1...3).map { count in share(of: pots) { $0.code.ingredients.count == count } }
    }
    let filling = pots.filter { $0.timer == 0 && !$0.code.isCooked && $0.code != .nothing }
    let cooking = pots.filter { $0.timer > 0 }
    let shares = [
      share(of: pots) { $0 == .init() }, Double(filling.count) / 1000, Double(cooking.count) / 1000,
      share(of: pots, \.code.isCooked),
    ]
    expect(shares, [0.4, 0.35, 0.15, 0.1], within: 0.08)
    expect(counts(filling), [1 / 3, 1 / 3, 1 / 3], within: 0.13)
    #expect(Set(cooking.map(\.timer)) == Set(1...20))
    #expect((pots.filter(\.code.isCooked) + cooking).allSatisfy { $0.code.ingredients.count == 3 })
    #expect(states.allSatisfy { $0.buttons.allSatisfy { $0 == 0 } && $0.step == 0 })

    let byHand = try starts(rules.merging(["start_cooking_interaction": true]) { $1 }).flatMap(\.pots)
    expect(counts(byHand.filter { $0.timer > 0 }), [1 / 3, 1 / 3, 1 / 3], within: 0.2)
  }

  @Test func listedIngredientsArePermutedForEachCookAlone() throws {
    let states = try starts(["grid": fourCooks, "op_ingredient_permutations": [0, 1, 2]])
    for cook in 0..<4 {
      let permutations = Dictionary(grouping: states) { $0.permutations[cook] }
      #expect(permutations.count == 6)
      expect(permutations.values.map { Double($0.count) / 1000 }, Array(repeating: 1 / 6, count: 6), within: 0.06)
    }
    let equal = share(of: states) { $0.permutations[0] == $0.permutations[1] }
    expect([equal], [1 / 6], within: 0.06)
    let two = try starts(["grid": fourCooks, "op_ingredient_permutations": [0, 2]], count: 100)
    #expect(Set(two.flatMap(\.permutations)) == [[0, 1, 2], [2, 1, 0]])
    let nine = try starts(["grid": manyIngredients, "op_ingredient_permutations": [1, 8, 9]], count: 200)
    let fixed = [0, 2, 3, 4, 5, 6, 7]
    #expect(Set(nine.flatMap(\.permutations)).count == 6)
    #expect(nine.allSatisfy { $0.permutations.allSatisfy { shown in fixed.allSatisfy { shown[$0] == $0 } } })
  }

  @Test func startCellsTellNothingAboutPermutations() throws {
    let states = try starts([
      "layout": "grounded_coord_simple", "random_agent_positions": true, "op_ingredient_permutations": [0, 1],
    ])
    for (_, group) in Dictionary(grouping: states, by: { $0.cooks[1].cell }) {
      expect([share(of: group) { $0.permutations[1] == [1, 0, 2] }], [0.5], within: 0.25)
    }
  }

  @Test func aDeliveryDrawsFromTheListAndNothingElseDoes() throws {
    let environment = try overcookedV2(["grid": fourCooks, "sample_recipe_on_delivery": true])
    var delivery = OvercookedV2State(environment.parameters)
    delivery.cooks[0] = .init(cell: 12, direction: .right, held: OvercookedV2Code([0, 0, 0]).dish)
    let device = try TestDevice.make()
    func recipes(seed: UInt64) throws -> [OvercookedV2Code] {
      let play = try EnvironmentPlay(
        environment, seeds: [seed], environments: 1000, device: device,
        startStates: Array(repeating: environment.startState(delivery), count: 1000))
      try play.setActions(Array(repeating: [5, 4, 4, 4], count: 1000).flatMap { $0 })
      try play.step()
      return try play.states().map { OvercookedV2State($0, environment.parameters).recipe }
    }
    let drawn = try recipes(seed: 3)
    let all = environment.parameters.recipes.map { OvercookedV2Code($0) }
    #expect(all.count == 10)
    expect(all.map { recipe in share(of: drawn) { $0 == recipe } }, Array(repeating: 0.1, count: 10), within: 0.05)
    #expect(try recipes(seed: 3) == drawn && recipes(seed: 4) != drawn)
  }

  @Test func aResetStartsFromOneOfTheGivenStates() throws {
    let given: [String: ParameterValue] = [
      "layout": "cramped_room_v2", "op_ingredient_permutations": [0, 1],
      "initial_states": [
        #"{"step": 7, "pos": [[1, 2], [3, 1]], "dir": [3, 1], "inv": [0, 19], "pots": [[2, 0, 24, 11]], "recipe": 24}"#,
        #"{"pos": [[2, 1], [3, 2]], "dir": [0, 2], "inv": [1, 0], "items": [[0, 0, 1]], "recipe": 48}"#,
      ],
    ]
    let states = try starts(given)
    let (first, second) = (states.filter { $0.recipe.bits == 24 }, states.filter { $0.recipe.bits == 48 })
    expect([Double(first.count) / 1000, Double(second.count) / 1000], [0.5, 0.5], within: 0.08)
    for state in first {
      #expect(state.pots == [.init(code: OvercookedV2Code([0, 0, 1]), timer: 11)] && state.step == 0)
      #expect(state.cooks[0] == .init(cell: 11, direction: .left))
    }
    #expect(second.allSatisfy { $0.counters[0] == .plate && $0.cooks[0].held == .plate })
    #expect(Set(states.flatMap(\.permutations)) == [[0, 1], [1, 0]])
  }
}
