/// R(s,a,s',o) while it is read: one number per (s,a), and a table over (s',o) only where entries tell these apart.
struct DPOMDPRewards {
  private let states: Int
  private let jointActions: Int
  private let jointObservations: Int
  /// (states, joint actions)
  private var constants: [Double]
  /// By row (state, joint action): (states, joint observations).
  private var tables: [Int: [Double]] = [:]

  init(states: Int, jointActions: Int, jointObservations: Int) {
    self.states = states
    self.jointActions = jointActions
    self.jointObservations = jointObservations
    constants = Array(repeating: 0, count: states * jointActions)
  }

  /// - Parameters:
  ///   - row: state * jointActions + joint action.
  ///   - value: For the i-th of `ends` and the j-th of `observations`.
  mutating func set(row: Int, ends: [Int], observations: [Int], _ value: (Int, Int) -> Double) {
    if ends.count == states, observations.count == jointObservations {
      let first = value(0, 0)
      let isConstant = ends.indices.allSatisfy { i in observations.indices.allSatisfy { value(i, $0) == first } }
      if isConstant {
        constants[row] = first
        tables[row] = nil
        return
      }
    }
    var table = tables[row] ?? Array(repeating: constants[row], count: states * jointObservations)
    for (i, end) in ends.enumerated() {
      for (j, observation) in observations.enumerated() { table[end * jointObservations + observation] = value(i, j) }
    }
    tables[row] = table
  }

  /// R(s,a): the expectation over s' and o.
  ///
  /// - Parameter rows: For (s, a): P(.|s,a), and O(.|a,s') for every s'.
  func averaged(
    _ rows: (Int, Int) -> (ArraySlice<Double>, (Int) -> ArraySlice<Double>)
  ) -> [Double] {
    constants.indices.map { row in
      guard let table = tables[row] else { return constants[row] }
      let (next, observations) = rows(row / jointActions, row % jointActions)
      return zip(0..., next).reduce(0) { sum, entry in
        let (end, probability) = entry
        guard probability > 0 else { return sum }
        let mean = zip(0..., observations(end)).reduce(0) { $0 + $1.1 * table[end * jointObservations + $1.0] }
        return sum + probability * mean
      }
    }
  }
}
