import CHostKernels
import CShaders
import Configuration
import TestSupport
import Testing
import Training
import VulkanCompute

/// The loss of a chunk by whoever computes, with old policies and values that are off by enough for every branch to occur.
struct PPOLossHarness {
  /// What the kernel wrote, per run.
  struct Result {
    let logitGradients: [[Float]]  // (C, LOGIT_COLUMNS)
    let valueGradients: [[Float]]  // (C, VALUE_COLUMNS)
    let statistics: [[Float]]  // (METRIC_ROW_SUMS, C)
  }

  let chunk: ChunkFixture
  var hyperparameters: [Hyperparameters]
  /// B; the chunk is a part of the minibatch.
  let minibatchRows: Int
  var clipsValues = true
  /// Per run; empty where values are not normalised.
  var valueMoments: [TestMoments] = []

  init(_ chunk: ChunkFixture) {
    self.chunk = chunk
    hyperparameters = variedHyperparameters(runs: chunk.runs)
    minibatchRows = chunk.rows + 3
  }

  private var moments: [[Float]] { (0..<chunk.runs).map { [9, 9, 0.25 - 0.1 * Float($0), 1.5 + Float($0)] } }

  /// What the rollout kept of the row at workspace row `i`, as floats first, so that twin and kernel read the same.
  func row(_ run: Int, _ i: Int) -> PPOLoss.Row {
    let legal = chunk.legal(run, chunk.selection(run).rows[i])
    let legalActions = legal.indices.filter { legal[$0] }
    let action = legalActions[i % legalActions.count]
    let softmax = MaskedSoftmax(doubles(chunk.logits(run, i)), legal: legal)
    let shift = Double(TestNumbers.uniform(UInt32(900 + run), i, scale: 0.6))
    return PPOLoss.Row(
      legal: legal, action: action,
      oldLogProbability: legalActions.count > 1 ? Double(Float(softmax.logProbabilities[action] + shift)) : 0,
      oldValue: Double(chunk.value(run, i) + TestNumbers.uniform(UInt32(910 + run), i, scale: 0.4)),
      advantage: Double(TestNumbers.uniform(UInt32(920 + run), i, scale: 2)))
  }

  func rows(_ run: Int) -> [PPOLoss.Row] { (0..<chunk.rows).map { row(run, $0) } }
  func logits(_ run: Int) -> [[Double]] { (0..<chunk.rows).map { doubles(chunk.logits(run, $0)) } }
  func values(_ run: Int) -> [Double] { (0..<chunk.rows).map { Double(chunk.value(run, $0)) } }

  func twin(_ run: Int) -> PPOLoss {
    let h = hyperparameters[run]
    let normalised = run < valueMoments.count ? valueMoments[run] : TestMoments()
    return PPOLoss(
      clipEpsilon: Double(Float(h.clipEpsilon)), valueCoefficient: h.valueCoefficient,
      entropyCoefficient: h.entropyCoefficient,
      moments: AdvantageMoments(mean: Double(moments[run][2]), scale: Double(moments[run][3])),
      minibatchRows: minibatchRows, clipsValues: clipsValues, values: normalised.values,
      targets: normalised.targets)
  }

  func run() throws -> Result {
    let device = chunk.device
    let loss = try device.operation("PPO/ppo_loss.comp", macros: chunk.macros, host: HostBody(host_ppo_loss))
    let (logits, valueOutputs, masks) = (try chunk.logitBuffer(), try chunk.valueOutputs(), try chunk.legalMasks())
    let (indices, counts) = (try chunk.rowIndices(), try chunk.rowCounts())
    let hyperparameterBlocks = try hyperparameterBuffer(hyperparameters, on: device)
    func rollout<T: BitwiseCopyable>(
      _ name: String, count: Int, missing: T, _ value: (PPOLoss.Row) -> T
    ) throws -> GuardedBuffer<T> {
      try GuardedBuffer(
        name, on: device, count: count,
        values: (0..<chunk.runs).map { run in
          var values = [T](repeating: missing, count: chunk.rolloutRows)
          for (i, row) in chunk.selection(run).rows.enumerated() { values[row] = value(self.row(run, i)) }
          return values
        })
    }
    let actions = try rollout("actions", count: chunk.rolloutRows, missing: .max) { UInt32($0.action) }
    let logProbabilities = try rollout("log_probabilities", count: chunk.rolloutRows, missing: Float.nan) {
      Float($0.oldLogProbability)
    }
    let advantages = try rollout("advantages", count: chunk.rolloutRows, missing: Float.nan) { Float($0.advantage) }
    let values = try rollout("values", count: chunk.rolloutRows + 70, missing: Float.nan) { Float($0.oldValue) }
    let momentBuffer = try GuardedBuffer("advantage_moments", on: device, count: 4, values: moments)
    func output(_ name: String, _ count: Int) throws -> GuardedBuffer<Float> {
      try GuardedBuffer(name, on: device, runs: chunk.runs, count: count)
    }
    let logitGradients = try output("logit_gradients", chunk.capacity * chunk.logitColumns)
    let valueGradients = try output("value_gradients", chunk.capacity * chunk.valueColumns)
    let statistics = try output("row_statistics", chunk.capacity * Int(METRIC_ROW_SUMS))
    let scalars = try stepScalarBuffer(hyperparameters, moments: valueMoments, on: device)
    let push = ChunkDispatch(
      rows: UInt32(chunk.rows), minibatch_rows: UInt32(minibatchRows), moments: 1,
      clips_values: clipsValues ? 1 : 0, index_stride: indices.stride,
      count_stride: counts.stride, logit_stride: logits.stride, value_output_stride: valueOutputs.stride,
      moment_stride: momentBuffer.stride, statistic_stride: statistics.stride,
      rollout: RolloutShape(
        environments: 0, steps: 0, row_stride: actions.stride, value_stride: values.stride, mask_stride: masks.stride,
        done_stride: 0))
    try device.run { recorder in
      recorder.perform(
        loss.bind(
          [
            "hyperparameters": hyperparameterBlocks.window, "logits": logits.window,
            "value_outputs": valueOutputs.window, "legal_masks": masks.window, "actions": actions.window,
            "log_probabilities": logProbabilities.window, "values": values.window, "advantages": advantages.window,
            "advantage_moments": momentBuffer.window, "row_indices": indices.window, "row_counts": counts.window,
            "step_scalars": scalars.window,
            "logit_gradients": logitGradients.window, "value_gradients": valueGradients.window,
            "row_statistics": statistics.window,
          ], push: push, over: .items(chunk.rows, runs: chunk.runs)))
    }
    return try Result(
      logitGradients: logitGradients.read(), valueGradients: valueGradients.read(), statistics: statistics.read())
  }
}
