// The file format of the MADP toolbox.
import Testing

@testable import TabularDecPOMDP

@Suite struct DPOMDPFileTests {
  static let decTiger = """
    # Dec-Tiger
    agents: 2
    discount: 1
    values: reward
    states: tiger-left tiger-right
    start:
    uniform
    actions:
    listen open-left open-right
    listen open-left open-right
    observations:
    hear-left hear-right
    hear-left hear-right
    T: * :
    uniform
    T: listen listen :
    identity
    O: * :
    uniform
    O: listen listen : tiger-left : hear-left hear-left : 0.7225
    O: listen listen : tiger-left : hear-left hear-right : 0.1275
    O: listen listen : tiger-left : hear-right hear-left : 0.1275
    O: listen listen : tiger-left : hear-right hear-right : 0.0225
    O: 0 : tiger-right :   # joint action 0, a row of joint observations
    0.0225 0.1275 0.1275 0.7225
    R: * : * : * : * : -100
    R: listen listen: * : * : * : -2
    R: open-left open-left : tiger-left : * : * : -50
    R: 2 2 : 1 : * : * : -50
    R: open-left open-left : tiger-right : * : * : +20
    R: open-right open-right : 0 : * : * : 20.0
    R: listen open-left : * : * : * : 9
    R: open-left listen : * : * : * : 9
    R: listen open-right : * : * : * : 9
    R: open-right listen : * : * : * : 9
    R: listen open-left : tiger-left : * : * : -101
    R: open-left listen : tiger-left : * : * : -101
    R: listen open-right : tiger-right : * : * : -101
    R: open-right listen : tiger-right : * : * : -101
    """

  private func parse(_ text: String) throws -> DecPOMDP { try DPOMDPFile.parse(text, file: "f.dpomdp", name: "f") }

  @Test func decTigerFromAFileIsTheBuiltInOne() throws {
    let file = try parse(Self.decTiger)
    let builtIn = try DecPOMDP.decTiger()
    #expect(file.stateNames == builtIn.stateNames)
    #expect(file.actionNames == builtIn.actionNames)
    #expect(file.start == builtIn.start)
    #expect(file.transitions == builtIn.transitions)
    #expect(zip(file.observations, builtIn.observations).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(file.rewards == builtIn.rewards)
  }

  /// Two states, agents with 2 and 1 actions and 1 and 2 observations; `body` follows the preamble.
  private func small(
    _ body: String, start: String = "start: 0", values: String = "reward", agents: String = "2"
  ) throws -> DecPOMDP {
    try parse(
      """
      agents: \(agents)
      discount: 0.5
      values: \(values)
      states: 2
      \(start)
      actions:
      go stay
      1
      observations:
      1
      dark light
      \(body)
      """)
  }

  private static let rows = "T: * :\nidentity\nO: * :\nuniform\n"

  @Test(arguments: [
    ("start: 1", [0.0, 1]), ("start:\nuniform", [0.5, 0.5]), ("start: uniform", [0.5, 0.5]),
    ("start:\n0.25 0.75", [0.25, 0.75]), ("start: 0.25 0.75", [0.25, 0.75]), ("start include: 0", [1, 0]),
    ("start include: 0 1", [0.5, 0.5]), ("start exclude: 0", [0, 1]),
  ])
  func theStartIsWrittenInManyWays(text: String, start: [Double]) throws {
    #expect(try small(Self.rows, start: text).start == start)
  }

  @Test(arguments: [
    "T: go 0 : 0 : 1 : 1\nT: 0 : 0 : 0 : 0", "T: 0 : 0 :\n0 1", "T: go * : 0\n0 1", "T: 0 0 :\n0 1\n0 1",
  ])
  func rowsAndMatricesOverwriteWhatCameBefore(text: String) throws {
    let problem = try small(Self.rows + text)
    // (states, joint actions, states)
    let expected = text.hasSuffix("0 1\n0 1") ? [0.0, 1, 1, 0, 0, 1, 0, 1] : [0.0, 1, 1, 0, 0, 1, 0, 1]
    #expect(problem.transitions == expected)
    #expect(problem.observations.allSatisfy { $0 == 0.5 })
  }

  @Test func observationsByEveryForm() throws {
    let problem = try small(
      Self.rows + "O: stay 0 : * : 0 light : 1\nO: stay 0 : * : 0 dark : 0\nO: 0 : 1 :\n0.25 0.75\n")
    // (joint actions, states, joint observations)
    #expect(problem.observations == [0.5, 0.5, 0.25, 0.75, 0, 1, 0, 1])
    let matrix = try small(Self.rows + "O: * * :\n1 0\n0 1\nO: 1 : * :\nuniform")
    #expect(matrix.observations == [1, 0, 0, 1, 0.5, 0.5, 0.5, 0.5])
  }

  @Test func rewardsAreAveragedOverWhatTheyDependOn() throws {
    let rewards = """
      R: * : * : * : * : 1
      R: go 0 : 0 : * : 0 light : 5
      R: stay 0 : 1 : 0 :
      100 100
      R: stay 0 : 0 :
      2 4
      7 7
      """
    // go in 0: (1 + 5) / 2; stay in 0 stays there: (2 + 4) / 2; stay in 1 never gets to 0.
    #expect(try small(Self.rows + rewards).rewards == [3, 3, 1, 1])
    #expect(try small(Self.rows + rewards, values: "cost").rewards == [-3, -3, -1, -1])
    #expect(try small(Self.rows).discount == 0.5)
  }

  @Test func threeNamedAgents() throws {
    let problem = try parse(
      """
      agents: a b c
      discount: 1
      values: reward
      states: s
      start: s
      actions:
      2
      2
      3
      observations:
      1
      1
      2
      T: * :
      uniform
      O: * :
      uniform
      R: 1 1 2 : s : * : * : 1
      R: 3 : s : * : * : 2
      """)
    #expect(problem.agentCount == 3)
    #expect(problem.rewards == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1])
  }

  /// A change to Dec-Tiger, and what the error must contain.
  static let mistakes: [(String, String, [String])] = [
    ("agents: 2\n", "", ["f.dpomdp: there is no entry agents:"]),
    ("agents: 2", "agents: 1", ["f.dpomdp:2:9", "1 agents"]),
    ("discount: 1", "discount: 1.5", ["f.dpomdp:3:11", "1.5"]),
    ("discount: 1", "discount: 1\ndiscount: 1", ["f.dpomdp:4:1", "second entry discount:"]),
    ("values: reward", "values: money", ["f.dpomdp:4:9", "reward or cost"]),
    ("states: tiger-left tiger-right", "states: tiger-left tiger-left", ["f.dpomdp:5:20", "second state"]),
    ("uniform\nactions", "0.5 0.6\nactions", ["start distribution", "1.1"]),
    ("uniform\nactions", "0.5 0.4 0.1\nactions", ["f.dpomdp:7:9", "3 numbers where there are 2 states"]),
    ("listen open-left open-right\nlisten", "listen", ["f.dpomdp:8:1", "1 lines of actions for 2 agents"]),
    ("T: listen listen :", "T: jump listen :", ["f.dpomdp:16:4", "no action jump"]),
    ("T: listen listen :", "T: listen :", ["f.dpomdp:16:4", "joint action"]),
    ("identity", "0.5 0.5 0.5", ["f.dpomdp:17:9", "2 rows of 2 numbers", "not 3"]),
    ("identity", "0.5 0.6 0.5 0.5", ["f.dpomdp:16:1", "T: listen listen : tiger-left", "1.1"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : 0.8", ["f.dpomdp:23:1", "O: listen listen : tiger-left"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : 7", ["f.dpomdp:20:55", "probability"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : much", ["f.dpomdp:20:55", "\"much\" is no number"]),
    ("R: * : * : * : * : -100", "R: * : -100", ["f.dpomdp:26:1", "R: <actions>"]),
    ("R: * : * : * : * : -100", "R: * : * : * : * : uniform", ["f.dpomdp:26:20", "\"uniform\" is no number"]),
    ("R: * : * : * : * : -100", "R: * : * : tiger-up : * : -100", ["f.dpomdp:26:12", "no state tiger-up"]),
    ("# Dec-Tiger", "hello", ["f.dpomdp:1:1", "begins no entry"]),
    ("T: * :\nuniform\n", "", ["f.dpomdp", "T: listen open-left : tiger-left", "no entry mentions"]),
  ]

  @Test(arguments: mistakes) func mistakesAreNamedWithTheirPlace(change: String, to: String, mentions: [String]) {
    let text = Self.decTiger.replacing(change, with: to, maxReplacements: 1)
    #expect(text != Self.decTiger)
    let error = #expect(throws: (any Error).self) { try parse(text) }
    for mention in mentions {
      #expect("\(error.map { "\($0)" } ?? "")".contains(mention), "\(error.map { "\($0)" } ?? "")")
    }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: DPOMDPError.self) { try DPOMDPFile.read(contentsOf: "nowhere.dpomdp") }
    #expect(error?.description.contains("nowhere.dpomdp") == true)
  }
}
