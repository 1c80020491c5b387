import CHostKernels
import CShaders
import Configuration
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
  private let learningRateSchedule: LearningRateSchedule

  private let beginUpdate: Kernel
  private let computeGAE: Kernel
  private let trackTargets: Kernel?  // where values are normalised
  private let advantageMoments: Operation
  private let loss: Operation
  private let accumulateMetrics: Operation
  private let reduceGradients: Operation
  private let prepareStep: Operation
  private let adam: Operation

  let parameters: Buffer<Float>  // (R, P)
  let firstMoments: Buffer<Float>  // (R, P)
  let secondMoments: Buffer<Float>  // (R, P)
  let gradients: Buffer<Float>  // (window, S, P)
  private let normPartials: Buffer<Float>  // (window, P / 16)

  init(_ chunk: ChunkRows, configuration: TrainingConfiguration, device: Device, table: BufferTable) throws {
    self.chunk = chunk
    (shape, environment, network) = (chunk.shape, chunk.environment, chunk.network)
    (buffers, scalars) = (chunk.buffers, chunk.scalars)
    learningRateSchedule = configuration.learningRateSchedule
    beginUpdate = try device.kernel("PPO/begin_update.comp")
    computeGAE = try device.kernel(
      "PPO/compute_gae.comp", macros: chunk.macros.merging(shape.bootstraps ? ["BOOTSTRAPS": "1"] : [:]) { $1 })
    trackTargets =
      try shape.normalisesValues ? device.kernel("PPO/track_targets.comp", macros: chunk.macros) : nil
    advantageMoments = try device.operation(
      "PPO/advantage_moments.comp", macros: chunk.macros,
      host: HostBody(host_advantage_moments, blockItems: 1, operationsPerWord: 2))
    loss = try device.operation("PPO/ppo_loss.comp", macros: chunk.macros, host: HostBody(host_ppo_loss))
    accumulateMetrics = try device.operation(
      "PPO/accumulate_metrics.comp", macros: chunk.macros, host: HostBody(host_accumulate_metrics))
    reduceGradients = try device.operation("PPO/reduce_gradients.comp", host: HostBody(host_reduce_gradients))
    prepareStep = try device.operation("PPO/prepare_step.comp", host: HostBody(host_prepare_step))
    adam = try device.operation(
      "PPO/adam.comp", macros: network.roundedParameters == nil ? [:] : ["ROUNDED_PARAMETERS": "1"],
      host: HostBody(host_adam))
    let count = network.layout.count
    func register(_ name: String, _ runs: Int, _ axes: [(String, Int)], _ persistence: BufferTable.Persistence)
      -> Buffer<Float>
    { table.register(name, of: Float.self, runs: runs, perRun: axes, persistence: persistence) }
    parameters = register("parameters", shape.runs, [("P", count)], .persistent)
    firstMoments = register("adam_first_moments", shape.runs, [("P", count)], .persistent)
    secondMoments = register("adam_second_moments", shape.runs, [("P", count)], .persistent)
    gradients = register(
      "gradients", network.windowRuns, [("splits", network.gradientSplits), ("P", count)], .scratch)
    normPartials = register(
      "norm_partials", network.windowRuns, [("P/16", count / Int(PARAMETERS_PER_INVOCATION))], .scratch)
  }

  func recordComputeAdvantages(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.phase = "advantages"
    recorder.dispatch(
      computeGAE,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs),
        "rewards": buffers.transitions.rewards.window(runs: 0..<runs.count),
        "dones": buffers.transitions.dones.window(runs: 0..<runs.count),
        "values": buffers.values.window(runs: 0..<runs.count),
        "advantages": buffers.advantages.window(runs: 0..<runs.count),
      ], push: buffers.strides(shape), groups: computeGAE.groups(for: shape.rowsPerStep), runs.count)
    recordTrackTargets(recorder, runs: runs)
    if shape.advantageNormalisation == .batch {
      recordAdvantageMoments(recorder, runs: runs, epoch: 0, rows: shape.rows)
    }
  }

  /// Behind the advantages, so that the value head learns the targets of this rollout by moments that know them.
  private func recordTrackTargets(_ recorder: CommandRecorder, runs: Range<Int>) {
    guard let trackTargets else { return }
    recorder.dispatch(
      trackTargets,
      [
        "advantages": buffers.advantages.window(runs: 0..<runs.count),
        "values": buffers.values.window(runs: 0..<runs.count), "progress": scalars.progress.window(runs: runs),
        "step_scalars": scalars.stepScalars.window(runs: runs),
      ], push: buffers.strides(shape), groups: runs.count)
  }

  var epochs: Range<Int> { 0..<shape.epochs }

  func recordImprove(_ recorder: CommandRecorder, runs: Range<Int>, epoch: Int) throws {
    let target = RunWindow(gradients, runs: 0..<runs.count)
    recorder.phase = "epochs: rows"
    if shape.advantageNormalisation == .minibatch {
      recordAdvantageMoments(recorder, runs: runs, epoch: epoch, rows: shape.minibatchRows)
    }
    for minibatch in 0..<shape.minibatches {
      recorder.phase = "epochs: backward"
      network.clear(recorder, runs: runs.count, gradients: target)
      for part in shape.minibatchChunks {
        recorder.phase = "epochs: rows"
        let rows = chunk.recordMinibatchRows(recorder, runs: runs, epoch: epoch, minibatch: minibatch, part: part)
        try network.gradient(
          recorder, rows: rows,
          policies: Policies(
            parameters.window(runs: runs), indices: RunWindow(scalars.policyIndices, runs: runs)),
          loss: bindLoss(runs: runs, rows: rows, minibatch: minibatch),
          metrics: bindMetrics(runs: runs, rows: rows, minibatch: minibatch),
          into: GradientTarget(target, minibatchRows: shape.minibatchRows, firstRow: part.splitRow))
      }
      network.finish(recorder, runs: runs.count, gradients: target)
      recordStep(recorder, runs: runs)
    }
  }

  /// What the learning rate and the entropy coefficient of this update are, and what the value head's outputs mean.
  func recordBegin(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.dispatch(
      beginUpdate,
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs),
        "progress": scalars.progress.window(runs: runs), "step_scalars": scalars.stepScalars.window(runs: runs),
        "metrics": scalars.metrics.window(runs: runs),
      ],
      push: ScheduleDispatch(
        runs: UInt32(runs.count), total_updates: UInt32(shape.updates), learning_rate: learningRateSchedule.code),
      groups: beginUpdate.groups(for: runs.count))
  }

  /// - Parameter rows: Of a minibatch, or of a rollout.
  private func recordAdvantageMoments(_ recorder: CommandRecorder, runs: Range<Int>, epoch: Int, rows: Int) {
    let push = MomentDispatch(
      minibatch_rows: UInt32(rows), steps: UInt32(shape.steps), actors: UInt32(shape.rowsPerStep),
      epoch: UInt32(epoch),
      row_stride: UInt32(buffers.advantages.runStride), moment_stride: UInt32(chunk.moments.runStride))
    recorder.perform(
      advantageMoments.bind(
        [
          "advantages": buffers.advantages.window(runs: 0..<runs.count), "seeds": environment.seeds.window(runs: runs),
          "progress": scalars.progress.window(runs: runs),
          "advantage_moments": chunk.moments.window(runs: 0..<runs.count),
        ], push: push, over: .workgroups(shape.rows / rows, runs: runs.count),
        work: chunk.rowWork(runs.count, shape.rows, words: 2)))
  }

  /// The loss of a chunk, and its gradient by the network's outputs.
  private func bindLoss(runs: Range<Int>, rows: Rows, minibatch: Int) -> BoundOperation {
    let window = 0..<runs.count
    return loss.bind(
      [
        "hyperparameters": scalars.hyperparameters.window(runs: runs), "logits": network.logits.window(runs: window),
        "value_outputs": network.values.window(runs: window),
        "legal_masks": buffers.transitions.legalMasks.window(runs: window),
        "actions": buffers.actions.window(runs: window),
        "log_probabilities": buffers.logProbabilities.window(runs: window),
        "values": buffers.values.window(runs: window), "advantages": buffers.advantages.window(runs: window),
        "advantage_moments": chunk.moments.window(runs: window), "row_indices": rows.indices.window,
        "row_counts": rows.counts.window, "step_scalars": scalars.stepScalars.window(runs: runs),
        "logit_gradients": network.logitGradients.window(runs: window),
        "value_gradients": network.valueGradients.window(runs: window),
        "row_statistics": chunk.statistics.window(runs: window),
      ], push: chunk.dispatch(count: rows.count, minibatch: minibatch), over: .items(rows.count, runs: runs.count),
      work: lossWork(runs, rows))
  }

  /// Sums over the rows of a chunk for the metrics.
  private func bindMetrics(runs: Range<Int>, rows: Rows, minibatch: Int) -> BoundOperation {
    accumulateMetrics.bind(
      [
        "row_statistics": chunk.statistics.window(runs: 0..<runs.count),
        "metrics": scalars.metrics.window(runs: runs),
      ],
      push: chunk.dispatch(count: rows.count, minibatch: minibatch),
      over: .workgroups(Int(METRIC_ROW_SUMS), runs: runs.count),
      work: chunk.rowWork(runs.count, rows.count, words: Int(METRIC_ROW_SUMS)))
  }

  /// Logits and values, their gradients; mask, action, log-probability, value, advantage, index; sums for the metrics.
  private func lossWork(_ runs: Range<Int>, _ rows: Rows) -> Work {
    let words = 2 * (network.logitPitch + network.valuePitch) + shape.maskWords + 5 + Int(METRIC_ROW_SUMS)
    return chunk.rowWork(runs.count, rows.count, words: words)
  }

  /// Clips the summed gradient and takes one Adam step.
  private func recordStep(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.phase = "epochs: optimiser"
    let window = 0..<runs.count
    let partials = network.layout.count / Int(PARAMETERS_PER_INVOCATION)
    let push = AdamDispatch(
      parameters: UInt32(network.layout.count), splits: UInt32(network.gradientSplits),
      gradient_stride: UInt32(gradients.runStride), parameter_stride: UInt32(parameters.runStride),
      partial_stride: UInt32(normPartials.runStride), partials: UInt32(partials),
      rounded_stride: UInt32(network.roundedParameters?.runStride ?? 0))
    recorder.perform(
      reduceGradients.bind(
        ["gradients": gradients.window(runs: window), "norm_partials": normPartials.window(runs: window)], push: push,
        over: .items(partials, runs: runs.count), work: parameterWork(runs, passes: network.gradientSplits + 1)))
    recorder.perform(
      prepareStep.bind(
        [
          "hyperparameters": scalars.hyperparameters.window(runs: runs),
          "norm_partials": normPartials.window(runs: window), "progress": scalars.progress.window(runs: runs),
          "metrics": scalars.metrics.window(runs: runs), "step_scalars": scalars.stepScalars.window(runs: runs),
        ], push: push, over: .runs(runs.count)))
    var bindings = [
      "hyperparameters": scalars.hyperparameters.window(runs: runs),
      "step_scalars": scalars.stepScalars.window(runs: runs), "gradients": gradients.window(runs: window),
      "first_moments": firstMoments.window(runs: runs), "second_moments": secondMoments.window(runs: runs),
      "parameters": parameters.window(runs: runs),
    ]
    bindings["rounded_parameters"] = network.roundedParameters?.window(runs: window)
    recorder.perform(
      adam.bind(
        bindings, push: push, over: .items(partials, runs: runs.count), work: parameterWork(runs, passes: 7)))
    if network.roundedParameters == nil { network.adopt(recorder, parameters: parameters.window(runs: runs)) }
  }

  /// Memory that a kernel passes over: P floats of every run, read or written `passes` times.
  private func parameterWork(_ runs: Range<Int>, passes: Int) -> Work {
    Work(bytes: Double(4 * runs.count * passes * network.layout.count))
  }
}

extension LearningRateSchedule {
  /// For kernels.
  var code: UInt32 {
    switch self {
    case .constant: SCHEDULE_CONSTANT
    case .linear: SCHEDULE_LINEAR
    case .cosine: SCHEDULE_COSINE
    }
  }
}
