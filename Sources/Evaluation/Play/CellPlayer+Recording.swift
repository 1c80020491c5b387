import CShaders
import Configuration
import Networks
import Training
import VulkanCompute

// What is recorded of an env step.
extension CellPlayer {
  /// `steps` env steps of the first `count` cells.
  func record(steps: Int, cells count: Int, mode: EvaluationMode, tieTolerance: Double) throws -> CommandSequence {
    let selection = try selection(mode, tieTolerance: tieTolerance)
    return try device.record { recorder in
      recorder.phase = "play"
      for _ in 0..<steps {
        try recordStep(recorder, 0..<count, selection)
        recordReset(recorder, 0..<count)
      }
    }
  }

  /// One env step of the first cell in two parts, so that the last state of a game can be seen before the next begins.
  func recordStepAndReset(
    mode: EvaluationMode, tieTolerance: Double
  ) throws -> (step: CommandSequence, reset: CommandSequence) {
    let selection = try selection(mode, tieTolerance: tieTolerance)
    return (
      try device.record { try recordStep($0, 0..<1, selection) }, try device.record { recordReset($0, 0..<1) }
    )
  }

  /// The kernel that chooses actions, and the push constants of all kernels of this mode.
  private func selection(
    _ mode: EvaluationMode, tieTolerance: Double
  ) throws -> (kernel: Kernel, push: EvaluationDispatch) {
    var push = dispatch
    push.inverse_temperature = mode.inverseTemperature
    push.tie_tolerance = Float(tieTolerance)
    let kernel = try device.kernel(
      "Evaluation/select_actions.comp", macros: macros.merging(mode.kernelMacros) { $1 })
    return (kernel, push)
  }

  /// Everything of an env step but the reset.
  private func recordStep(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ selection: (kernel: Kernel, push: EvaluationDispatch)
  ) throws {
    let (select, push) = selection
    let seats = 0..<cells.count * shape.agents
    let masks = buffers.legalMasks.window(runs: cells)
    let games = buffers.games.window(runs: cells)
    let workspaceRows = buffers.workspaceRows.window(runs: seats)

    environment.recordObserve(
      recorder, runs: cells, observations: buffers.observations, legalMasks: buffers.legalMasks, block: 0)
    let rows = recordRows(recorder, cells, push: push)
    try recordActor(of: network, recorder, rows: rows)
    try probe?.record(recorder, cells, rows: rows, of: self, push: push)
    recorder.dispatch(
      select,
      [
        "logits": network.logits.window(runs: seats), "legal_masks": masks, "workspace_rows": workspaceRows,
        "seeds": environment.seeds.window(runs: cells), "games": games, "actions": buffers.actions.window(runs: cells),
        "decisions": buffers.decisions.window(runs: cells),
      ], push: push, groups: select.groups(for: shape.environments), seats.count)
    recorder.barrier()

    environment.recordStep(
      recorder, runs: cells, actions: buffers.actions, rewards: buffers.rewards, dones: buffers.dones, transition: 0)
    var results = [
      "rewards": buffers.rewards.window(runs: cells), "dones": buffers.dones.window(runs: cells), "games": games,
      "returns": buffers.returns.window(runs: cells),
    ]
    results["outcomes"] = environment.outcomes?.window(runs: cells)
    results["outcome_sums"] = buffers.outcomeSums?.window(runs: cells)
    recorder.dispatch(
      trackGames, results, push: push, groups: trackGames.groups(for: shape.environments), cells.count)
  }

  /// The logits of the seats' policies, window after window; seats whose policy is of another window have no rows.
  func recordActor(of network: PolicyNetwork, _ recorder: CommandRecorder, rows: Rows) throws {
    let indices = RunWindow(buffers.policyIndices, runs: 0..<rows.runs)
    let policies = (0..<windows.count).map { window in
      let first = windows.count > 1 ? (1 + window) * cells * shape.agents : 0
      return Policies(
        parameters.window(runs: windows.policies(of: window)), indices: indices,
        counts: RunWindow(buffers.rowCounts, runs: first..<first + rows.runs))
    }
    try network.forward(recorder, rows: rows, policies: policies, heads: [.actor])
  }

  private func recordReset(_ recorder: CommandRecorder, _ cells: Range<Int>) {
    environment.recordReset(recorder, runs: cells, all: false, dones: buffers.dones, transition: 0)
  }

  private var dispatch: EvaluationDispatch {
    var push = EvaluationDispatch()
    push.environments = UInt32(shape.environments)
    push.games = UInt32(shape.games)
    push.observation_rows = UInt32(shape.observationRows)
    push.mask_stride = UInt32(buffers.legalMasks.runStride)
    push.action_stride = UInt32(buffers.actions.runStride)
    push.reward_stride = UInt32(buffers.rewards.runStride)
    push.done_stride = UInt32(buffers.dones.runStride)
    push.seed_stride = UInt32(environment.seeds.runStride)
    push.game_stride = UInt32(buffers.games.runStride)
    push.return_stride = UInt32(buffers.returns.runStride)
    push.decision_stride = UInt32(buffers.decisions.runStride)
    push.outcome_stride = UInt32(environment.outcomes?.runStride ?? 0)
    push.outcome_sum_stride = UInt32(buffers.outcomeSums?.runStride ?? 0)
    push.index_stride = UInt32(buffers.rowIndices.runStride)
    push.count_stride = UInt32(buffers.rowCounts.runStride)
    push.workspace_stride = UInt32(buffers.workspaceRows.runStride)
    push.logit_stride = UInt32(network.logits.runStride)
    push.policy_windows = UInt32(windows.count)
    push.window_count_stride = UInt32(cells * shape.agents * buffers.rowCounts.runStride)
    return push
  }
}

extension EvaluationMode {
  /// Which variant of select_actions.comp plays this mode.
  var kernelMacros: [String: String] {
    switch self {
    case .sampled, .temperature: [:]
    case .greedy: ["GREEDY": "1"]
    case .greedyRandomTie: ["GREEDY_RANDOM_TIE": "1"]
    }
  }

  var inverseTemperature: Float {
    if case .temperature(let temperature) = self { Float(1 / temperature) } else { 1 }
  }
}
