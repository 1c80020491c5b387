import CShaders
import Environments
import TestSupport
import Testing

/// The rules, one sentence each.
@Suite struct LeversRulesTests {
  @Test func pullingTheSameLeverPaysWhatThatLeverPays() throws {
    let table = try LeversTable(["pay": [1, 0.25, 3], "rounds": 3])
    #expect(try table.pull(0, 0) == [1, 1])
    #expect(try table.pull(1, 1) == [0.25, 0.25])
    #expect(try table.pull(2, 2) == [3, 3])
    try table.play.vector.requireNoErrors()
  }

  @Test func differentLeversPayNothing() throws {
    let table = try LeversTable(["pay": [1, 1], "rounds": 2])
    #expect(try table.pull(0, 1) == [0, 0])
    #expect(try table.pull(1, 0) == [0, 0])
  }

  @Test func allPlayersHaveToMatch() throws {
    let table = try LeversTable(["players": 3, "levers": 2, "rounds": 3])
    #expect(try table.pull(1, 1, 0) == [0, 0, 0])
    #expect(try table.pull(0, 1, 1) == [0, 0, 0])
    #expect(try table.pull(1, 1, 1) == [1, 1, 1])
  }

  @Test func aMatrixPaysByRowOfPlayer0AndColumnOfPlayer1() throws {
    let table = try LeversTable(["pay": [[1, 2], [3, 4]], "rounds": 4])
    #expect(try table.pull(0, 1) == [2, 2])
    #expect(try table.pull(1, 0) == [3, 3])
    #expect(try table.pull(1, 1) == [4, 4])
    #expect(try table.state.matched == 1)
  }

  @Test func anEpisodeHasAsManyRoundsAsConfigured() throws {
    let once = try LeversTable()
    try once.pull(0, 0)
    #expect(try once.play.dones() == [true])
    let table = try LeversTable(["rounds": 2])
    try table.pull(0, 0)
    #expect(try table.play.dones() == [false])
    try table.pull(0, 0)
    #expect(try table.play.dones() == [true])
    try table.play.resetWhereDone()
    #expect(try table.state == LeversState())
  }

  @Test func theOutcomeIsThePartOfTheRoundsThatMatched() throws {
    let table = try LeversTable(["rounds": 4])
    for pair in [(0, 0), (1, 2), (3, 3), (9, 9)] { try table.pull(pair.0, pair.1) }
    #expect(try table.play.dones() == [true])
    #expect(try table.play.outcomes() == [0.75])
  }

  @Test func theFirstRoundShowsOnlyTheRound() throws {
    let table = try LeversTable(["levers": 3, "rounds": 2])
    #expect(try table.play.observations() == [[1, 1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0, 0]])
  }

  @Test func laterRoundsShowTheOwnLeverAndThenTheOthers() throws {
    let table = try LeversTable(["levers": 3, "rounds": 2])
    try table.pull(0, 2)
    try table.play.observe()
    #expect(try table.play.observations() == [[1, 0, 1, 1, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 1, 1, 0, 0]])
  }

  @Test func onlyTheFirstRoundShowsTheCueAndNoRoundWhatWasPulled() throws {
    let table = try LeversTable(["levers": 3, "rounds": 3, "cue": true], start: LeversState(cue: 2))
    #expect(try table.play.observations() == [[1, 1, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 1]])
    try table.pull(2, 2)
    try table.play.observe()
    #expect(try table.play.observations() == [[1, 0, 1, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0]])
    try table.pull(0, 1)
    try table.play.observe()
    #expect(try table.play.observations() == [[1, 0, 0, 1, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0]])
  }

  @Test func withACueOnlyTheLastRoundPaysAndOnlyTheCue() throws {
    let parameters: [String: ParameterValue] = ["pay": [1, 0.25, 3], "rounds": 2, "cue": true]
    for (cue, pair, reward) in [(1, (1, 1), 0.25), (2, (2, 2), 3), (1, (2, 2), 0), (1, (1, 2), 0)]
      as [(
        Int, (Int, Int), Float
      )]
    {
      let table = try LeversTable(parameters, start: LeversState(cue: cue))
      #expect(try table.pull(cue, cue) == [0, 0])
      #expect(try table.play.dones() == [false])
      #expect(try table.pull(pair.0, pair.1) == [reward, reward])
      #expect(try table.play.dones() == [true])
      #expect(try table.play.outcomes() == [pair.0 == pair.1 ? 1 : 0.5])
    }
  }

  /// 1,500 cues of five levers: 300 each with a standard deviation of 15; equal to the next episode's and to the next
  /// environment's a fifth of the time.
  @Test func everyEpisodeDrawsItsCueUniformly() throws {
    let environment = try levers(["levers": 5, "rounds": 2, "cue": true])
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [5], environments: 50, device: device)
    var cues: [[Int]] = []  // (episode, environment)
    for _ in 0..<30 {
      cues.append(try play.states().map { try #require(LeversState($0, environment.parameters).cue) })
      for _ in 0..<2 {
        try play.observe()
        try play.chooseRandomly()
        try play.step()
      }
      try play.resetWhereDone()
    }
    for lever in 0..<5 { #expect(abs(cues.joined().count { $0 == lever } - 300) < 75) }
    let episodes = zip(cues, cues.dropFirst()).map { zip($0, $1).count { $0 == $1 } }.reduce(0, +)
    #expect(abs(episodes - 290) < 75)
    let neighbours = cues.map { zip($0, $0.dropFirst()).count { $0 == $1 } }.reduce(0, +)
    #expect(abs(neighbours - 294) < 75)
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  @Test(arguments: [(10, 0), (0, 10), (UInt32.max, 3)] as [(UInt32, UInt32)])
  func anUnknownLeverChangesNothingAndIsAnError(first: UInt32, second: UInt32) throws {
    let table = try LeversTable(["rounds": 2])
    try table.pull(4, 4)
    let before = try table.state
    try table.play.setActions([first, second])
    try table.play.step()
    #expect(try table.state == before)
    #expect(try table.play.rewards() == [0, 0] && table.play.dones() == [false])
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    table.device.requireNoValidationMessages()
  }

  @Test func aPullAfterTheLastRoundIsAnErrorWithoutOutcome() throws {
    let table = try LeversTable()
    try table.pull(4, 4)
    #expect(try table.pull(4, 4) == [0, 0])
    #expect(try table.play.errors() == [ERROR_EPISODE_ENDED])
    #expect(try table.play.dones() == [true] && table.play.outcomes() == [0])
    #expect(try table.state.round == 1)
  }

  @Test func aGameIsShownWithItsPaysAndTheLastRound() throws {
    let environment = try levers(["pay": "1.0x2,0.9", "rounds": 3, "players": 3])
    #expect(
      environment.render(state: environment.startState) == """
        round 1/3  matched 0
        lever    0    1    2
          pay  1.0  1.0  0.9
        """)
    let state = environment.startState(LeversState(round: 3, matched: 1, pulled: [0, 2, 0]))
    #expect(
      environment.render(state: state) == """
        round 3/3  matched 1  ended
        lever    0    1    2
          pay  1.0  1.0  0.9
        last round  player 0 lever 0  player 1 lever 2  player 2 lever 0
        """)
    let cued = try levers(["levers": 2, "rounds": 2, "cue": true])
    #expect(
      cued.render(state: cued.startState(LeversState(round: 1, matched: 0, pulled: [0, 1], cue: 1))) == """
        round 2/2  matched 0
        lever    0    1
          pay  1.0  1.0
        cue lever 1
        last round  player 0 lever 0  player 1 lever 1
        """)
    #expect(cued.render(state: cued.startState).hasSuffix("cue drawn by reset"))
    let fields = cued.stateFields(of: cued.startState(LeversState(cue: 1)))
    #expect(fields.last == StateField("cue", "1"))
    let matrix = try levers(["pay": [[1, 0], [0, 12.5]]])
    #expect(
      matrix.render(state: matrix.startState) == """
        round 1/1  matched 0
        player 0 \\ 1    0     1
                   0  1.0   0.0
                   1  0.0  12.5
        """)
  }
}
