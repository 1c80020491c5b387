import CShaders
import Networks
import VulkanCompute

/// The device's memory of the seats of the cells as one `SeatedNetwork` sees them, beside that of the network itself. Seats
/// that other networks choose for have their places here, too.
struct SeatBuffers {
  let rowIndices: Buffer<UInt32>  // (B A, N)
  /// (blocks B A, counts): all rows, then those of every window of policies if there are several.
  let rowCounts: Buffer<UInt32>
  let workspaceRows: Buffer<UInt32>  // (B A, N)
  let policyIndices: Buffer<UInt32>  // (B A, 1): within the window of the policy
  let windows: Buffer<UInt32>  // (B A, counts): the window in word 0
  let hiddenStates: Buffer<Float>?  // (B, N A padded, Hp), of recurrent networks
  let resets: Buffer<UInt32>?  // (B A, N): whether a game ended just before, for recurrent networks

  /// - Parameters:
  ///   - name: How the names of the buffers begin.
  ///   - hiddenWidth: Hp; nil for feed-forward networks.
  init(
    _ name: String, _ shape: EvaluationShape, hiddenWidth: Int?, cells: Int, policyWindows: Int, table: BufferTable
  ) {
    func register<T: BitwiseCopyable>(
      _ part: String, of type: T.Type, blocks: Int = 1, _ axis: String, _ count: Int
    ) -> Buffer<T> {
      table.register(
        "\(name).\(part)", of: type, runs: blocks * cells * shape.agents, perRun: [(axis, count)], persistence: .scratch
      )
    }
    let counts = PolicyNetwork.rowCountWords
    rowIndices = register("row_indices", of: UInt32.self, "N", shape.environments)
    rowCounts = register(
      "row_counts", of: UInt32.self, blocks: policyWindows > 1 ? 1 + policyWindows : 1, "counts", counts)
    workspaceRows = register("workspace_rows", of: UInt32.self, "N", shape.environments)
    policyIndices = register("policy_indices", of: UInt32.self, "index", 1)
    windows = register("seat_windows", of: UInt32.self, "counts", counts)
    hiddenStates = hiddenWidth.map { width in
      table.register(
        "\(name).hidden_states", of: Float.self, runs: cells, perRun: [("rows", shape.observationRows), ("H", width)],
        persistence: .scratch)
    }
    resets = hiddenWidth.map { _ in register("resets", of: UInt32.self, "N", shape.environments) }
  }

  /// The policy in every seat, by its window and its index there; nil in seats that another network chooses for.
  func seat(_ policies: [(window: Int, index: Int)?]) throws {
    var indices = [UInt32](repeating: 0, count: policyIndices.count)
    var places = [UInt32](repeating: 0, count: windows.count)
    for (seat, policy) in policies.enumerated() {
      indices[seat * policyIndices.runStride] = UInt32(policy?.index ?? 0)
      places[seat * windows.runStride] = policy.map { UInt32($0.window) } ?? WINDOW_OF_ANOTHER_NETWORK
    }
    try policyIndices.write(indices)
    try windows.write(places)
  }
}
