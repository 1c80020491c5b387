import CShaders
import Environments
import TestSupport
import Testing

/// The rules of Overcooked, one sentence each (docs/environments/overcooked.md). Cramped room:
///
///     WWPWW      cells  0  1  2  3  4
///     O0 1O             5  6  7  8  9
///     W   W            10 11 12 13 14
///     WBWXW            15 16 17 18 19
@Suite struct OvercookedRulesTests {
  @Test func cooksMoveOnFloorAndTurnEvenWhereTheyCannotMove() throws {
    let table = try OvercookedTable()
    try table.act("down", "right")
    #expect(try table.state.cooks.map(\.cell) == [11, 8])
    #expect(try table.state.cooks.map(\.direction) == [.south, .east])
  }

  @Test func twoCooksThatWantTheSameCellStay() throws {
    let table = try OvercookedTable()
    try table.act("right", "left")
    #expect(try table.state.cooks.map(\.cell) == [6, 8])
    #expect(try table.state.cooks.map(\.direction) == [.east, .west])
  }

  @Test func cooksCannotChangePlaces() throws {
    let table = try OvercookedTable { $0.cooks[1].cell = 7 }
    try table.act("right", "left")
    #expect(try table.state.cooks.map(\.cell) == [6, 7])
  }

  @Test func aCookMayFollowIntoTheCellThatTheOtherLeaves() throws {
    let table = try OvercookedTable { $0.cooks[1].cell = 7 }
    try table.act("right", "right")
    #expect(try table.state.cooks.map(\.cell) == [7, 8])
  }

  @Test func aCookThatStandsIsInTheWay() throws {
    let table = try OvercookedTable { $0.cooks[1].cell = 7 }
    try table.act("right", "interact")
    #expect(try table.state.cooks.map(\.cell) == [6, 7])
  }

  @Test func pilesGiveToEmptyHandsOnly() throws {
    let table = try OvercookedTable { $0.cooks[0].direction = .west }
    try table.act("interact")
    #expect(try table.state.cooks[0].held == .onion)
    try table.act("interact")
    #expect(try table.state.cooks[0].held == .onion)
    #expect(try table.shaped() == [0, 0])
  }

  @Test func aCounterHoldsOneItem() throws {
    let table = try OvercookedTable { state in
      state.cooks[0].held = .onion
      state.cooks[1] = .init(cell: 7, direction: .south, held: .plate)
    }
    try table.act("interact")
    #expect(try table.state.items[1] == .onion)
    #expect(try table.state.cooks[0].held == .nothing)
    try table.act("interact")
    #expect(try table.state.items[1] == .nothing)
    #expect(try table.state.cooks[0].held == .onion)
    let full = try OvercookedTable { state in
      state.cooks[0].held = .onion
      state.items[1] = .dish
    }
    try full.act("interact")
    #expect(try full.state.items[1] == .dish)
    #expect(try full.state.cooks[0].held == .onion)
  }

  @Test func thirdOnionStartsTheSoupWhichIsReadyNineteenStepsLater() throws {
    let table = try OvercookedTable { state in
      state.cooks[0] = .init(cell: 7, direction: .north, held: .onion)
      state.pots = [21]
    }
    try table.act("interact")
    #expect(try table.shaped() == [3, 0])
    #expect(try table.state.pots == [19])
    for _ in 0..<18 { try table.act("stay") }
    #expect(try table.state.pots == [1])
    try table.act("stay")
    #expect(try table.state.pots == [0])
    try table.act("stay")
    #expect(try table.state.pots == [0])
  }

  @Test func aFullPotTakesNoOnion() throws {
    for status in [0, 7, 20] {
      let table = try OvercookedTable { state in
        state.cooks[0] = .init(cell: 7, direction: .north, held: .onion)
        state.pots = [status]
      }
      try table.act("interact")
      #expect(try table.state.cooks[0].held == .onion)
      #expect(try table.state.pots == [max(0, status - 1)])
      #expect(try table.shaped() == [0, 0])
    }
  }

  @Test func aReadySoupGoesOntoAPlateAndEmptiesThePot() throws {
    let table = try OvercookedTable { state in
      state.cooks[1] = .init(cell: 7, direction: .north, held: .plate)
      state.pots = [0]
    }
    try table.act("stay", "interact")
    #expect(try table.state.cooks[1].held == .dish)
    #expect(try table.state.pots == [23])
    #expect(try table.shaped() == [0, 5])
  }

  @Test func aSoupThatStillCooksCannotBeTaken() throws {
    let table = try OvercookedTable { state in
      state.cooks[0] = .init(cell: 7, direction: .north, held: .plate)
      state.pots = [1]
    }
    try table.act("interact")
    #expect(try table.state.cooks[0].held == .plate)
  }

  @Test func aDeliveryPaysBothTwenty() throws {
    let table = try OvercookedTable { $0.cooks[0] = .init(cell: 13, direction: .south, held: .dish) }
    #expect(try table.act("interact") == 20)
    #expect(try table.play.rewards() == [20, 20])
    #expect(try table.state.cooks[0].held == .nothing)
    #expect(try table.shaped() == [0, 0])
  }

  @Test func onlyDishesAreDelivered() throws {
    let table = try OvercookedTable { $0.cooks[0] = .init(cell: 13, direction: .south, held: .plate) }
    #expect(try table.act("interact") == 0)
    #expect(try table.state.cooks[0].held == .plate)
  }

  @Test func aPlatePaysWhileItIsUseful() throws {
    func shaped(_ parameters: [String: ParameterValue] = [:], _ change: (inout OvercookedState) -> Void) throws
      -> Float
    {
      let table = try OvercookedTable(parameters) { state in
        state.cooks[0] = .init(cell: 11, direction: .south, held: .nothing)
        change(&state)
      }
      try table.act("interact")
      #expect(try table.state.cooks[0].held == .plate)
      return try table.shaped()[0]
    }
    #expect(try shaped { $0.pots = [22] } == 3)
    #expect(try shaped { $0.pots = [23] } == 0)
    #expect(
      try shaped {
        $0.pots = [5]
        $0.cooks[1].held = .plate
      } == 0)
    #expect(
      try shaped {
        $0.pots = [5]
        $0.items[0] = .plate
      } == 0)
    #expect(
      try shaped {
        $0.pots = [5]
        $0.items[0] = .dish
      } == 3)
    #expect(try shaped(["plate_reward": false]) { $0.pots = [22] } == 0)
  }

  @Test func cookZeroActsFirstWhenUsefulnessIsCounted() throws {
    let onion = try OvercookedTable { state in
      state.cooks = [
        .init(cell: 7, direction: .north, held: .onion), .init(cell: 11, direction: .south, held: .nothing),
      ]
    }
    try onion.act("interact", "interact")
    #expect(try onion.shaped() == [3, 3])
    let soup = try OvercookedTable { state in
      state.cooks = [
        .init(cell: 7, direction: .north, held: .plate), .init(cell: 11, direction: .south, held: .nothing),
      ]
      state.pots = [0]
    }
    try soup.act("interact", "interact")
    #expect(try soup.shaped() == [5, 0])
  }

  @Test func cookOneFindsWhatCookZeroHasLeft() throws {
    let table = try OvercookedTable(["layout": "coord_ring"]) { state in
      // Both face the counter in the middle, (2, 2).
      state.cooks = [
        .init(cell: 7, direction: .south, held: .onion), .init(cell: 11, direction: .east, held: .nothing),
      ]
    }
    try table.act("interact", "interact")
    #expect(try table.state.cooks.map(\.held) == [.nothing, .onion])
    #expect(try table.state.items[12] == .nothing)
  }

  @Test func anEpisodeEndsAfterItsStepsAndIsUrgentNearItsEnd() throws {
    let table = try OvercookedTable(["max_steps": 42])
    for step in 1...42 {
      try table.act("stay")
      try table.play.observe()
      let urgent = try table.play.observations().allSatisfy { row in
        stride(from: 25, to: row.count, by: 26).allSatisfy { row[$0] == 1 }
      }
      #expect(urgent == (step >= 3))
      #expect(try table.play.dones() == [step == 42])
    }
  }

  @Test func aStepAfterTheEndIsRefusedUntilAReset() throws {
    let table = try OvercookedTable(["max_steps": 2])
    try table.act("down")
    try table.act("stay")
    let before = try table.play.states()
    try table.act("up")
    #expect(try table.play.states() == before)
    #expect(try table.play.errors() == [ERROR_EPISODE_ENDED])
    #expect(try table.play.dones() == [true])
    try table.play.resetWhereDone()
    let state = try table.state
    #expect(state.step == 0 && state.episode == 1 && !state.ended && state.cooks[0].cell == 6)
    #expect(state.transitions == 2)
  }

  @Test(arguments: [(6, 0), (0, 6), (31, 4), (Int(UInt32.max), 5)])
  func unknownActionsChangeNothingButTheErrorWord(first: Int, second: Int) throws {
    let table = try OvercookedTable { $0.cooks[0].direction = .west }
    let before = try table.play.states()
    try table.play.setActions([UInt32(first), UInt32(second)])
    try table.play.step()
    #expect(try table.play.states() == before)
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    #expect(try table.play.rewards() == [0, 0])
    #expect(try table.shaped() == [0, 0])
    #expect(throws: EnvironmentFailure.self) { try table.play.vector.requireNoErrors() }
    table.device.requireNoValidationMessages()
  }

  @Test func theWeightOfShapedRewardsFallsLinearlyOverTheHorizon() throws {
    let table = try OvercookedTable(["shaping_horizon": 4, "shaping_weight": 2, "max_steps": 3]) { state in
      state.cooks[0] = .init(cell: 7, direction: .north, held: .onion)
    }
    // One environment; every episode begins with an onion put into the pot, at env steps 0 and 3 and 6.
    for weight: Float in [2, 0.5, 0] {
      try table.act("interact")
      #expect(try table.shaped() == [3 * weight, 0])
      try table.act("stay")
      try table.act("stay")
      try table.play.resetWhereDone()
    }
  }

  @Test func theWeightCountsTheEnvStepsOfAllEnvironments() throws {
    let environment = try overcooked(["shaping_horizon": 10])
    var start = OvercookedState(
      cooks: [.init(cell: 7, direction: .north, held: .onion), .init(cell: 8, direction: .east, held: .nothing)],
      kitchen: environment.parameters.kitchen)
    start.pots = [23]
    let play = try EnvironmentPlay(
      environment, environments: 5, device: TestDevice.make(),
      startStates: Array(repeating: environment.startState(start), count: 5))
    try play.setActions(Array(repeating: 4, count: 10))
    try play.step()
    try play.setActions(Array(repeating: 5, count: 10))
    try play.step()
    // After one step of five environments half of the horizon is gone; every second cook took an onion.
    #expect(try play.shapedRewards() == [1.5, 0, 1.5, 0, 1.5, 0, 1.5, 0, 1.5, 0])
  }

  @Test func directionsAreDrawnForEachCookAndEpisode() throws {
    let environment = try overcooked(["max_steps": 1])
    let play = try EnvironmentPlay(environment, seeds: [4], environments: 64, device: TestDevice.make())
    var seen: [[OvercookedState.Direction]: Int] = [:]
    for _ in 0..<16 {
      for words in try play.states() {
        let state = OvercookedState(words, environment.parameters)
        #expect(state.cooks.map(\.cell) == [6, 8])
        seen[state.cooks.map(\.direction), default: 0] += 1
      }
      try play.setActions(Array(repeating: 4, count: 128))
      try play.step()
      try play.resetWhereDone()
    }
    // 1,024 draws of 16 pairs: 64 of each, standard deviation below 8.
    #expect(seen.count == 16 && seen.values.allSatisfy { 24...104 ~= $0 })
  }

  @Test func aRandomResetDrawsCellsHandsAndPots() throws {
    let environment = try overcooked(["random_reset": true, "start_directions": "north"])
    let play = try EnvironmentPlay(environment, seeds: [4], environments: 1024, device: TestDevice.make())
    let states = try play.states().map { OvercookedState($0, environment.parameters) }
    let pairs = Dictionary(grouping: states) { $0.cooks.map(\.cell) }.mapValues(\.count)
    let floor = environment.parameters.kitchen.cells.indices.filter {
      environment.parameters.kitchen.cells[$0] == .floor
    }
    #expect(pairs.count == floor.count * (floor.count - 1))
    #expect(pairs.keys.allSatisfy { $0[0] != $0[1] && floor.contains($0[0]) && floor.contains($0[1]) })
    #expect(Set(states.map { $0.pots[0] }) == Set(0...23))
    #expect(Set(states.map { $0.cooks.map(\.held) }).count == 16)
    #expect(
      states.allSatisfy { $0.items.allSatisfy { $0 == .nothing } && $0.cooks.allSatisfy { $0.direction == .north } })
  }

  @Test func boardsAreReadable() throws {
    let table = try OvercookedTable { state in
      state.cooks[0].held = .dish
      state.pots = [22]
      state.items[0] = .plate
    }
    #expect(
      table.environment.render(state: try table.play.states()[0]) == """
        step 0/400
        Wp W  P:1W  W  
        O  0^d   1^ O  
        W           W  
        W  B  W  X  W  
        cook 0 faces north, holds a dish
        cook 1 faces north, holds nothing
        pot 0 has 1 onion
        """)
  }

  @Test func boardsTellHowFarEveryPotIs() throws {
    let table = try OvercookedTable(["grid": ["WPPPW", "O0 1O", "WBXPW"], "max_steps": 9]) { state in
      state.cooks[1] = .init(cell: 7, direction: .west, held: .onion)
      state.pots = [23, 20, 12, 0]
    }
    #expect(
      table.environment.render(state: try table.play.states()[0]) == """
        step 0/9
        W  P  P:3P12W  
        O  0^ 1<o   O  
        W  B  X  P!!W  
        cook 0 faces north, holds nothing
        cook 1 faces west, holds an onion
        pot 0 is empty
        pot 1 cooks, 20 steps left
        pot 2 cooks, 12 steps left
        pot 3 is ready
        """)
  }
}
