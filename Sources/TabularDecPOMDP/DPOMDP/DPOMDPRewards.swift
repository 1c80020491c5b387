/// R(s,a,s',o) while it is read: one number per (s,a), and a table over (s',o) only where entries tell these apart.
struct DPOMDPRewards {
  private let states: Int
  private let jointActions: Int
  private let jointObservations: Int
  /// (states, joint actions)
  private var constants: [Double]
  /// By row (state, joint action): (states, joint observations).
  private var tables: [Int: [Double]] = [:]
  /// The most tables that memory has room for.
  private let mostTables: Int

  init(_ sizes: DPOMDPSizes) {
    states = sizes.states
    jointActions = sizes.jointActions
    jointObservations = sizes.jointObservations
    constants = Array(repeating: 0, count: states * jointActions)
    mostTables = sizes.spareBytes / (states * jointObservations * MemoryLayout<Double>.stride)
  }

  /// Whether there is no room for what the entries so far tell apart.
  var isTooLarge: Bool { tables.count > mostTables }

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
    let constant = constants[row]
    for (i, end) in ends.enumerated() {
      for (j, observation) in observations.enumerated() {
        tables[row, default: Array(repeating: constant, count: states * jointObservations)][
          end * jointObservations + observation] = value(i, j)
      }
    }
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
