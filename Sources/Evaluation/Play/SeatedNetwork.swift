import CShaders
import Environments
import Networks
import VulkanCompute

/// Policies of one of our networks, whose runs are the seats, each with the parameters of its policy.
final class SeatedNetwork: SeatedPolicies {
  let network: PolicyNetwork
  let parameters: Buffer<Float>  // (policies, P)
  let windows: PolicyWindows
  let seats: SeatBuffers
  let probe: EquivarianceProbe?
  let macros: [String: String]
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

  var logits: Buffer<Float> { network.logits }
  var counters: [AnyBuffer?] { [seats.hiddenStates, probe?.hiddenStates, probe?.sums] }

  func recordLogits(
    _ recorder: CommandRecorder, _ cells: Range<Int>, of player: CellPlayer, push: EvaluationDispatch
  ) throws {
    seats.recordRows(recorder, listRows, cells, of: player.buffers, shape, push: push)
    let rows = rows(cells, of: player.buffers)
    try recordActor(of: network, recorder, rows: rows)
    try probe?.record(recorder, cells, rows: rows, of: self, in: player, push: push)
  }

  private func rows(_ cells: Range<Int>, of games: PlayBuffers) -> Rows {
    let all = 0..<cells.count * shape.agents
    let indices = RunWindow(seats.rowIndices, runs: all)
    let sequences = seats.hiddenStates.flatMap { states in
      seats.resets.map { resets in
        SequenceRows(
          sequences: shape.environments, steps: 1, states: RunWindow(states.window(runs: cells), stride: 0),
          stateRows: cells.count * shape.observationRows, indices: indices, resets: RunWindow(resets, runs: all),
          keeping: .last)
      }
    }
    return Rows(
      runs: all.count, count: shape.environments, counts: RunWindow(seats.rowCounts, runs: all),
      observations: Observations(RunWindow(games.transitions.observations.window(runs: cells), stride: 0)),
      indices: indices, sequences: sequences)
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
