import CShaders
import Environments
import Networks
import VulkanCompute

/// Independent PPO on one rollout, for the runs of a window:
///
///     advantages by GAE
///     for each epoch { for each minibatch { for each chunk { forward; loss; backward }; clip; Adam step } }
final class PPOLearner {
  let shape: TrainingShape
  let environment: VectorEnvironment
  private let network: PolicyNetwork
  let buffers: RolloutBuffers
  let scalars: RunScalars
  let chunk: ChunkRows
  private let annealed: Bool
  private let splits: Int

  private let computeGAE: Kernel
  private let advantageMoments: Kernel
  private let loss: Kernel
  private let accumulateMetrics: Kernel
  private let reduceGradients: Kernel
  private let prepareStep: Kernel
  private let adam: Kernel

  let parameters: Buffer<Float>  // (R, P)
  let firstMoments: Buffer<Float>  // (R, P)
  let secondMoments: Buffer<Float>  // (R, P)
  let gradients: Buffer<Float>  // (window, S, P)
  private let normPartials: Buffer<Float>  // (window, P / 16)

  init(
    shape: TrainingShape, environment: VectorEnvironment, network: PolicyNetwork, buffers: RolloutBuffers,
    scalars: RunScalars, chunk: ChunkRows, configuration: TrainingConfiguration, device: Device, table: BufferTable
  ) throws {
    self.shape = shape
    self.environment = environment
    self.network = network
    self.buffers = buffers
    self.scalars = scalars
    self.chunk = chunk
    annealed = configuration.annealLearningRate
    splits = PolicyNetwork.gradientSplits(on: device)
    computeGAE = try device.kernel("PPO/compute_gae.comp", macros: chunk.macros)
    advantageMoments = try device.kernel("PPO/advantage_moments.comp", macros: chunk.macros)
    loss = try device.kernel("PPO/ppo_loss.comp", macros: chunk.macros)
    accumulateMetrics = try device.kernel("PPO/accumulate_metrics.comp", macros: chunk.macros)
    reduceGradients = try device.kernel("PPO/reduce_gradients.comp")
    prepareStep = try device.kernel("PPO/prepare_step.comp")
    adam = try device.kernel("PPO/adam.comp")
    let count = network.layout.count
    func register(_ name: String, _ runs: Int, _ axes: [(String, Int)], _ persistence: BufferTable.Persistence)
      -> Buffer<Float>
    { table.register(name, of: Float.self, runs: runs, perRun: axes, persistence: persistence) }
    parameters = register("parameters", shape.runs, [("P", count)], .persistent)
    firstMoments = register("adam_first_moments", shape.runs, [("P", count)], .persistent)
    secondMoments = register("adam_second_moments", shape.runs, [("P", count)], .persistent)
    gradients = register(
      "gradients", network.windowRuns, [("splits", splits), ("P", count)], .scratch)
    normPartials = register(
      "norm_partials", network.windowRuns, [("P/16", count / Int(PARAMETERS_PER_INVOCATION))], .scratch)
  }

  func recordComputeAdvantages(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.phase = "advantages"
    recorder.dispatch(
      computeGAE,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs),
        "rewards": buffers.rewards.window(runs: 0..<runs.count),
        "dones": buffers.dones.window(runs: 0..<runs.count), "values": buffers.values.window(runs: 0..<runs.count),
        "advantages": buffers.advantages.window(runs: 0..<runs.count),
      ], push: buffers.strides(shape), groups: computeGAE.groups(for: shape.rowsPerStep), runs.count)
    recorder.barrier()
  }

  var epochs: Range<Int> { 0..<shape.epochs }

  func recordImprove(_ recorder: CommandRecorder, runs: Range<Int>, epoch: Int) throws {
    recorder.phase = "epochs: rows"
    recordAdvantageMoments(recorder, runs: runs, epoch: epoch)
    for minibatch in 0..<shape.minibatches {
      recorder.phase = "epochs: backward"
      recordClearGradients(recorder, runs: runs)
      for part in shape.minibatchChunks {
        try recordGradient(recorder, runs: runs, epoch: epoch, minibatch: minibatch, part: part)
      }
      network.recordFinishBackward(
        recorder, runs: runs.count, gradients: RunWindow(gradients, runs: 0..<runs.count), splits: splits)
      recordStep(recorder, runs: runs)
    }
  }

  private func recordClearGradients(_ recorder: CommandRecorder, runs: Range<Int>) {
    if chunk.isOnHost { return recordClearGradientsOnHost(recorder, runs: runs) }
    recorder.fill(gradients.window(runs: 0..<runs.count), with: 0)
    recorder.barrier()
  }

  private func recordAdvantageMoments(_ recorder: CommandRecorder, runs: Range<Int>, epoch: Int) {
    let push = MomentDispatch(
      minibatch_rows: UInt32(shape.minibatchRows), steps: UInt32(shape.steps), actors: UInt32(shape.rowsPerStep),
      epoch: UInt32(epoch),
      row_stride: UInt32(buffers.advantages.runStride), moment_stride: UInt32(chunk.moments.runStride))
    if chunk.isOnHost { return recordAdvantageMomentsOnHost(recorder, runs: runs, push) }
    recorder.dispatch(
      advantageMoments,
      [
        "advantages": buffers.advantages.window(runs: 0..<runs.count), "seeds": environment.seeds.window(runs: runs),
        "progress": scalars.progress.window(runs: runs),
        "advantage_moments": chunk.moments.window(runs: 0..<runs.count),
      ], push: push, groups: shape.minibatches, runs.count, work: chunk.rowWork(runs.count, shape.rows, words: 2))
    recorder.barrier()
  }

  /// Adds the gradient of one chunk of a minibatch.
  private func recordGradient(
    _ recorder: CommandRecorder, runs: Range<Int>, epoch: Int, minibatch: Int,
    part: TrainingShape.MinibatchChunk
  ) throws {
    let window = 0..<runs.count
    recorder.phase = "epochs: rows"
    let listed = chunk.recordMinibatchRows(recorder, runs: runs, epoch: epoch, minibatch: minibatch, part: part)
    let policyIndices = RunWindow(scalars.policyIndices, runs: runs)
    let rows = network.recordExpand(
      recorder, rows: listed,
      observations: RunWindow(buffers.observations, runs: 0..<runs.count), indices: chunk.indices(runs.count),
      symmetries: buffers.symmetries(runs.count), lists: buffers.lists)
    let push = chunk.dispatch(count: part.count, minibatch: minibatch)
    if chunk.isOnHost {
      recorder.phase = "epochs: gradient"
      network.recordGradientOnHost(
        recorder, rows: rows, parameters: parameters.window(runs: runs), policyIndices: policyIndices,
        loss: lossOnHost(runs: runs, push: push), gradients: RunWindow(gradients, runs: window))
      return
    }
    recorder.phase = "epochs: forward"
    try network.recordForward(
      recorder, rows: rows, parameters: parameters.window(runs: runs), policyIndices: policyIndices)
    recorder.phase = "epochs: loss"
    recordLoss(recorder, runs: runs, rows: rows, push: push)
    recorder.phase = "epochs: backward"
    try network.recordBackward(
      recorder, rows: rows, parameters: parameters.window(runs: runs), policyIndices: policyIndices,
      gradients: RunWindow(gradients, runs: window), splits: splits,
      minibatchRows: shape.minibatchRows, firstRow: part.splitRow)
  }

  /// The loss of a chunk, its gradient by the network's outputs, and the sums for the metrics.
  private func recordLoss(
    _ recorder: CommandRecorder, runs: Range<Int>, rows: WorkspaceRows, push: ChunkDispatch
  ) {
    let window = 0..<runs.count
    let count = Int(push.rows)
    recorder.dispatch(
      loss,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs), "logits": network.logits.window(runs: window),
        "value_outputs": network.values.window(runs: window),
        "legal_masks": buffers.legalMasks.window(runs: 0..<runs.count),
        "actions": buffers.actions.window(runs: 0..<runs.count),
        "log_probabilities": buffers.logProbabilities.window(runs: 0..<runs.count),
        "values": buffers.values.window(runs: 0..<runs.count),
        "advantages": buffers.advantages.window(runs: 0..<runs.count),
        "advantage_moments": chunk.moments.window(runs: window),
        "row_indices": chunk.indices(runs.count).window, "row_counts": rows.counts.window,
        "progress": scalars.progress.window(runs: runs),
        "logit_gradients": network.logitGradients.window(runs: window),
        "value_gradients": network.valueGradients.window(runs: window),
        "row_statistics": chunk.statistics.window(runs: window),
      ], push: push, groups: loss.groups(for: count), runs.count, work: lossWork(runs, push))
    recorder.barrier()
    recorder.dispatch(
      accumulateMetrics,
      ["row_statistics": chunk.statistics.window(runs: window), "metrics": scalars.metrics.window(runs: runs)],
      push: push, groups: Int(METRIC_ROW_SUMS), runs.count,
      work: chunk.rowWork(runs.count, count, words: Int(METRIC_ROW_SUMS)))
  }

  /// Logits and values, their gradients; mask, action, log-probability, value, advantage, index; sums for the metrics.
  func lossWork(_ runs: Range<Int>, _ push: ChunkDispatch) -> Work {
    let words = 2 * (network.logitPitch + network.valuePitch) + shape.maskWords + 5 + Int(METRIC_ROW_SUMS)
    return chunk.rowWork(runs.count, Int(push.rows), words: words)
  }

  /// Clips the summed gradient and takes one Adam step.
  private func recordStep(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.phase = "epochs: optimiser"
    let window = 0..<runs.count
    let partials = network.layout.count / Int(PARAMETERS_PER_INVOCATION)
    let push = AdamDispatch(
      parameters: UInt32(network.layout.count), splits: UInt32(splits),
      gradient_stride: UInt32(gradients.runStride), parameter_stride: UInt32(parameters.runStride),
      partial_stride: UInt32(normPartials.runStride), partials: UInt32(partials), total_updates: UInt32(shape.updates),
      annealed: annealed ? 1 : 0)
    if chunk.isOnHost { return recordStepOnHost(recorder, runs: runs, push: push) }
    recorder.dispatch(
      reduceGradients,
      ["gradients": gradients.window(runs: window), "norm_partials": normPartials.window(runs: window)], push: push,
      groups: reduceGradients.groups(for: partials), runs.count, work: parameterWork(runs, passes: splits + 1))
    recorder.barrier()
    recorder.dispatch(
      prepareStep,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs),
        "norm_partials": normPartials.window(runs: window), "progress": scalars.progress.window(runs: runs),
        "metrics": scalars.metrics.window(runs: runs), "step_scalars": scalars.stepScalars.window(runs: runs),
      ], push: push, groups: runs.count)
    recorder.barrier()
    recorder.dispatch(
      adam,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs),
        "step_scalars": scalars.stepScalars.window(runs: runs), "gradients": gradients.window(runs: window),
        "first_moments": firstMoments.window(runs: runs), "second_moments": secondMoments.window(runs: runs),
        "parameters": parameters.window(runs: runs),
      ], push: push, groups: adam.groups(for: partials), runs.count, work: parameterWork(runs, passes: 7))
    recorder.barrier()
  }

  /// Memory that a kernel passes over: P floats of every run, read or written `passes` times.
  func parameterWork(_ runs: Range<Int>, passes: Int) -> Work {
    Work(bytes: Double(4 * runs.count * passes * network.layout.count))
  }
}
