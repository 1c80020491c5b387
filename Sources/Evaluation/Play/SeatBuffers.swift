import CShaders
import Networks
import VulkanCompute

/// The memory of the seats of the cells as one roster sees them, beside that of its network. Seats that other networks choose for
/// have their places here, too.
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
  ///   - isHostVisible: Whether steps of the host must reach it on every device.
  init(
    _ name: String, _ shape: EvaluationShape, hiddenWidth: Int?, cells: Int, policyWindows: Int, table: BufferTable,
    isHostVisible: Bool = false
  ) {
    func register<T: BitwiseCopyable>(
      _ part: String, of type: T.Type, blocks: Int = 1, _ axis: String, _ count: Int
    ) -> Buffer<T> {
      table.register(
        "\(name).\(part)", of: type, runs: blocks * cells * shape.agents, perRun: [(axis, count)],
        persistence: .scratch, isHostVisible: isHostVisible)
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
        persistence: .scratch, isHostVisible: isHostVisible)
    }
    resets = hiddenWidth.map { _ in register("resets", of: UInt32.self, "N", shape.environments) }
  }

  var all: [AnyBuffer] {
    let buffers: [AnyBuffer?] = [rowIndices, rowCounts, workspaceRows, policyIndices, windows, hiddenStates, resets]
    return buffers.compactMap(\.self)
  }

  /// Lists the rows that policies look at: those of acting seats, or, for recurrent ones, all.
  func recordRows(
    _ recorder: CommandRecorder, _ list: Kernel, _ cells: Range<Int>, of games: PlayBuffers, _ shape: EvaluationShape,
    push: EvaluationDispatch
  ) {
    let seats = 0..<cells.count * shape.agents
    var bindings = [
      "legal_masks": games.transitions.legalMasks.window(runs: cells), "games": games.games.window(runs: cells),
      "row_indices": rowIndices.window(runs: seats), "row_counts": rowCounts.whole,  // of every window of policies
      "workspace_rows": workspaceRows.window(runs: seats), "seat_windows": windows.window(runs: seats),
    ]
    if let resets {
      bindings["resets"] = resets.window(runs: seats)
      bindings["dones"] = games.transitions.dones.window(runs: cells)
      recorder.dispatch(list, bindings, push: push, groups: list.groups(for: shape.environments), seats.count)
    } else {
      recorder.dispatch(list, bindings, push: push, groups: seats.count)
    }
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
