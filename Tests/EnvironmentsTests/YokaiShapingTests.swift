import CShaders
import Environments
import TestSupport
import Testing

/// Shaped rewards are the change of a potential (decision 9). Nine cards start on rows and columns 3 to 5.
@Suite struct YokaiShapingTests {
  @Test func everySeatIsPaidForWhatAStepChanges() throws {
    // Every colour is a row of the start block; slot 8 is the right end of the lowest.
    let table = try YokaiTable([
      "shaping_weight": .number(0.5), "shaping_horizon": 0, "shaping_turn_bonus": .number(0.25),
      "shaping_peek_bonus": .number(0.125), "shaping_hint_bonus": .number(0.5), "players": 3,
    ])
    func check(_ action: YokaiGame.Action, _ shaped: Float, _ comment: Comment) throws {
      #expect(try table.act(action) == 0)
      #expect(try table.play.shapedRewards() == [shaped, shaped, shaped], comment)
    }
    try check(.peek(0), 0.0625, "a card that the seat had not seen")
    try check(.peek(1), 0.0625, "another")
    try check(.move(8, to: at(2, 3)), -0.5, "leaves its group")
    try check(.reveal, 0.125, "a turn is over")
    try check(.peek(0), 0.0625, "new to this seat")
    try check(.peek(1), 0.0625, "new to this seat")
    try check(.move(7, to: at(2, 2)), 0, "leaves one group and joins another")
    try check(.placeHint(0, on: 0), 0.375, "a turn is over, and the hint is right")
    try check(.peek(1), 0.0625, "new to this seat")
    try check(.peek(2), 0.0625, "new to this seat")
    try check(.move(6, to: at(3, 2)), 0.5, "joins the others of its colour")
    try check(.reveal, 0.125, "a turn is over")
    try check(.peek(1), 0, "the seat has seen it")
    try check(.peek(2), 0.0625, "new to this seat")
    try check(.move(8, to: at(2, 4)), -0.5, "leaves its group")
    try check(.placeHint(1, on: 1), -0.125, "a turn is over, and the hint is wrong")
  }

  @Test func aMoveMayJoinSeveralGroups() throws {
    // Colour 0 on the slots 0, 2 and 4, the middle of the block; slot 4 goes between the others, above slot 1.
    let table = try YokaiTable(["shaping_weight": 2, "shaping_horizon": 0, "action_mode": "cell"]) { state in
      state.colors = [0, 1, 0, 1, 0, 1, 2, 2, 2]
      state.cells[1] = 6 * 9 + 3
      state.phase = .move
    }
    func shaped() throws -> [Float] { try table.play.shapedRewards() ?? [] }
    #expect(try table.game.groupCount == 3 + 3 + 1)
    try table.act(.cell(at(4, 4)))
    #expect(try shaped() == [0, 0], "taken up, not moved yet")
    try table.act(.cell(at(3, 4)))
    #expect(try shaped() == [4, 4])
    #expect(try table.game.groupCount == 1 + 3 + 1)
  }

  @Test(arguments: [true, false]) func toEndAGameIsNotShaped(won: Bool) throws {
    let table = try YokaiTable(["shaping_weight": 1]) { state in
      if !won { state.colors.swapAt(0, 8) }
    }
    #expect(try table.act(.end) == (won ? 31 : 0))
    #expect(try table.play.shapedRewards() == [0, 0])
  }

  @Test func whatIsRefusedIsNotShapedAndNotCounted() throws {
    let table = try YokaiTable(["shaping_weight": 1]) { $0.phase = .move }
    try table.act(.nothing)
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    #expect(try table.play.shapedRewards() == [0, 0])
    #expect(try table.state.transitions == 0)
    try table.act(.move(8, to: at(2, 3)))
    #expect(try table.state.transitions == 1)
  }

  @Test func theSumOverAGameIsTheDifferenceOfThePotentials() throws {
    let environment = try yokai(["shaping_weight": 1, "shaping_horizon": 0])
    let rules = environment.parameters
    let count = 64
    let play = try EnvironmentPlay(environment, seeds: [31], environments: count, device: TestDevice.make())
    func potentials() throws -> [Double] {
      try play.states().map { YokaiGame(YokaiState($0, rules), rules).potential }
    }
    var starts = try potentials()
    var sums = [Double](repeating: 0, count: count)
    var values: Set<Double> = []
    var games = 0
    for _ in 0..<60 {
      try play.observe()
      try play.chooseRandomly()
      try play.step()
      let shaped = try #require(try play.shapedRewards())
      let (now, dones) = (try potentials(), try play.dones())
      for index in 0..<count {
        sums[index] += Double(shaped[2 * index])
        guard dones[index] else { continue }
        #expect(sums[index] == now[index] - starts[index])
        values.insert(sums[index])
        games += 1
        sums[index] = 0
      }
      try play.resetWhereDone()
      let after = try potentials()
      for index in 0..<count where dones[index] { starts[index] = after[index] }
    }
    #expect(games > 100 && values.count > 20)
  }

  @Test func theWeightFallsOverTheEnvStepsOfAllGames() throws {
    // Two environments: half of the horizon is gone after five steps of each, in whichever game.
    let environment = try yokai(["shaping_weight": 2, "shaping_horizon": 20, "players": 2])
    let start = YokaiTable.start(environment.parameters) { $0.phase = .move }
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(
      environment, environments: 2, device: device,
      startStates: [environment.startState(start), environment.startState(start)])
    let game = YokaiGame(start, environment.parameters)
    let nothing = UInt32(game.number(of: .nothing))
    func act(_ action: YokaiGame.Action, by player: Int) throws {
      var joint = [nothing, nothing]
      joint[player] = UInt32(game.number(of: action))
      try play.setActions(joint + joint)
      try play.step()
      try play.resetWhereDone()
    }
    func shaped() throws -> [Float]? { try play.shapedRewards() }
    for weight: Float in [2, 1.4, 0.8, 0.2, 0] {
      try act(.move(8, to: at(2, 3)), by: 0)
      let found = try #require(try shaped())
      #expect(found.allSatisfy { abs($0 + weight) < 1e-6 }, "\(found), weight \(weight)")
      try act(.reveal, by: 0)
      try act(.end, by: 1)
    }
    let states = try play.states().map { YokaiState($0, environment.parameters) }
    #expect(states.allSatisfy { $0.transitions == 15 && $0.episode == 5 })
  }

  @Test func withoutAWeightNothingIsShaped() throws {
    let environment = try yokai(["shaping_horizon": 100])
    #expect(!environment.shapesRewards && environment.stateWordCount == 16)
    #expect(try environment.macros == yokai().macros)
    let play = try EnvironmentPlay(environment, device: TestDevice.make())
    #expect(try play.shapedRewards() == nil)
  }

  @Test func shapingChangesNothingElse() throws {
    let device = try TestDevice.make()
    func play(_ parameters: [String: ParameterValue]) throws -> EnvironmentPlay {
      try EnvironmentPlay(yokai(parameters), seeds: [32], environments: 32, device: device)
    }
    let (plain, shaped) = (try play([:]), try play(["shaping_weight": 1]))
    for step in 0..<40 {
      for play in [plain, shaped] {
        try play.observe()
        try play.chooseRandomly()
      }
      let same =
        try plain.packedObservations() == shaped.packedObservations() && plain.packedMasks() == shaped.packedMasks()
        && plain.actions() == shaped.actions()
      #expect(same, "what seats see at step \(step)")
      for play in [plain, shaped] { try play.step() }
      let equal =
        try plain.rewards() == shaped.rewards() && plain.dones() == shaped.dones()
        && plain.states() == shaped.states().map { Array($0.prefix(16)) }
      #expect(equal, "rewards, ends and states of step \(step)")
      for play in [plain, shaped] { try play.resetWhereDone() }
    }
  }
}
