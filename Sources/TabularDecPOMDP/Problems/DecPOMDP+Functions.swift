extension DecPOMDP {
  /// A problem from its formulas, each of them a function of states, joint actions and joint observations by number.
  ///
  /// - Parameters:
  ///   - transition: P(s'|s,a) for (s, a, s'), `a` with one entry per agent.
  ///   - observation: O(o|a,s') for (a, s', o).
  ///   - reward: R(s,a,s') for (s, a, s'); the table holds its expectation over s'.
  init(
    name: String, discount: Double = 1, states: [String], actions: [[String]], observations: [[String]],
    start: [Double], transition: (Int, [Int], Int) -> Double, observation: ([Int], Int, [Int]) -> Double,
    reward: (Int, [Int], Int) -> Double
  ) throws {
    let jointActions = MixedRadix(actions.map(\.count))
    let jointObservations = MixedRadix(observations.map(\.count))
    var transitions: [Double] = []
    var rewards: [Double] = []
    for s in states.indices {
      for number in 0..<jointActions.count {
        let a = jointActions.digits(of: number)
        let row = states.indices.map { transition(s, a, $0) }
        transitions += row
        rewards.append(states.indices.reduce(0) { $0 + (row[$1] == 0 ? 0 : row[$1] * reward(s, a, $1)) })
      }
    }
    var observationTable: [Double] = []
    for number in 0..<jointActions.count {
      let a = jointActions.digits(of: number)
      for next in states.indices {
        observationTable += (0..<jointObservations.count).map { observation(a, next, jointObservations.digits(of: $0)) }
      }
    }
    try self.init(
      name: name, discount: discount, stateNames: states, actionNames: actions, observationNames: observations,
      start: start, transitions: transitions, observations: observationTable, rewards: rewards)
  }
}
