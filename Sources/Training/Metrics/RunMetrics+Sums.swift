import CShaders
import Configuration
import Environments

extension RunMetrics {
  /// The metrics of one run from the sums that the device kept.
  ///
  /// - Parameters:
  ///   - outcomes: What to report of the sums of outcomes.
  ///   - update: The last that is summed up.
  ///   - rows: Rows of all epochs of one update: T * N * A * epochs.
  ///   - steps: Adam steps of one update: epochs * minibatches.
  init(
    sums: MetricSums, outcomes: [OutcomeQuantity], run: RunConfiguration, update: Int, envSteps: Int,
    rows: Int, steps: Int
  ) {
    func mean(_ metric: UInt32) -> Double { sums[metric] / Double(rows * sums.updates) }
    func meanOfUpdates(_ metric: UInt32) -> Float { Float(sums[metric] / Double(sums.updates)) }
    let targetVariance = mean(METRIC_TARGET_SQUARED) - mean(METRIC_TARGET) * mean(METRIC_TARGET)
    let residualVariance = mean(METRIC_RESIDUAL_SQUARED) - mean(METRIC_RESIDUAL) * mean(METRIC_RESIDUAL)
    let episodes = sums[METRIC_EPISODES]
    let hasDiverged = sums[METRIC_STEPS_LEFT_OUT] > 0
    // Steps were not taken; the norm then says so.
    let norm = hasDiverged ? Double.nan : sums[METRIC_GRADIENT_NORM] / Double(steps * sums.updates)
    self.init(
      run: run.index, name: run.name, seed: run.seed, configuration: run.configurationName, update: update,
      updates: sums.updates, envSteps: envSteps, learningRate: meanOfUpdates(METRIC_LEARNING_RATE),
      entropyCoefficient: meanOfUpdates(METRIC_ENTROPY_COEFFICIENT),
      totalLoss: Float(sums.totalLoss / Double(sums.updates)), policyLoss: Float(mean(METRIC_POLICY_LOSS)),
      valueLoss: Float(mean(METRIC_VALUE_LOSS)), entropy: Float(mean(METRIC_ENTROPY)),
      approximateKL: Float(mean(METRIC_APPROXIMATE_KL)), clipFraction: Float(mean(METRIC_CLIP_FRACTION)),
      explainedVariance: targetVariance > 1e-8 ? Float(1 - residualVariance / targetVariance) : nil,
      gradientNorm: Float(norm), episodes: Int(episodes),
      episodeReturn: episodes > 0 ? Float(sums[METRIC_EPISODE_RETURN] / episodes) : nil,
      episodeLength: episodes > 0 ? Float(sums[METRIC_EPISODE_LENGTH] / episodes) : nil,
      outcomes: outcomes.map {
        let all = Array(sums.values[Int(METRIC_OUTCOMES)...])
        return Outcome($0.name, $0.value(sums: all, episodes: Int(episodes)).map(Float.init))
      },
      hasDiverged: hasDiverged)
  }
}
