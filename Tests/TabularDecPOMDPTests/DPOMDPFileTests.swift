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

  /// The forms that the documentation of the format promises, in its order: an unnamed count beside names, a subset to start
  /// in, joint actions by number, by members and by `*`, single numbers, rows, matrices and keywords.
  @Test func everyFormOfTheDocumentationIsRead() throws {
    let problem = try parse(
      """
      # comments stand on lines of their own
      agents: 2
      discount: 0.75
      values: cost
      states: first second-state
      start exclude: second-state
      actions:
      a-1 b_2 c3
      2
      observations:
      2
      near far
      #
      # joint action 5 is c3 1
      T: * :
      uniform
      T: b_2 1 : second-state :
      0.4 0.6
      T: 1 0 :
      0.2 0.8
      0.5 0.5
      T: c3 * : * : * : 0.5
      T: 0 :
      identity
      T: 5 : 0 : 1 : 0.33333
      T: 5 : 0 : 0 : 0.66667
      O: * :
      uniform
      O: a-1 0 : first : 1 near : 0.5
      O: a-1 0 : first : 0 near : 0
      O: b_2 * :
      1 0 0 0
      0.25 0.25 0.25 0.25
      O: 4 : second-state :
      uniform
      R: * : * : * : * : 1
      R: a-1 * : first : * : 1 far : 5
      R: 5 : 1 : 0 :
      8 8 8 8
      R: c3 0 : second-state :
      2 2 2 2
      4 4 4 4
      """)
    #expect(problem.start == [1, 0])
    #expect(problem.actionNames == [["a-1", "b_2", "c3"], ["0", "1"]])
    #expect(problem.observationNames == [["0", "1"], ["near", "far"]])
    func transition(_ s: Int, _ a: Int) -> [Double] {
      Array(problem.transitions[(s * 6 + a) * 2..<(s * 6 + a) * 2 + 2])
    }
    #expect(transition(0, 0) == [1, 0] && transition(1, 0) == [0, 1])
    #expect(transition(1, 3) == [0.4, 0.6] && transition(0, 3) == [0.5, 0.5])
    #expect(transition(0, 2) == [0.2, 0.8] && transition(1, 2) == [0.5, 0.5])
    #expect(transition(0, 5) == [0.66667, 0.33333])
    #expect(Array(problem.observations[0..<4]) == [0, 0.25, 0.5, 0.25])
    #expect(Array(problem.observations[2 * 8..<2 * 8 + 8]) == [1, 0, 0, 0, 0.25, 0.25, 0.25, 0.25])
    // Costs: -1 everywhere, -5 with probability 1/4, -8 where the next state is the first, and the mean of -2 and -4.
    #expect(problem.rewards == [-2, -2, -1, -1, -1, -1, -1, -1, -1, -1, -3, -4.5])
  }

  /// Quoted words, CR LF, tabs, a byte-order mark: what tools and editors make of a file changes nothing.
  @Test(arguments: ["quotes", "crlf", "cr", "tabs", "mark", "all"]) func dialectsMeanTheSame(dialect: String) throws {
    var text = Self.decTiger
    if ["quotes", "all"].contains(dialect) {
      for word in [
        "listen", "open-left", "open-right", "hear-left", "hear-right", "uniform", "identity", "*", "reward",
      ] {
        text = text.split(separator: " ", omittingEmptySubsequences: false).map { part in
          part.split(separator: "\n", omittingEmptySubsequences: false).map { $0 == word ? "\"\(word)\"" : String($0) }
            .joined(separator: "\n")
        }.joined(separator: " ")
      }
      #expect(text.contains("values: \"reward\"") && text.contains("T: \"*\" :\n\"uniform\""))
    }
    if ["tabs", "all"].contains(dialect) { text = text.replacing(" ", with: "\t") }
    if ["crlf", "all"].contains(dialect) { text = text.replacing("\n", with: "\r\n") }
    if dialect == "cr" { text = text.replacing("\n", with: "\r") }
    if ["mark", "all"].contains(dialect) { text = "\u{FEFF}" + text }
    #expect(try parse(text) == parse(Self.decTiger))
    // Places are those that an editor shows.
    let error = #expect(throws: DPOMDPError.self) { try parse(text.replacing("0.7225", with: "7")) }
    #expect(error?.line == 20 && error?.column == (["quotes", "all"].contains(dialect) ? 63 : 55), "\(error!)")
  }

  @Test(arguments: [("values: \"reward", "f.dpomdp:3:9"), ("values: \"\"", "f.dpomdp:3:9")])
  func quotesThatHoldNoWordAreRefused(line: String, place: String) {
    let error = #expect(throws: DPOMDPError.self) { try parse("agents: 2\ndiscount: 1\n\(line)\nstates: 1") }
    #expect(error?.description.contains(place) == true && error?.description.contains("quote") == true)
  }

  @Test func rewardsMayNameLessThanTheyCould() throws {
    let short = try small(Self.rows + "R: * : * : 1\nR: go 0 : 1 : 4\nR: stay * : 0 : 1 : 6\nR: stay 0 : 0 : 3\n")
    // (states, joint actions); from the first state nothing leads to the second.
    #expect(short.rewards == [1, 3, 4, 1])
    let ends = try small(Self.rows + "T: * :\nuniform\nR: * : * : 0\nR: stay 0 : 1 : 1 : 6\n")
    #expect(ends.rewards == [0, 0, 0, 3])
  }

  /// Sizes are multiplied and compared with the memory before tables are made.
  @Test(arguments: [
    ("states: 100000", "actions:\n2\n2", "observations:\n2\n2", ["100000 states"]),
    ("states: 2", "actions:\n100000\n100000", "observations:\n1\n1", ["100000 x 100000 actions"]),
    ("states: 2", "actions:\n2\n2", "observations:\n100000\n100000", ["100000 x 100000 observations"]),
    ("states: 100000", "actions:\n100000\n100000", "observations:\n100000\n100000", ["100000 states", "GiB"]),
  ]) func tablesBeyondTheMemoryAreRefused(states: String, actions: String, observations: String, mentions: [String]) {
    let text =
      "agents: 2\ndiscount: 1\nvalues: reward\n\(states)\nstart: 0\n\(actions)\n\(observations)\nT: * :\nuniform"
    let error = #expect(throws: DPOMDPError.self) {
      try DPOMDPFile.parse(text, file: "f.dpomdp", name: "f", memory: 16 << 30)
    }
    for mention in ["f.dpomdp:4:1", "16.0 GiB"] + mentions {
      #expect(error?.description.contains(mention) == true, "\(error?.description ?? "")")
    }
  }

  @Test func memoryBoundsRewardsThatTellEverythingApart() throws {
    let preamble = "agents: 2\ndiscount: 1\nvalues: reward\nstates: 20\nstart: 0\nactions:\n3\n3\nobservations:\n4\n4\n"
    let text = preamble + "T: * :\nuniform\nO: * :\nuniform\nR: * : * : 0 : 0 : 1\n"
    func read(_ memory: UInt64) throws { _ = try DPOMDPFile.parse(text, file: "f.dpomdp", name: "f", memory: memory) }
    // P and O: 32 * (20 * 9 * 20 + 9 * 20 * 16) = 207,360 bytes; rewards: 180 tables of 20 * 16 * 8.
    #expect(throws: DPOMDPError.self) { try read(207_359) }
    let error = #expect(throws: DPOMDPError.self) { try read(207_360 + 179 * 2560) }
    #expect(error?.line == 16 && error?.description.contains("do not fit into memory") == true)
    try read(207_360 + 180 * 2560)
  }

  @Test func rewardsThatSumsCannotHoldAreRefused() throws {
    for reward in ["1e308", "-1e101", "1e999"] {
      let error = #expect(throws: DPOMDPError.self) { try small(Self.rows + "R: * : * : * : * : \(reward)") }
      #expect(error?.description.contains("the reward \(reward) is beyond 1e+100") == true, "\(error!)")
    }
    #expect(throws: ProblemError.self) { try DecPOMDP.levers([1, 1e101]) }
    let form = try SequenceForm(small(Self.rows + "R: go * : * : 1e100\nR: stay * : 1 : -1e100"), horizon: 3)
    let point = RegularisedObjective(form, alpha: 1e99).evaluate(logits: Examples.logits(form, seed: 0))
    #expect(point.objective.isFinite && point.gradient.allSatisfy(\.isFinite))
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
    ("uniform\nactions", "0.5 0.4 0.1\nactions", ["f.dpomdp:7:9", "3 numbers for 2 states"]),
    ("listen open-left open-right\nlisten", "listen", ["f.dpomdp:8:1", "1 lines of actions for 2 agents"]),
    ("T: listen listen :", "T: jump listen :", ["f.dpomdp:16:4", "no action jump"]),
    ("T: listen listen :", "T: listen :", ["f.dpomdp:16:4", "joint action"]),
    ("identity", "0.5 0.5 0.5", ["f.dpomdp:17:9", "2 rows of 2 numbers", "not 3"]),
    ("identity", "0.5 0.6 0.5 0.5", ["f.dpomdp:16:1", "T: listen listen : tiger-left", "1.1"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : 0.8", ["f.dpomdp:23:1", "O: listen listen : tiger-left"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : 7", ["f.dpomdp:20:55", "probability"]),
    ("hear-left hear-left : 0.7225", "hear-left hear-left : much", ["f.dpomdp:20:55", "\"much\" is not a number"]),
    ("R: * : * : * : * : -100", "R: * : -100", ["f.dpomdp:26:1", "R: <actions>"]),
    ("R: * : * : * : * : -100", "R: * : * : * : * : uniform", ["f.dpomdp:26:20", "\"uniform\" is not a number"]),
    ("R: * : * : * : * : -100", "R: * : * : tiger-up : * : -100", ["f.dpomdp:26:12", "no state tiger-up"]),
    ("# Dec-Tiger", "hello", ["f.dpomdp:1:1", "is not an entry"]),
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
