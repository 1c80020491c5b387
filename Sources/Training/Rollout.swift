import CHostKernels
import CShaders
import Environments
import Networks
import VulkanCompute

/// Collects T steps of N environments for the runs of a window:
///
///     observe; for t in 0..<T { select rows; expand; forward; sample actions; turn: step, reset where done, observe }
///     (with Other-Play, symmetries before select rows, and between sample actions and step)
///     (where episodes that are cut off count their value, before the reset: observe; keep what ended)
///     (with small networks many of these steps in one dispatch: `PersistentRollout`)
///     forward; values of the last observation, and of those that were kept; returns and outcomes of episodes; shaped rewards
final class Rollout {
  /// How env steps are recorded.
  private enum Play {
    /// Many in one dispatch, where the network is small.
    case persistent(PersistentRollout)
    case stepwise(Moves)

    init(_ chunk: ChunkRows, device: Device) throws {
      if let persistent = try PersistentRollout(chunk, device: device) {
        self = .persistent(persistent)
      } else {
        self = try .stepwise(Moves(chunk, device: device))
      }
    }
  }

  /// Who makes moves of what the network says in one env step.
  private enum Moves {
    /// The last layers, the choice of actions and the turn in one, where outputs are thin and seats stay together.
    case chosenTurn(ThinOutputs, ChosenTurn)
    /// The last layers and the choice in one (`sample_outputs.comp`), where outputs are thin.
    case outputs(ThinOutputs, Kernel)
    /// The choice (`sample_actions.comp`).
    case actions(Operation)

    init(_ chunk: ChunkRows, device: Device) throws {
      guard let thin = chunk.network.thinOutputs else {
        self = .actions(
          try device.operation("PPO/sample_actions.comp", macros: chunk.macros, host: HostBody(host_sample_actions)))
        return
      }
      if let chosenTurn = try ChosenTurn(chunk, thin, device: device) {
        self = .chosenTurn(thin, chosenTurn)
      } else {
        self = .outputs(
          thin, try device.kernel("PPO/sample_outputs.comp", macros: chunk.macros.merging(thin.macros) { $1 }))
      }
    }
  }

  private let shape: TrainingShape
  let environment: VectorEnvironment
  let network: PolicyNetwork
  let buffers: RolloutBuffers
  let scalars: RunScalars
  let chunk: ChunkRows
  private let otherPlay: OtherPlay?
  private let play: Play
  private let storeValues: Operation
  private let trackEpisodes: Kernel
  private let sumOutcomes: Kernel?  // where the game has outcomes
  private let addShapedRewards: Kernel?  // where the game shapes rewards
  private let keepEnds: Kernel?  // where values at the ends of episodes count
  private let openEpisodes: Buffer<SIMD2<Float>>  // (R, N): return and length so far
  let episodeSums: Buffer<SIMD4<Float>>  // (window, N): returns, lengths, episodes, error

  init(_ chunk: ChunkRows, otherPlay: OtherPlay?, device: Device, table: BufferTable) throws {
    self.chunk = chunk
    (shape, environment, network) = (chunk.shape, chunk.environment, chunk.network)
    (buffers, scalars) = (chunk.buffers, chunk.scalars)
    self.otherPlay = otherPlay
    play = try Play(chunk, device: device)
    storeValues = try device.operation(
      "PPO/sample_actions.comp", macros: chunk.macros.merging(["VALUES_ONLY": "1"]) { $1 },
      host: HostBody(host_store_values))
    trackEpisodes = try device.kernel("PPO/track_episodes.comp", macros: chunk.macros)
    sumOutcomes = try shape.outcomes > 0 ? device.kernel("PPO/sum_outcomes.comp") : nil
    addShapedRewards =
      try shape.shapesRewards
      ? device.kernel("PPO/add_shaped_rewards.comp", macros: chunk.macros) : nil
    keepEnds =
      try shape.bootstraps
      ? device.kernel(
        "PPO/keep_ends.comp", macros: chunk.macros.merging(shape.playsOther ? ["SYMMETRIES": "1"] : [:]) { $1 }) : nil
    openEpisodes = table.register(
      "open_episodes", of: SIMD2<Float>.self, runs: shape.runs, perRun: [("N", shape.environments)],
      persistence: .persistent)
    episodeSums = table.register(
      "episode_sums", of: SIMD4<Float>.self, runs: network.windowRuns, perRun: [("N", shape.environments)],
      persistence: .scratch)
  }

  func recordCollect(_ recorder: CommandRecorder, runs: Range<Int>, parameters: BufferWindow) throws {
    recorder.phase = "rollout"
    network.adopt(recorder, parameters: parameters)
    chunk.sequences?.recordKeepFirstStates(recorder, runs: runs)
    environment.recordObserve(recorder, runs: runs, step: 0, into: buffers.transitions)
    for steps in pieces { try recordEnvSteps(recorder, runs: runs, steps: steps, parameters: parameters) }
    try recordValues(recorder, runs: runs, parameters: parameters, block: shape.steps)
    if shape.bootstraps { try recordValues(recorder, runs: runs, parameters: parameters, block: shape.steps + 1) }
    recordEpisodes(recorder, runs: runs)
    recordOutcomes(recorder, runs: runs)
    recordShapedRewards(recorder, runs: runs)
  }

  /// The env steps of a rollout that are recorded together: one each, or many of a small network.
  var pieces: [Range<Int>] {
    if case .persistent = play { return PersistentRollout.pieces(of: shape.steps) }
    return (0..<shape.steps).map { $0..<$0 + 1 }
  }

  /// One of `pieces`, from what was seen before it to what is seen after it.
  func recordEnvSteps(
    _ recorder: CommandRecorder, runs: Range<Int>, steps: Range<Int>, parameters: BufferWindow
  ) throws {
    switch play {
    case .persistent(let persistent):
      persistent.record(recorder, runs: runs, steps: steps, parameters: parameters)
    case .stepwise(let moves):
      for t in steps { try recordEnvStep(recorder, moves, runs: runs, step: t, parameters: parameters) }
    }
  }

  private func recordEnvStep(
    _ recorder: CommandRecorder, _ moves: Moves, runs: Range<Int>, step t: Int, parameters: BufferWindow
  ) throws {
    try recordRows(recorder, runs: runs, parameters: parameters, block: t) { rows, policies in
      switch moves {
      case .chosenTurn(let thin, let chosenTurn):
        try thin.recordHidden(recorder, rows: rows, policies: policies)
        chosenTurn.record(recorder, runs: runs, step: t, rows: rows, policies: policies)
      case .outputs(let thin, let kernel):
        try thin.recordHidden(recorder, rows: rows, policies: policies)
        dispatchOutputs(recorder, kernel, thin, runs: runs, rows, policies)
      case .actions(let sampleActions):
        try network.forward(
          recorder, rows: rows, policies: [policies], heads: [.actor, .critic],
          then: bind(sampleActions, runs: runs, rows: rows))
      }
    }
    if case .chosenTurn = moves { return }
    otherPlay?.recordRestoreActions(recorder, runs: runs, transition: t)
    guard let keepEnds else {
      return try environment.recordTurn(recorder, runs: runs, step: t, of: buffers.transitions)
    }
    environment.recordStep(recorder, runs: runs, step: t, of: buffers.transitions)
    recordEnds(recorder, keepEnds, runs: runs, step: t)
    environment.recordObserve(recorder, runs: runs, step: t + 1, into: buffers.transitions)
  }

  /// What was to be seen behind `step` where it ended an episode, then new episodes there.
  private func recordEnds(_ recorder: CommandRecorder, _ keepEnds: Kernel, runs: Range<Int>, step: Int) {
    let (transitions, window) = (buffers.transitions, 0..<runs.count)
    environment.recordObserve(recorder, runs: runs, step: step + 1, into: transitions)
    var bindings = [
      "dones": transitions.dones.window(runs: window), "observations": transitions.observations.window(runs: window),
      "legal_masks": transitions.legalMasks.window(runs: window),
    ]
    bindings["symmetries"] = buffers.otherPlay?.symmetries.window(runs: window)
    recorder.dispatch(
      keepEnds, bindings,
      push: EndsDispatch(
        step: UInt32(step), observation_words: UInt32(shape.observationWords),
        observation_stride: UInt32(transitions.observations.runStride),
        symmetry_stride: UInt32(buffers.otherPlay?.symmetries.runStride ?? 0), rollout: buffers.strides(shape)),
      groups: keepEnds.groups(for: shape.rowsPerStep), runs.count,
      work: chunk.rowWork(runs.count, shape.rowsPerStep, words: 1))
    environment.recordReset(recorder, runs: runs, step: step, of: transitions)
  }

  /// Values of the observations of row block `block`.
  private func recordValues(
    _ recorder: CommandRecorder, runs: Range<Int>, parameters: BufferWindow, block: Int
  ) throws {
    try recordRows(recorder, runs: runs, parameters: parameters, block: block) { rows, policies in
      try network.forward(
        recorder, rows: rows, policies: [policies], heads: [.critic], then: bind(storeValues, runs: runs, rows: rows))
    }
  }

  /// Every chunk of row block `block` for the network.
  private func recordRows(
    _ recorder: CommandRecorder, runs: Range<Int>, parameters: BufferWindow, block: Int,
    _ record: (Rows, Policies) throws -> Void
  ) throws {
    // What was kept behind the last observations is there as its episode was seen.
    if block <= shape.steps { otherPlay?.recordSee(recorder, runs: runs, block: block) }
    network.list(
      recorder, runs: runs.count, rows: block * shape.rowsPerStep..<(block + 1) * shape.rowsPerStep,
      of: buffers.observations(runs.count))
    for part in shape.chunks(of: shape.rowsPerStep) {
      try record(
        chunk.recordStepRows(recorder, runs: runs, block: block, part: part),
        Policies(parameters, indices: RunWindow(scalars.policyIndices, runs: runs)))
    }
  }

  /// What sampling reads and writes beside the outputs of `rows`.
  private func sampleBindings(runs: Range<Int>, _ rows: Rows) -> [String: BufferWindow] {
    let window = 0..<runs.count
    return [
      "legal_masks": buffers.transitions.legalMasks.window(runs: window),
      "seeds": environment.seeds.window(runs: runs),
      "progress": scalars.progress.window(runs: runs), "row_indices": rows.indices.window,
      "row_counts": rows.counts.window, "actions": buffers.actions.window(runs: window),
      "log_probabilities": buffers.logProbabilities.window(runs: window),
      "values": buffers.values.window(runs: window), "step_scalars": scalars.stepScalars.window(runs: runs),
    ]
  }

  /// sample_outputs.comp: the last layers of `rows` and what sample_actions.comp makes of them.
  private func dispatchOutputs(
    _ recorder: CommandRecorder, _ kernel: Kernel, _ thin: ThinOutputs, runs: Range<Int>, _ rows: Rows,
    _ policies: Policies
  ) {
    let rowsPerGroup = kernel.localSize.x / Int(OUTPUT_LANES)
    recorder.dispatch(
      kernel, sampleBindings(runs: runs, rows).merging(thin.bindings(rows, policies)) { $1 },
      push: OutputDispatch(
        parameter_stride: UInt32(network.layout.count), policy_index_stride: UInt32(policies.indices.stride),
        layers: thin.layers, chunk: chunk.dispatch(count: rows.count)),
      groups: (rows.count + rowsPerGroup - 1) / rowsPerGroup, runs.count,
      work: thin.work(rows) + chunk.rowWork(runs.count, rows.count, words: shape.maskWords + 4))
  }

  /// sample_actions.comp on the outputs of `rows`.
  private func bind(_ operation: Operation, runs: Range<Int>, rows: Rows) -> BoundOperation {
    let window = 0..<runs.count
    let outputs = [
      "logits": network.logits.window(runs: window), "value_outputs": network.values.window(runs: window),
    ]
    return operation.bind(
      sampleBindings(runs: runs, rows).merging(outputs) { $1 }, push: chunk.dispatch(count: rows.count),
      over: .items(rows.count, runs: runs.count),
      // logits, mask, value; action, log-probability, value
      work: chunk.rowWork(runs.count, rows.count, words: network.logitPitch + shape.maskWords + 4))
  }

  private func recordEpisodes(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.dispatch(
      trackEpisodes,
      [
        "rewards": buffers.transitions.rewards.window(runs: 0..<runs.count),
        "dones": buffers.transitions.dones.window(runs: 0..<runs.count),
        "errors": environment.errors.window(runs: runs), "open_episodes": openEpisodes.window(runs: runs),
        "episode_sums": episodeSums.window(runs: 0..<runs.count),
      ], push: episodeDispatch, groups: trackEpisodes.groups(for: shape.environments), runs.count)
  }

  private func recordOutcomes(_ recorder: CommandRecorder, runs: Range<Int>) {
    guard let sumOutcomes, let outcomes = buffers.transitions.outcomes else { return }
    let push = OutcomeDispatch(
      outcomes: UInt32(shape.outcomes), outcome_stride: UInt32(outcomes.runStride), rollout: buffers.strides(shape))
    recorder.dispatch(
      sumOutcomes,
      [
        "outcomes": outcomes.window(runs: 0..<runs.count),
        "dones": buffers.transitions.dones.window(runs: 0..<runs.count),
        "metrics": scalars.metrics.window(runs: runs),
      ], push: push, groups: shape.outcomes, runs.count)
  }

  /// After the episodes, whose returns are without shaping.
  private func recordShapedRewards(_ recorder: CommandRecorder, runs: Range<Int>) {
    guard let addShapedRewards, let shapedRewards = buffers.transitions.shapedRewards else { return }
    recorder.dispatch(
      addShapedRewards,
      [
        "shaped_rewards": shapedRewards.window(runs: 0..<runs.count),
        "rewards": buffers.transitions.rewards.window(runs: 0..<runs.count),
      ],
      push: buffers.strides(shape), groups: addShapedRewards.groups(for: shape.rows), runs.count)
  }

  var episodeDispatch: EpisodeDispatch {
    EpisodeDispatch(
      open_stride: UInt32(openEpisodes.runStride), sum_stride: UInt32(episodeSums.runStride),
      error_stride: UInt32(environment.errors.runStride), rollout: buffers.strides(shape))
  }
}
