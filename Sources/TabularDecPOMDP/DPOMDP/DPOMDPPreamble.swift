/// The entries of a `.dpomdp` file that come before T, O and R.
struct DPOMDPPreamble {
  let file: String
  let discount: Double
  /// 1, or -1 where values are costs.
  let sign: Double
  let states: DPOMDPNames
  /// Where the states are declared.
  let statesToken: DPOMDPToken
  /// Per agent.
  let actions, observations: [DPOMDPNames]
  let start: [Double]

  init(_ statements: [DPOMDPStatement], file: String) throws {
    self.file = file
    let reader = DPOMDPReader(file: file)
    func the(_ keywords: String...) throws -> DPOMDPStatement {
      let found = statements.filter { keywords.contains($0.keyword) }
      guard let first = found.first else {
        throw DPOMDPError(file: file, line: 0, column: 0, message: "there is no entry \(keywords[0]):; add one")
      }
      if found.count > 1 { throw reader.error(found[1].token, "a second entry \(keywords[0]):; keep one") }
      return first
    }
    let agents = try the("agents")
    let agentCount: Int
    if agents.body.count == 1, let count = Int(agents.body[0].text) {
      agentCount = count
    } else {
      agentCount = agents.body.count
    }
    guard (2...8).contains(agentCount) else {
      throw reader.error(agents.body.first ?? agents.token, "\(agentCount) agents; expected 2 to 8")
    }
    let discountEntry = try the("discount")
    guard discountEntry.body.count == 1 else {
      throw reader.error(discountEntry.token, "discount: takes one number from 0 to 1")
    }
    discount = try reader.number(discountEntry.body[0])
    guard (0...1).contains(discount) else {
      throw reader.error(discountEntry.body[0], "the discount \(discount) is not from 0 to 1")
    }
    let values = try the("values")
    switch values.body.map(\.text) {
    case ["reward"]: sign = 1
    case ["cost"]: sign = -1
    default: throw reader.error(values.body.first ?? values.token, "values: takes reward or cost")
    }
    let stateEntry = try the("states")
    statesToken = stateEntry.token
    states = try reader.names(stateEntry.body, "state", of: stateEntry.token)
    actions = try reader.namesPerAgent(the("actions"), "action", agents: agentCount)
    observations = try reader.namesPerAgent(the("observations"), "observation", agents: agentCount)
    start = try Self.start(the("start", "start include", "start exclude"), states, reader)
  }

  private static func start(
    _ entry: DPOMDPStatement, _ states: DPOMDPNames, _ reader: DPOMDPReader
  ) throws -> [Double] {
    let body = entry.body
    guard let first = body.first else { throw reader.error(entry.token, "\(entry.keyword): is empty; name a state") }
    func uniform(over chosen: Set<Int>) throws -> [Double] {
      guard !chosen.isEmpty else { throw reader.error(entry.token, "no state is left to start in") }
      return states.indices.map { chosen.contains($0) ? 1 / Double(chosen.count) : 0 }
    }
    // One number is a state's, unless it is written as a probability.
    let isRow =
      body.allSatisfy { Double($0.text) != nil }
      && (body.count > 1 || first.text.contains(".") || (states.count == 1 && first.text == "1"))
    if entry.keyword == "start", body.map(\.text) == ["uniform"] { return try uniform(over: Set(states.indices)) }
    if entry.keyword == "start", isRow {
      return try reader.row(body, count: states.count, what: "states")
    }
    let listed = Set(try body.map { try reader.index($0, states, "state") })
    if entry.keyword == "start exclude" { return try uniform(over: Set(states.indices).subtracting(listed)) }
    guard entry.keyword == "start include" || body.count == 1 else {
      throw reader.error(first, "start: takes uniform, one state, or \(states.count) probabilities, not \(body.count)")
    }
    return try uniform(over: listed)
  }
}
