import CShaders
import Configuration
import Environments

extension RunMetrics {
  /// The metrics of one run from the sums that the device kept over an update.
  ///
  /// - Parameters:
  ///   - sums: The run's block of `METRIC_…`.
  ///   - outcomes: What to report of the sums of outcomes.
  ///   - rows: Rows of all epochs: T * N * A * epochs.
  ///   - steps: Adam steps of the update: epochs * minibatches.
  init(
    sums: [Float], outcomes: [OutcomeQuantity], run: RunConfiguration, update: Int, envSteps: Int,
    rows: Int, steps: Int
  ) {
    func mean(_ metric: UInt32) -> Double { Double(sums[Int(metric)]) / Double(rows) }
    let (policyLoss, valueLoss, entropy) = (mean(METRIC_POLICY_LOSS), mean(METRIC_VALUE_LOSS), mean(METRIC_ENTROPY))
    let entropyCoefficient = sums[Int(METRIC_ENTROPY_COEFFICIENT)]
    let total = policyLoss + run.hyperparameters.valueCoefficient * valueLoss - Double(entropyCoefficient) * entropy
    let targetVariance = mean(METRIC_TARGET_SQUARED) - mean(METRIC_TARGET) * mean(METRIC_TARGET)
    let residualVariance = mean(METRIC_RESIDUAL_SQUARED) - mean(METRIC_RESIDUAL) * mean(METRIC_RESIDUAL)
    let episodes = Double(sums[Int(METRIC_EPISODES)])
    let outcomeSums = sums[Int(METRIC_OUTCOMES)...].map(Double.init)
    let hasDiverged = sums[Int(METRIC_STEPS_LEFT_OUT)] > 0
    // Steps were not taken; the norm then says so.
    let norm = hasDiverged ? Double.nan : Double(sums[Int(METRIC_GRADIENT_NORM)]) / Double(steps)
    self.init(
      run: run.index, name: run.name, seed: run.seed, configuration: run.configurationName, update: update,
      envSteps: envSteps, learningRate: sums[Int(METRIC_LEARNING_RATE)], entropyCoefficient: entropyCoefficient,
      totalLoss: Float(total), policyLoss: Float(policyLoss), valueLoss: Float(valueLoss), entropy: Float(entropy),
      approximateKL: Float(mean(METRIC_APPROXIMATE_KL)), clipFraction: Float(mean(METRIC_CLIP_FRACTION)),
      explainedVariance: targetVariance > 1e-8 ? Float(1 - residualVariance / targetVariance) : nil,
      gradientNorm: Float(norm), episodes: Int(episodes),
      episodeReturn: episodes > 0 ? Float(Double(sums[Int(METRIC_EPISODE_RETURN)]) / episodes) : nil,
      episodeLength: episodes > 0 ? Float(Double(sums[Int(METRIC_EPISODE_LENGTH)]) / episodes) : nil,
      outcomes: outcomes.map { Outcome($0.name, $0.value(sums: outcomeSums, episodes: Int(episodes)).map(Float.init)) },
      hasDiverged: hasDiverged)
  }
}
