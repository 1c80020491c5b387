/// How large the tables of a `.dpomdp` file are, known before any of them is made.
struct DPOMDPSizes {
  let states: Int
  let jointActions: Int
  let jointObservations: Int
  /// Bytes that are left besides the tables of P and O.
  let spareBytes: Int

  /// What one entry of P or O takes while a file is read and its symmetries are sought: it stands as a number in the reader
  /// and in the problem, as a class of equal numbers, and in lists of those.
  private static let bytesPerEntry = 32

  /// - Parameter memory: Bytes that the tables may take.
  /// - Throws: `DPOMDPError` where they take more.
  init(_ preamble: DPOMDPPreamble, memory: UInt64) throws {
    states = preamble.states.count
    func product(_ factors: [Int]) -> Int? {
      factors.reduce(1) { product, factor in
        guard let (value, overflow) = product?.multipliedReportingOverflow(by: factor), !overflow else { return nil }
        return value
      }
    }
    let (actions, observations) = (preamble.actions.map(\.count), preamble.observations.map(\.count))
    let most = Int(clamping: memory)
    guard let jointActions = product(actions), let jointObservations = product(observations),
      let transitions = product([states, jointActions, states, Self.bytesPerEntry]),
      let seen = product([jointActions, states, jointObservations, Self.bytesPerEntry]),
      case (let bytes, let overflow) = transitions.addingReportingOverflow(seen), !overflow, bytes <= most
    else {
      let sizes = ([states, states] + actions).reduce(1.0) { $0 * Double($1) }
      let seen = ([states] + actions + observations).reduce(1.0) { $0 * Double($1) }
      func gibibytes(_ bytes: Double) -> String {
        let value = bytes / 0x1p30
        return value < 1e6 ? "\((value * 10).rounded() / 10)" : "\(value)"
      }
      throw DPOMDPReader(file: preamble.file).error(
        preamble.statesToken,
        "\(states) states, \(Self.text(actions)) actions and \(Self.text(observations)) observations make tables that need "
          + "\(gibibytes((sizes + seen) * Double(Self.bytesPerEntry))) GiB, and this machine has "
          + "\(gibibytes(Double(memory))) GiB; take a smaller problem")
    }
    (self.jointActions, self.jointObservations) = (jointActions, jointObservations)
    spareBytes = most - bytes
  }

  private static func text(_ counts: [Int]) -> String { counts.map { "\($0)" }.joined(separator: " x ") }
}
