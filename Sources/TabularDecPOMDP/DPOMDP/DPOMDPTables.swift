/// The tables of a `.dpomdp` file while its entries are read in order.
struct DPOMDPTables {
  private let preamble: DPOMDPPreamble
  private let reader: DPOMDPReader
  private let jointActions: Int
  private let jointObservations: Int
  /// (states, joint actions, states)
  private var transitions: [Double]
  /// (joint actions, states, joint observations)
  private var observations: [Double]
  /// The entry that last wrote each row, for errors.
  private var transitionRows, observationRows: [DPOMDPToken?]
  private var rewards: DPOMDPRewards

  init(_ preamble: DPOMDPPreamble, _ sizes: DPOMDPSizes) {
    self.preamble = preamble
    reader = DPOMDPReader(file: preamble.file)
    jointActions = sizes.jointActions
    jointObservations = sizes.jointObservations
    let states = sizes.states
    transitions = [Double](repeating: 0, count: states * jointActions * states)
    observations = [Double](repeating: 0, count: jointActions * states * jointObservations)
    transitionRows = Array(repeating: nil, count: states * jointActions)
    observationRows = Array(repeating: nil, count: jointActions * states)
    rewards = DPOMDPRewards(sizes)
  }

  private var states: DPOMDPNames { preamble.states }

  private func actions(_ field: [DPOMDPToken], _ statement: DPOMDPStatement) throws -> [Int] {
    try reader.jointIndices(field, preamble.actions, "action", of: statement.token)
  }

  private func states(_ field: [DPOMDPToken], _ statement: DPOMDPStatement) throws -> [Int] {
    try reader.indices(field, states, "state", of: statement.token)
  }

  private func observations(_ field: [DPOMDPToken], _ statement: DPOMDPStatement) throws -> [Int] {
    try reader.jointIndices(field, preamble.observations, "observation", of: statement.token)
  }

  /// The probabilities of a matrix, row or single value, row by row; keywords written out.
  private func probabilities(
    _ payload: [DPOMDPToken], rows: Int, columns: Int, _ statement: DPOMDPStatement
  ) throws -> [Double] {
    switch payload.first?.text {
    case "uniform" where payload.count == 1:
      return Array(repeating: 1 / Double(columns), count: rows * columns)
    case "identity" where payload.count == 1 && rows == columns:
      return (0..<rows * columns).map { $0 / columns == $0 % columns ? 1 : 0 }
    default: return try numbers(payload, rows: rows, columns: columns, statement, reader.probability)
    }
  }

  /// The numbers of a matrix, row or single value, row by row.
  private func numbers(
    _ payload: [DPOMDPToken], rows: Int, columns: Int, _ statement: DPOMDPStatement,
    _ read: (DPOMDPToken) throws -> Double
  ) throws -> [Double] {
    guard payload.count == rows * columns else {
      let shape = rows == 1 ? "\(columns)" : "\(rows) rows of \(columns)"
      throw reader.error(
        payload.last ?? statement.token,
        "expected \(shape) number\(rows * columns == 1 ? "" : "s") after the last colon, not \(payload.count)")
    }
    return try payload.map(read)
  }

  private func wrongFieldCount(_ statement: DPOMDPStatement, _ forms: String) -> DPOMDPError {
    reader.error(statement.token, "an entry \(statement.keyword): is written \(forms)")
  }

  /// `T: a : s : s' : p`, `T: a : s :` and a row over s', or `T: a :` and a matrix.
  mutating func readTransition(_ statement: DPOMDPStatement) throws {
    let (fields, payload) = statement.parts
    guard (1...3).contains(fields.count) else {
      throw wrongFieldCount(
        statement, "T: <actions> : <state> : <next state> : <probability>, or ends with a row or matrix")
    }
    let chosenActions = try actions(fields[0], statement)
    let from = fields.count > 1 ? try states(fields[1], statement) : Array(states.indices)
    let to = fields.count > 2 ? try states(fields[2], statement) : Array(states.indices)
    let rows = fields.count > 1 ? 1 : states.count
    let columns = fields.count > 2 ? 1 : states.count
    let numbers = try probabilities(payload, rows: rows, columns: columns, statement)
    for a in chosenActions {
      for (i, s) in from.enumerated() {
        let row = s * jointActions + a
        transitionRows[row] = statement.token
        for (j, next) in to.enumerated() {
          transitions[row * states.count + next] = numbers[(rows > 1 ? i : 0) * columns + (columns > 1 ? j : 0)]
        }
      }
    }
  }

  /// `O: a : s' : o : p`, `O: a : s' :` and a row over joint observations, or `O: a :` and a matrix.
  mutating func readObservation(_ statement: DPOMDPStatement) throws {
    let (fields, payload) = statement.parts
    guard (1...3).contains(fields.count) else {
      throw wrongFieldCount(
        statement, "O: <actions> : <next state> : <observations> : <probability>, or ends with a row or matrix")
    }
    let chosenActions = try actions(fields[0], statement)
    let ends = fields.count > 1 ? try states(fields[1], statement) : Array(states.indices)
    let seen = fields.count > 2 ? try observations(fields[2], statement) : Array(0..<jointObservations)
    let rows = fields.count > 1 ? 1 : states.count
    let columns = fields.count > 2 ? 1 : jointObservations
    let numbers = try probabilities(payload, rows: rows, columns: columns, statement)
    for a in chosenActions {
      for (i, next) in ends.enumerated() {
        let row = a * states.count + next
        observationRows[row] = statement.token
        for (j, o) in seen.enumerated() {
          observations[row * jointObservations + o] = numbers[(rows > 1 ? i : 0) * columns + (columns > 1 ? j : 0)]
        }
      }
    }
  }

  /// `R: a : s : s' : o : r`, `R: a : s : s' :` and a row over joint observations, or `R: a : s :` and a matrix. One number
  /// instead of a row or matrix stands for all of its numbers.
  mutating func readReward(_ statement: DPOMDPStatement) throws {
    let (fields, payload) = statement.parts
    guard (2...4).contains(fields.count) else {
      throw wrongFieldCount(
        statement, "R: <actions> : <state> : <next state> : <observations> : <reward>, or ends with a row or matrix")
    }
    let chosenActions = try actions(fields[0], statement)
    let from = try states(fields[1], statement)
    let ends = fields.count > 2 ? try states(fields[2], statement) : Array(states.indices)
    let seen = fields.count > 3 ? try observations(fields[3], statement) : Array(0..<jointObservations)
    let rows = fields.count > 2 || payload.count == 1 ? 1 : states.count
    let columns = fields.count > 3 || payload.count == 1 ? 1 : jointObservations
    let numbers = try numbers(payload, rows: rows, columns: columns, statement, reader.reward)
    for s in from {
      for a in chosenActions {
        rewards.set(row: s * jointActions + a, ends: ends, observations: seen) { i, j in
          preamble.sign * numbers[(rows > 1 ? i : 0) * columns + (columns > 1 ? j : 0)]
        }
        if rewards.isTooLarge {
          throw reader.error(
            statement.token,
            "rewards that depend on next states and observations do not fit into memory for this many states and "
              + "joint actions; write their means, R: <actions> : <state> : <reward>")
        }
      }
    }
  }

  /// - Throws: `DPOMDPError` that names the first row of T or O whose probabilities do not sum to 1.
  func problem(name: String) throws -> DecPOMDP {
    let actionNames = preamble.actions.map(\.names)
    for row in transitionRows.indices {
      let (s, a) = row.quotientAndRemainder(dividingBy: jointActions)
      try checkSum(
        transitions[row * states.count..<(row + 1) * states.count], transitionRows[row],
        "T: \(DecPOMDP.jointName(a, actionNames)) : \(states.names[s])")
    }
    for row in observationRows.indices {
      let (a, s) = row.quotientAndRemainder(dividingBy: states.count)
      try checkSum(
        observations[row * jointObservations..<(row + 1) * jointObservations], observationRows[row],
        "O: \(DecPOMDP.jointName(a, actionNames)) : \(states.names[s])")
    }
    let averaged = rewards.averaged { s, a in
      let row = s * jointActions + a
      return (
        transitions[row * states.count..<(row + 1) * states.count],
        { next in
          let start = (a * states.count + next) * jointObservations
          return observations[start..<start + jointObservations]
        }
      )
    }
    do {
      return try DecPOMDP(
        name: name, discount: preamble.discount, stateNames: states.names, actionNames: actionNames,
        observationNames: preamble.observations.map(\.names), start: preamble.start, transitions: transitions,
        observations: observations, rewards: averaged)
    } catch let error as ProblemError {
      throw DPOMDPError(file: preamble.file, line: 0, column: 0, message: error.description)
    }
  }

  private func checkSum(_ row: ArraySlice<Double>, _ writer: DPOMDPToken?, _ name: String) throws {
    let sum = row.reduce(0, +)
    guard abs(sum - 1) > DecPOMDP.rowSumTolerance else { return }
    let message = "the probabilities of the row \(name) sum to \(sum); make them sum to 1"
    guard let writer else {
      throw DPOMDPError(file: preamble.file, line: 0, column: 0, message: "\(message) (no entry mentions the row)")
    }
    throw reader.error(writer, message)
  }
}
