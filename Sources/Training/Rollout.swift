import CShaders
import Environments
import Networks
import VulkanCompute

/// Collects T steps of N environments for the runs of a window:
///
///     for t in 0..<T { observe; select rows; expand; forward; sample actions; step; reset where done }
///     (with Other-Play, symmetries between observe and select rows, and between sample actions and step)
///     observe; forward; values of the last observation; returns and outcomes of episodes; shaped rewards
final class Rollout {
  private let shape: TrainingShape
  let environment: VectorEnvironment
  let network: PolicyNetwork
  let buffers: RolloutBuffers
  let scalars: RunScalars
  let chunk: ChunkRows
  private let otherPlay: OtherPlay?
  private let sampleActions: Kernel
  private let storeValues: Kernel
  private let trackEpisodes: Kernel
  private let sumOutcomes: Kernel?  // where the game has outcomes
  private let addShapedRewards: Kernel?  // where the game shapes rewards
  private let openEpisodes: Buffer<SIMD2<Float>>  // (R, N): return and length so far
  let episodeSums: Buffer<SIMD4<Float>>  // (window, N): returns, lengths, episodes, error

  init(
    shape: TrainingShape, environment: VectorEnvironment, network: PolicyNetwork, buffers: RolloutBuffers,
    scalars: RunScalars, chunk: ChunkRows, otherPlay: OtherPlay?, device: Device, table: BufferTable
  ) throws {
    self.shape = shape
    self.environment = environment
    self.network = network
    self.buffers = buffers
    self.scalars = scalars
    self.chunk = chunk
    self.otherPlay = otherPlay
    sampleActions = try device.kernel("PPO/sample_actions.comp", macros: chunk.macros)
    storeValues = try device.kernel(
      "PPO/sample_actions.comp", macros: chunk.macros.merging(["VALUES_ONLY": "1"]) { $1 })
    trackEpisodes = try device.kernel("PPO/track_episodes.comp", macros: chunk.macros)
    sumOutcomes = try shape.outcomes > 0 ? device.kernel("PPO/sum_outcomes.comp") : nil
    addShapedRewards =
      try shape.shapesRewards
      ? device.kernel("PPO/add_shaped_rewards.comp", macros: chunk.macros) : nil
    openEpisodes = table.register(
      "open_episodes", of: SIMD2<Float>.self, runs: shape.runs, perRun: [("N", shape.environments)],
      persistence: .persistent)
    episodeSums = table.register(
      "episode_sums", of: SIMD4<Float>.self, runs: network.windowRuns, perRun: [("N", shape.environments)],
      persistence: .scratch)
  }

  func recordCollect(_ recorder: CommandRecorder, runs: Range<Int>, parameters: BufferWindow) throws {
    recorder.phase = "rollout"
    chunk.sequences?.recordKeepFirstStates(recorder, chunk, runs: runs)
    for t in 0..<shape.steps {
      try recordPolicy(recorder, runs: runs, parameters: parameters, block: t, kernel: sampleActions)
      otherPlay?.recordRestoreActions(recorder, runs: runs, transition: t)
      environment.recordStep(
        recorder, runs: runs, actions: buffers.environmentActions, rewards: buffers.rewards, dones: buffers.dones,
        shapedRewards: buffers.shapedRewards, outcomes: buffers.outcomes, transition: t, buffersFrom: 0)
      recorder.barrier()
      environment.recordReset(recorder, runs: runs, all: false, dones: buffers.dones, transition: t, buffersFrom: 0)
      recorder.barrier()
    }
    try recordPolicy(recorder, runs: runs, parameters: parameters, block: shape.steps, kernel: storeValues)
    recordEpisodes(recorder, runs: runs)
    recordOutcomes(recorder, runs: runs)
    recordShapedRewards(recorder, runs: runs)
  }

  /// Observations of row block `block`, then the network on them, then what `kernel` stores of it.
  private func recordPolicy(
    _ recorder: CommandRecorder, runs: Range<Int>, parameters: BufferWindow, block: Int, kernel: Kernel
  ) throws {
    environment.recordObserve(
      recorder, runs: runs, observations: buffers.observations, legalMasks: buffers.legalMasks, block: block,
      buffersFrom: 0)
    recorder.barrier()
    otherPlay?.recordSee(recorder, runs: runs, block: block)
    if let lists = buffers.lists {
      network.recordList(
        recorder, runs: runs.count, rows: block * shape.rowsPerStep..<(block + 1) * shape.rowsPerStep,
        observations: RunWindow(buffers.observations, runs: 0..<runs.count),
        symmetries: buffers.symmetries(runs.count), into: lists)
    }
    for part in shape.chunks(of: shape.rowsPerStep) {
      let listed = chunk.recordStepRows(recorder, runs: runs, block: block, part: part)
      let rows = network.recordExpand(
        recorder, rows: listed, observations: RunWindow(buffers.observations, runs: 0..<runs.count),
        indices: chunk.indices(runs.count), symmetries: buffers.symmetries(runs.count), lists: buffers.lists)
      let (push, valuesOnly) = (chunk.dispatch(count: part.count, minibatch: 0), kernel === storeValues)
      try network.recordForward(
        recorder, rows: rows, parameters: parameters, policyIndices: RunWindow(scalars.policyIndices, runs: runs),
        heads: valuesOnly ? [.critic] : [.actor, .critic],
        then: chunk.isOnHost ? policyOnHost(runs: runs, push: push, valuesOnly: valuesOnly) : nil)
      if chunk.isOnHost { continue }
      let bindings = [
        "logits": network.logits.window(runs: 0..<runs.count),
        "value_outputs": network.values.window(runs: 0..<runs.count),
        "legal_masks": buffers.legalMasks.window(runs: 0..<runs.count), "seeds": environment.seeds.window(runs: runs),
        "progress": scalars.progress.window(runs: runs), "row_indices": chunk.indices(runs.count).window,
        "row_counts": rows.counts.window, "actions": buffers.actions.window(runs: 0..<runs.count),
        "log_probabilities": buffers.logProbabilities.window(runs: 0..<runs.count),
        "values": buffers.values.window(runs: 0..<runs.count),
      ]
      recorder.dispatch(
        kernel, bindings, push: push, groups: kernel.groups(for: part.count), runs.count,
        // logits, mask, value; action, log-probability, value
        work: chunk.rowWork(runs.count, part.count, words: network.logitPitch + shape.maskWords + 4))
      recorder.barrier()
    }
  }

  private func recordEpisodes(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.dispatch(
      trackEpisodes,
      [
        "rewards": buffers.rewards.window(runs: 0..<runs.count), "dones": buffers.dones.window(runs: 0..<runs.count),
        "errors": environment.errors.window(runs: runs), "open_episodes": openEpisodes.window(runs: runs),
        "episode_sums": episodeSums.window(runs: 0..<runs.count),
      ], push: episodeDispatch, groups: trackEpisodes.groups(for: shape.environments), runs.count)
    recorder.barrier()
  }

  private func recordOutcomes(_ recorder: CommandRecorder, runs: Range<Int>) {
    guard let sumOutcomes, let outcomes = buffers.outcomes else { return }
    let push = OutcomeDispatch(
      outcomes: UInt32(shape.outcomes), outcome_stride: UInt32(outcomes.runStride), rollout: buffers.strides(shape))
    recorder.dispatch(
      sumOutcomes,
      [
        "outcomes": outcomes.window(runs: 0..<runs.count), "dones": buffers.dones.window(runs: 0..<runs.count),
        "metrics": scalars.metrics.window(runs: runs),
      ], push: push, groups: shape.outcomes, runs.count)
    recorder.barrier()
  }

  /// After the episodes, whose returns are without shaping.
  private func recordShapedRewards(_ recorder: CommandRecorder, runs: Range<Int>) {
    guard let addShapedRewards, let shapedRewards = buffers.shapedRewards else { return }
    recorder.dispatch(
      addShapedRewards,
      [
        "shaped_rewards": shapedRewards.window(runs: 0..<runs.count),
        "rewards": buffers.rewards.window(runs: 0..<runs.count),
      ],
      push: buffers.strides(shape), groups: addShapedRewards.groups(for: shape.rows), runs.count)
    recorder.barrier()
  }

  var episodeDispatch: EpisodeDispatch {
    EpisodeDispatch(
      open_stride: UInt32(openEpisodes.runStride), sum_stride: UInt32(episodeSums.runStride),
      error_stride: UInt32(environment.errors.runStride), rollout: buffers.strides(shape))
  }
}
