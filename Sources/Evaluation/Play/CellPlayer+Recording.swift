import CShaders
import Configuration
import Networks
import Training
import VulkanCompute

// What is recorded of an env step.
extension CellPlayer {
  /// `steps` env steps of the first `count` cells.
  func record(steps: Int, cells count: Int, mode: EvaluationMode, tieTolerance: Double) throws -> CommandSequence {
    let choices = try choices(mode, tieTolerance: tieTolerance)
    return try device.record { recorder in
      recorder.phase = "play"
      for _ in 0..<steps { try recordStep(recorder, 0..<count, choices) }
    }
  }

  /// One env step of the first cell in parts, so that what every policy makes of the state, and the last state of a game,
  /// can be seen before it goes on: what the seats choose, what comes of it, and a new game where one ended.
  func recordParts(
    mode: EvaluationMode, tieTolerance: Double
  ) throws -> (choice: CommandSequence, step: CommandSequence, reset: CommandSequence) {
    let choices = try choices(mode, tieTolerance: tieTolerance)
    return (
      try device.record { recorder in
        environment.recordObserve(recorder, runs: 0..<1, into: buffers.transitions)
        for choice in choices { try recordChoice(recorder, 0..<1, choice, heads: [.actor, .critic]) }
      },
      try device.record { recorder in
        environment.recordStep(recorder, runs: 0..<1, of: buffers.transitions)
        recordTracking(recorder, 0..<1, push: choices[0].push)
      },
      try device.record { environment.recordReset($0, runs: 0..<1, of: buffers.transitions) }
    )
  }

  /// How the policies of one roster choose.
  private struct Choice {
    let policies: any SeatedPolicies
    let select: Kernel
    /// What all kernels of an env step are told, with the distances in the buffers of this roster.
    let push: EvaluationDispatch
  }

  private func choices(_ mode: EvaluationMode, tieTolerance: Double) throws -> [Choice] {
    try seated.map { policies in
      let select = try device.kernel(
        "Evaluation/select_actions.comp", macros: policies.macros.merging(mode.kernelMacros) { $1 })
      return Choice(policies: policies, select: select, push: dispatch(policies, mode, tieTolerance: tieTolerance))
    }
  }

  private func recordStep(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ choices: [Choice]
  ) throws {
    try environment.recordEnvStep(recorder, runs: cells, into: buffers.transitions) {
      for choice in choices { try recordChoice(recorder, cells, choice, heads: [.actor]) }
    }
    recordTracking(recorder, cells, push: choices[0].push)
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

  /// The actions of the seats that the policies of this roster take.
  private func recordChoice(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ choice: Choice, heads: Set<PolicyNetwork.Head>
  ) throws {
    let (policies, push) = (choice.policies, choice.push)
    let seats = 0..<cells.count * shape.agents
    try policies.recordLogits(recorder, cells, of: self, heads: heads, push: push)
    recorder.dispatch(
      choice.select,
      [
        "logits": policies.logits.window(runs: seats),
        "legal_masks": buffers.transitions.legalMasks.window(runs: cells),
        "workspace_rows": policies.seats.workspaceRows.window(runs: seats),
        "seeds": environment.seeds.window(runs: cells), "games": buffers.games.window(runs: cells),
        "actions": buffers.transitions.actions.window(runs: cells),
        "decisions": buffers.decisions.window(runs: cells),
      ], push: push, groups: choice.select.groups(for: shape.environments), seats.count)
  }

  private func dispatch(
    _ policies: any SeatedPolicies, _ mode: EvaluationMode, tieTolerance: Double
  ) -> EvaluationDispatch {
    let (transitions, seats) = (buffers.transitions, policies.seats)
    return EvaluationDispatch(
      environments: UInt32(shape.environments), games: UInt32(shape.games),
      observation_rows: UInt32(shape.observationRows), mask_stride: UInt32(transitions.legalMasks.runStride),
      action_stride: UInt32(transitions.actions.runStride), reward_stride: UInt32(transitions.rewards.runStride),
      done_stride: UInt32(transitions.dones.runStride), seed_stride: UInt32(environment.seeds.runStride),
      game_stride: UInt32(buffers.games.runStride), return_stride: UInt32(buffers.returns.runStride),
      decision_stride: UInt32(buffers.decisions.runStride),
      outcome_stride: UInt32(transitions.outcomes?.runStride ?? 0),
      outcome_sum_stride: UInt32(buffers.outcomeSums?.runStride ?? 0),
      equivariance_stride: UInt32(policies.probe?.sums.runStride ?? 0),
      index_stride: UInt32(seats.rowIndices.runStride),
      count_stride: UInt32(seats.rowCounts.runStride), workspace_stride: UInt32(seats.workspaceRows.runStride),
      logit_stride: UInt32(policies.logits.runStride), policy_windows: UInt32(policies.windows.count),
      window_count_stride: UInt32(cells * shape.agents * seats.rowCounts.runStride),
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
