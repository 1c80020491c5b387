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
      for _ in 0..<steps { try recordStep(recorder, 0..<count, selection) }
    }
  }

  /// One env step of the first cell in parts, so that what every policy makes of the state, and the last state of a game,
  /// can be seen before it goes on: what the seats choose, what comes of it, and a new game where one ended.
  func recordParts(
    mode: EvaluationMode, tieTolerance: Double
  ) throws -> (choice: CommandSequence, step: CommandSequence, reset: CommandSequence) {
    let selection = try selection(mode, tieTolerance: tieTolerance)
    return (
      try device.record { recorder in
        environment.recordObserve(recorder, runs: 0..<1, into: buffers.transitions)
        try recordChoice(recorder, 0..<1, selection, heads: [.actor, .critic])
      },
      try device.record { recorder in
        environment.recordStep(recorder, runs: 0..<1, of: buffers.transitions)
        recordTracking(recorder, 0..<1, push: selection.push)
      },
      try device.record { environment.recordReset($0, runs: 0..<1, of: buffers.transitions) }
    )
  }

  /// The kernel that chooses actions, and the push constants of all kernels of this mode.
  private func selection(
    _ mode: EvaluationMode, tieTolerance: Double
  ) throws -> (kernel: Kernel, push: EvaluationDispatch) {
    let kernel = try device.kernel(
      "Evaluation/select_actions.comp", macros: macros.merging(mode.kernelMacros) { $1 })
    return (kernel, dispatch(mode, tieTolerance: tieTolerance))
  }

  private func recordStep(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ selection: (kernel: Kernel, push: EvaluationDispatch)
  ) throws {
    try environment.recordEnvStep(recorder, runs: cells, into: buffers.transitions) {
      try recordChoice(recorder, cells, selection, heads: [.actor])
    }
    recordTracking(recorder, cells, push: selection.push)
  }

  /// The action of every seat.
  private func recordChoice(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ selection: (kernel: Kernel, push: EvaluationDispatch),
    heads: Set<PolicyNetwork.Head>
  ) throws {
    let (select, push) = selection
    let seats = 0..<cells.count * shape.agents
    let rows = recordRows(recorder, cells, push: push)
    try recordForward(of: network, recorder, rows: rows, heads: heads)
    try probe?.record(recorder, cells, rows: rows, of: self, push: push)
    recorder.dispatch(
      select,
      [
        "logits": network.logits.window(runs: seats),
        "legal_masks": buffers.transitions.legalMasks.window(runs: cells),
        "workspace_rows": buffers.workspaceRows.window(runs: seats), "seeds": environment.seeds.window(runs: cells),
        "games": buffers.games.window(runs: cells), "actions": buffers.transitions.actions.window(runs: cells),
        "decisions": buffers.decisions.window(runs: cells),
      ], push: push, groups: select.groups(for: shape.environments), seats.count)
    recorder.barrier()
  }

  /// Counts what came of a step; it touches nothing that a reset does.
  private func recordTracking(_ recorder: CommandRecorder, _ cells: Range<Int>, push: EvaluationDispatch) {
    var results = [
      "rewards": buffers.transitions.rewards.window(runs: cells),
      "dones": buffers.transitions.dones.window(runs: cells), "games": buffers.games.window(runs: cells),
      "returns": buffers.returns.window(runs: cells),
    ]
    results["outcomes"] = buffers.transitions.outcomes?.window(runs: cells)
    results["outcome_sums"] = buffers.outcomeSums?.window(runs: cells)
    recorder.dispatch(
      trackGames, results, push: push, groups: trackGames.groups(for: shape.environments), cells.count)
  }

  /// What the seats' policies make of the rows, window after window; seats whose policy is of another window have no rows.
  func recordForward(
    of network: PolicyNetwork, _ recorder: CommandRecorder, rows: Rows, heads: Set<PolicyNetwork.Head> = [.actor]
  ) throws {
    let indices = RunWindow(buffers.policyIndices, runs: 0..<rows.runs)
    let policies = (0..<windows.count).map { window in
      let first = windows.count > 1 ? (1 + window) * cells * shape.agents : 0
      return Policies(
        parameters.window(runs: windows.policies(of: window)), indices: indices,
        counts: RunWindow(buffers.rowCounts, runs: first..<first + rows.runs))
    }
    try network.forward(recorder, rows: rows, policies: policies, heads: heads)
  }

  /// What all kernels of an env step are told.
  private func dispatch(_ mode: EvaluationMode, tieTolerance: Double) -> EvaluationDispatch {
    let transitions = buffers.transitions
    return EvaluationDispatch(
      environments: UInt32(shape.environments), games: UInt32(shape.games),
      observation_rows: UInt32(shape.observationRows), mask_stride: UInt32(transitions.legalMasks.runStride),
      action_stride: UInt32(transitions.actions.runStride), reward_stride: UInt32(transitions.rewards.runStride),
      done_stride: UInt32(transitions.dones.runStride), seed_stride: UInt32(environment.seeds.runStride),
      game_stride: UInt32(buffers.games.runStride), return_stride: UInt32(buffers.returns.runStride),
      decision_stride: UInt32(buffers.decisions.runStride),
      outcome_stride: UInt32(transitions.outcomes?.runStride ?? 0),
      outcome_sum_stride: UInt32(buffers.outcomeSums?.runStride ?? 0),
      equivariance_stride: UInt32(probe?.sums.runStride ?? 0), index_stride: UInt32(buffers.rowIndices.runStride),
      count_stride: UInt32(buffers.rowCounts.runStride), workspace_stride: UInt32(buffers.workspaceRows.runStride),
      logit_stride: UInt32(network.logits.runStride), policy_windows: UInt32(windows.count),
      window_count_stride: UInt32(cells * shape.agents * buffers.rowCounts.runStride),
      inverse_temperature: mode.inverseTemperature, tie_tolerance: Float(tieTolerance))
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
