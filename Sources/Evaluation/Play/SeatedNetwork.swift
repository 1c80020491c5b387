import CShaders
import Environments
import Networks
import VulkanCompute

/// The network of one roster beside the games of a `CellPlayer`, and the seats that its policies take.
///
/// The network's runs are the seats of all cells, z = cell * A + seat, each with the parameters of its policy. Seats of other
/// rosters have no rows here: nothing is computed or written for them, and their hidden states stay 0.
final class SeatedNetwork {
  let network: PolicyNetwork
  let parameters: Buffer<Float>  // (policies, P)
  let windows: PolicyWindows
  let seats: SeatBuffers
  /// Where policies are compared with themselves on images of their observations.
  let probe: EquivarianceProbe?
  /// What kernels know that read rows or logits of this network.
  let macros: [String: String]
  /// Places of the roster's policies among those of all rosters.
  let members: Range<Int>
  private let shape: EvaluationShape
  /// B
  private let cells: Int
  private let listRows: Kernel

  /// Registers the memory in `table`.
  ///
  /// - Parameters:
  ///   - number: Of the roster among all, from 0.
  ///   - policiesPerWindow: The most policies that are bound at once; nil for as many as one binding can hold.
  init(
    number: Int, _ architecture: NetworkArchitecture, members: Range<Int>, shape: EvaluationShape, cells: Int,
    environment game: any Environment, symmetries: SymmetryTable?, device: Device, policiesPerWindow: Int?,
    table: BufferTable
  ) throws {
    self.members = members
    self.shape = shape
    self.cells = cells
    let suffix = number == 0 ? "" : "_\(number + 1)"
    network = try PolicyNetwork(
      "network\(suffix)", architecture: architecture, observation: ObservationSource(game), device: device,
      wideActions: game.wideActions, table: table, windowRuns: cells * shape.agents, rowCapacity: shape.environments,
      training: false)
    windows = PolicyWindows(
      policies: members.count, limit: policiesPerWindow ?? PolicyWindows.limit(network.layout, device: device))
    seats = SeatBuffers(
      "evaluation\(suffix)", shape, hiddenWidth: architecture.gru.map(ParameterLayout.padded), cells: cells,
      policyWindows: windows.count, table: table)
    parameters = table.register(
      "evaluation\(suffix).parameters", of: Float.self, runs: members.count, perRun: [("P", network.layout.count)],
      persistence: .scratch)
    probe = try symmetries.map {
      try EquivarianceProbe(
        $0, suffix: suffix, shape: shape, cells: cells, environment: game, architecture: architecture, device: device,
        table: table)
    }
    macros = [
      "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u", "LOGIT_COLUMNS": "\(network.logitPitch)u",
    ].merging(network.rowMacros) { $1 }
    let list = architecture.gru == nil ? "list_acting_rows" : "list_sequence_rows"
    listRows = try device.kernel("Evaluation/\(list).comp", macros: macros)
  }

  /// Puts the policies of teams, by their places among those of all rosters, into the seats of the first cells.
  func seat(_ teams: [[Int]]) throws {
    try seats.seat(
      teams.joined().map { policy in
        guard members.contains(policy) else { return nil }
        let place = policy - members.lowerBound
        let window = windows.window(of: place)
        return (window, place - windows.policies(of: window).lowerBound)
      })
  }

  /// What is 0 when a game begins.
  var counters: [AnyBuffer?] { [seats.hiddenStates, probe?.hiddenStates, probe?.sums] }

  /// Lists the rows that the policies look at: those of acting seats, or, for recurrent networks, all.
  func recordRows(
    _ recorder: CommandRecorder, _ cells: Range<Int>, of games: PlayBuffers, push: EvaluationDispatch
  ) -> Rows {
    let all = 0..<cells.count * shape.agents
    let counts = RunWindow(seats.rowCounts, runs: all)
    let indices = RunWindow(seats.rowIndices, runs: all)
    let observations = Observations(RunWindow(games.transitions.observations.window(runs: cells), stride: 0))
    var bindings = [
      "legal_masks": games.transitions.legalMasks.window(runs: cells), "games": games.games.window(runs: cells),
      "row_indices": indices.window, "row_counts": seats.rowCounts.whole,  // of every window of policies
      "workspace_rows": seats.workspaceRows.window(runs: all), "seat_windows": seats.windows.window(runs: all),
    ]
    defer { recorder.barrier() }
    guard let states = seats.hiddenStates, let resets = seats.resets else {
      recorder.dispatch(listRows, bindings, push: push, groups: all.count)
      return Rows(
        runs: all.count, count: shape.environments, counts: counts, observations: observations, indices: indices)
    }
    bindings["resets"] = resets.window(runs: all)
    bindings["dones"] = games.transitions.dones.window(runs: cells)
    recorder.dispatch(listRows, bindings, push: push, groups: listRows.groups(for: shape.environments), all.count)
    return Rows(
      runs: all.count, count: shape.environments, counts: counts, observations: observations, indices: indices,
      sequences: SequenceRows(
        sequences: shape.environments, steps: 1, states: RunWindow(states.window(runs: cells), stride: 0),
        stateRows: cells.count * shape.observationRows, indices: indices, resets: RunWindow(resets, runs: all),
        keeping: .last))
  }

  /// The logits of the seats' policies, window after window; seats whose policy is of another window have no rows.
  func recordActor(of network: PolicyNetwork, _ recorder: CommandRecorder, rows: Rows) throws {
    let indices = RunWindow(seats.policyIndices, runs: 0..<rows.runs)
    let policies = (0..<windows.count).map { window in
      let first = windows.count > 1 ? (1 + window) * cells * shape.agents : 0
      return Policies(
        parameters.window(runs: windows.policies(of: window)), indices: indices,
        counts: RunWindow(seats.rowCounts, runs: first..<first + rows.runs))
    }
    try network.forward(recorder, rows: rows, policies: policies, heads: [.actor])
  }

  /// For a profile: of all rows of the network's workspace, those of every kind in the last env step.
  func rowShares(cells count: Int) throws -> SIMD4<Double> {
    let words = try seats.rowCounts.read(0..<count * shape.agents * seats.rowCounts.runStride)
    let rows = Double(count * shape.agents * shape.environments)
    func share(_ kind: UInt32) -> Double {
      let places = stride(from: Int(kind), to: words.count, by: seats.rowCounts.runStride)
      return Double(places.reduce(0) { $0 + Int(words[$1]) }) / rows
    }
    return SIMD4(
      1, share(ROW_COUNT_ACTING), share(ROW_COUNT_WIDE),
      try network.listShare(runs: count * shape.agents, rows: shape.environments))
  }
}
