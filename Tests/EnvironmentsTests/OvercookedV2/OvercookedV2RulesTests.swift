import CShaders
import Environments
import TestSupport
import Testing

/// The rules of OvercookedV2, one sentence each (docs/environments/overcooked-v2.md), in the kitchen `fourCooks`.
@Suite struct OvercookedV2RulesTests {
  private let onion = OvercookedV2Code([0])
  private let onionSoup = OvercookedV2Code([0, 0, 0])

  // MARK: Moves

  @Test func cooksMoveOnFloorAndTurnEvenWhereTheyCannotMove() throws {
    let table = try OvercookedV2Table()
    try table.act("left", "down", "up", "right")
    #expect(try table.state.cooks.map(\.cell) == [8, 16, 10, 12])
    #expect(try table.state.cooks.map(\.direction) == [.left, .down, .up, .right])
  }

  @Test func cooksThatWantTheSameCellStay() throws {
    let table = try OvercookedV2Table { $0.cooks[1].cell = 22 }
    try table.act("right", "stay", "left")
    #expect(try table.state.cooks.map(\.cell) == [8, 22, 10, 11])
  }

  @Test func cooksCannotChangePlaces() throws {
    let table = try OvercookedV2Table()
    try table.act("right", "left", "right", "left")
    #expect(try table.state.cooks.map(\.cell) == [8, 9, 10, 11])
  }

  @Test func cooksFollowEachOther() throws {
    let table = try OvercookedV2Table()
    try table.act("right", "right", "right", "right")
    #expect(try table.state.cooks.map(\.cell) == [9, 10, 11, 12])
  }

  @Test func whoIsSentBackSendsBackWhoFollows() throws {
    let table = try OvercookedV2Table()
    try table.act("right", "right", "right", "interact")
    #expect(try table.state.cooks.map(\.cell) == [8, 9, 10, 11])
  }

  @Test func fourMayGoRound() throws {
    let table = try OvercookedV2Table { state in
      state.cooks[2].cell = 16
      state.cooks[3].cell = 15
    }
    try table.act("right", "down", "left", "up")
    #expect(try table.state.cooks.map(\.cell) == [9, 16, 15, 8])
    // Where one of them stays, so do those behind.
    try table.act("down", "left", "up", "stay")
    #expect(try table.state.cooks.map(\.cell) == [9, 16, 15, 8])
  }

  // MARK: Pots

  private func atPot(
    _ pot: OvercookedV2State.Pot, held: OvercookedV2Code, parameters: [String: ParameterValue] = [:]
  ) throws -> OvercookedV2Table {
    try OvercookedV2Table(parameters) { state in
      state.cooks[0] = .init(cell: 22, direction: .left, held: held)
      state.pots[0] = pot
    }
  }

  @Test func thirdIngredientStartsTheSoupWhichIsReadyNineteenStepsLater() throws {
    let table = try atPot(.init(code: OvercookedV2Code([0, 0])), held: onion)
    try table.act("interact")
    #expect(try table.shaped() == [3, 0, 0, 0])
    #expect(try table.state.pots[0] == .init(code: onionSoup, timer: 19))
    for _ in 0..<18 { try table.act("stay") }
    #expect(try table.state.pots[0] == .init(code: onionSoup, timer: 1))
    try table.act("stay")
    #expect(try table.state.pots[0] == .init(code: onionSoup.cooked))
  }

  @Test(arguments: [OvercookedV2Code.nothing, OvercookedV2Code([1]), .plate, OvercookedV2Code([0, 1, 1]).dish])
  func anyTouchStartsAFullPotUnlessPotsAreStartedByHand(held: OvercookedV2Code) throws {
    let table = try atPot(.init(code: onionSoup), held: held)
    try table.act("interact")
    #expect(try table.state.pots[0] == .init(code: onionSoup, timer: 19))
    #expect(try table.state.cooks[0].held == held)
    #expect(try table.shaped() == [0, 0, 0, 0])
    let byHand = try atPot(.init(code: onionSoup), held: held, parameters: ["start_cooking_interaction": true])
    try byHand.act("interact")
    #expect(try byHand.state.pots[0] == .init(code: onionSoup, timer: held == .nothing ? 19 : 0))
    #expect(try byHand.shaped() == [held == .nothing ? 5 : 0, 0, 0, 0])
  }

  @Test(arguments: [[0], [0, 1], [1, 1, 2]])
  func byHandSoupsOfOneToThreeCookAndTheWrongOnesPayNothing(ingredients: [Int]) throws {
    let soup = OvercookedV2Code(ingredients)
    let table = try atPot(.init(code: soup), held: .nothing, parameters: ["start_cooking_interaction": true])
    try table.act("interact")
    #expect(try table.state.pots[0] == .init(code: soup, timer: 19))
    #expect(try table.shaped() == [0, 0, 0, 0])
    let empty = try atPot(.init(), held: .nothing, parameters: ["start_cooking_interaction": true])
    try empty.act("interact")
    #expect(try empty.state.pots[0] == .init())
  }

  @Test func anIngredientPaysWhileTheRecipeWantsMoreOfItWhateverElseIsInThePot() throws {
    for (pot, held, pays) in [([1], 0, 3), ([1, 1], 0, 3), ([0], 1, 0), ([2], 2, 0)] as [([Int], Int, Float)] {
      let table = try atPot(.init(code: OvercookedV2Code(pot)), held: OvercookedV2Code([held]))
      try table.act("interact")
      #expect(try table.shaped()[0] == pays && table.state.cooks[0].held == .nothing)
      #expect(try table.state.pots[0].code.ingredients == (pot + [held]).sorted())
    }
  }

  @Test func aCookingPotTakesAndGivesNothing() throws {
    for held in [OvercookedV2Code.nothing, .plate, onion] {
      let table = try atPot(.init(code: onionSoup, timer: 7), held: held)
      try table.act("interact")
      #expect(try table.state.pots[0].timer == 6 && table.state.cooks[0].held == held)
    }
  }

  @Test func aReadySoupGoesOntoAPlateAndPaysIfItIsTheRecipe() throws {
    for (soup, pays) in [([0, 0, 0], 5), ([0, 0, 1], 0)] as [([Int], Float)] {
      let table = try atPot(.init(code: OvercookedV2Code(soup).cooked), held: .plate)
      try table.act("interact")
      #expect(try table.state.cooks[0].held == OvercookedV2Code(soup).dish && table.state.pots[0] == .init())
      #expect(try table.shaped() == [pays, 0, 0, 0])
    }
    let raw = try atPot(.init(code: onionSoup.cooked), held: onion)
    try raw.act("interact")
    #expect(try raw.state.cooks[0].held == onion && raw.state.pots[0].code == onionSoup.cooked)
  }

  // MARK: Plates, counters, buttons

  @Test func aPlatePaysWhileItIsUseful() throws {
    func shaped(_ first: String = "stay", _ change: (inout OvercookedV2State) -> Void) throws -> [Float] {
      let table = try OvercookedV2Table { state in
        state.cooks[0].cell = 22
        state.cooks[0].direction = .left
        state.cooks[1] = .init(cell: 26, direction: .right)
        state.cooks[2] = .init(cell: 9)
        state.pots[1].code = OvercookedV2Code([1])
        change(&state)
      }
      try table.act(first, "interact")
      #expect(try table.state.cooks[1].held == .plate)
      return try table.shaped()
    }
    #expect(try shaped { _ in } == [0, 3, 0, 0])
    #expect(try shaped { $0.pots[1].code = .nothing } == [0, 0, 0, 0])
    #expect(try shaped { $0.cooks[3].held = .plate } == [0, 0, 0, 0])
    #expect(try shaped { $0.cooks[3].held = onionSoup.dish } == [0, 3, 0, 0])
    #expect(try shaped { $0.counters[0] = .plate } == [0, 0, 0, 0])
    #expect(try shaped { $0.counters[0] = onionSoup.dish } == [0, 3, 0, 0])
    // An earlier cook's interact counts in pots, but not in hands.
    #expect(
      try shaped("interact") { state in
        state.pots[1].code = .nothing
        state.cooks[0].held = OvercookedV2Code([1])
      } == [0, 3, 0, 0])
    #expect(
      try shaped("interact") { state in
        state.pots = [.init(code: OvercookedV2Code([1, 1, 1]).cooked), .init()]
        state.cooks[0].held = .plate
      } == [0, 0, 0, 0])
  }

  @Test func platesThatAnEarlierCookPutsDownAreLying() throws {
    let table = try OvercookedV2Table { state in
      state.cooks[0].held = .plate
      state.cooks[1] = .init(cell: 26, direction: .right)
      state.pots = [.init(code: onion), .init(code: onion)]
    }
    try table.act("interact", "interact")
    #expect(try table.shaped() == [0, 0, 0, 0])
    #expect(try table.state.counters[1] == .plate)
    // Taken up again, it lies no more; and as a plate from a counter it has paid nothing.
    try table.act("interact")
    #expect(try table.shaped() == [0, 0, 0, 0] && table.state.cooks[0].held == .plate)
    let next = try OvercookedV2Table { state in
      state.counters[1] = .plate
      state.cooks[1] = .init(cell: 26, direction: .right)
      state.pots = [.init(code: onion), .init(code: onion)]
    }
    try next.act("interact", "interact")
    #expect(try next.shaped() == [0, 3, 0, 0])
  }

  @Test func aCounterHoldsOneThing() throws {
    let full = try OvercookedV2Table { state in
      state.cooks[0].held = onion
      state.counters[1] = .plate
    }
    try full.act("interact")
    #expect(try full.state.counters[1] == .plate && full.state.cooks[0].held == onion)
  }

  @Test func aButtonShowsTheRecipeInNineObservationsAndCostsFiveEveryTime() throws {
    let table = try OvercookedV2Table { $0.cooks[0] = .init(cell: 15, direction: .left) }
    #expect(try table.act("interact") == -5)
    #expect(try table.state.buttons == [9])
    #expect(try table.act("interact") == -5)
    #expect(try table.state.buttons == [9])
    for left in (0..<9).reversed() {
      try table.act("stay")
      #expect(try table.state.buttons == [left])
    }
    let full = try OvercookedV2Table { $0.cooks[0] = .init(cell: 15, direction: .left, held: onion) }
    #expect(try full.act("interact") == 0)
    #expect(try full.state.buttons == [0])
  }

  // MARK: Deliveries

  private func atGoals(
    _ dishes: [[Int]], supply: [Int] = [], parameters: [String: ParameterValue] = [:]
  ) throws -> OvercookedV2Table {
    try OvercookedV2Table(parameters, suppliedRecipes: supply.count) { state in
      let places = [(12, OvercookedV2State.Direction.right), (26, .down)]
      state.cooks[2].cell = 8
      for (cook, dish) in dishes.enumerated() {
        state.cooks[cook] = .init(
          cell: places[cook].0, direction: places[cook].1, held: OvercookedV2Code(dish).dish)
      }
      state.supply = supply
    }
  }

  @Test func twoRightDeliveriesPayTwiceAndDrawOneRecipe() throws {
    let table = try atGoals(
      [[0, 0, 0], [0, 0, 0]], supply: [9, 4], parameters: ["sample_recipe_on_delivery": true])
    #expect(try table.act("interact", "interact") == 40)
    let state = try table.state
    #expect(state.recipe == OvercookedV2Code(table.environment.parameters.recipes[9]))
    #expect(state.supply == [4] && state.delivered && state.cooks.allSatisfy { $0.held == .nothing })
    try table.act("stay")
    #expect(try !table.state.delivered && table.state.recipe == state.recipe)
  }

  @Test func wrongDishesAreGoneAndCostTwentyIfAsked() throws {
    for (parameters, reward) in [([:], 0), (["negative_rewards": true], -20)] as [([String: ParameterValue], Float)] {
      let table = try atGoals([[0, 0, 1]], parameters: parameters)
      #expect(try table.act("interact") == reward)
      #expect(try table.state.cooks[0].held == .nothing && !table.state.delivered)
    }
    let both = try atGoals([[1, 1, 1], [0, 0, 0]], parameters: ["negative_rewards": true])
    #expect(try both.act("interact", "interact") == 0)
    #expect(try both.state.delivered && both.state.recipe == OvercookedV2Code([0, 0, 0]))
  }

  @Test func onlyDishesAreDelivered() throws {
    let table = try OvercookedV2Table { $0.cooks[0] = .init(cell: 12, direction: .right, held: .plate) }
    #expect(try table.act("interact") == 0)
    #expect(try table.state.cooks[0].held == .plate)
  }

  // MARK: What a cook sees

  @Test func aChannelShowsTheIngredientThatThePermutationNames() throws {
    let table = try OvercookedV2Table(["op_ingredient_permutations": [0, 1, 2]]) { state in
      state.permutations[0] = [1, 2, 0]
      state.cooks[0].held = OvercookedV2Code([1])
    }
    try table.play.observe()
    let channels = table.environment.parameters.channelCount
    let seen = try table.play.observations()
    // Ingredient 1 in the hand is the first channel for cook 0 and the second for the others.
    #expect(Array(seen[0][8 * channels + 7..<8 * channels + 10]) == [1, 0, 0])
    #expect(Array(seen[1][8 * channels + 17..<8 * channels + 20]) == [0, 1, 0])
  }

  // MARK: Ends and errors

  @Test func aStepAfterTheEndIsRefusedUntilAReset() throws {
    let table = try OvercookedV2Table(["max_steps": 2])
    try table.act("down")
    #expect(try table.play.dones() == [false])
    try table.act("stay")
    #expect(try table.play.dones() == [true])
    let before = try table.play.states()
    try table.act("up")
    #expect(try table.play.states() == before)
    #expect(try table.play.errors() == [ERROR_EPISODE_ENDED])
    try table.play.resetWhereDone()
    let state = try table.state
    #expect(state.step == 0 && state.episode == 1 && !state.ended && state.cooks[0].cell == 8)
    #expect(state.transitions == 2)
  }

  @Test(arguments: [[6, 0, 0, 0], [0, 0, 0, UInt32.max]])
  func unknownActionsChangeNothingButTheErrorWord(actions: [UInt32]) throws {
    let table = try OvercookedV2Table { $0.cooks[0].direction = .left }
    let before = try table.play.states()
    try table.play.setActions(actions)
    try table.play.step()
    #expect(try table.play.states() == before)
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    #expect(try table.play.rewards() == [0, 0, 0, 0] && table.shaped() == [0, 0, 0, 0])
    table.device.requireNoValidationMessages()
  }

  @Test func theWeightOfShapedRewardsFallsLinearlyOverTheHorizon() throws {
    let table = try OvercookedV2Table(["shaping_horizon": 4, "shaping_weight": 2, "max_steps": 3]) { state in
      state.cooks[0] = .init(cell: 22, direction: .left, held: onion)
    }
    // One environment; every episode begins with an ingredient put into the pot, at env steps 0 and 3 and 6.
    for weight: Float in [2, 0.5, 0] {
      try table.act("interact")
      #expect(try table.shaped()[0] == 3 * weight)
      try table.act("stay")
      try table.act("stay")
      try table.play.resetWhereDone()
    }
  }

  @Test func oneCookCanWorkAlone() throws {
    let table = try OvercookedV2Table(["layout": "long_room"]) { state in
      state.cooks[0].held = onionSoup.dish
      state.cooks[0].cell = 28
    }
    #expect(table.environment.agentCount == 1)
    try table.act("down")
    try table.act("right")
    #expect(try table.state.cooks[0].cell == 43)
    #expect(try table.act("interact") == 20)
  }
}
