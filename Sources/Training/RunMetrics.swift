import CShaders

/// What one update of one run was like. Means are over all rows of all epochs of the update.
public struct RunMetrics: Sendable, Equatable {
  /// Clipped policy loss.
  public let policyLoss: Double
  /// Half the larger of the plain and the clipped squared value error.
  public let valueLoss: Double
  /// Entropy of the policy in nats; rows of waiting seats count with 0.
  public let entropy: Double
  /// Mean of (ratio - 1) - log ratio.
  public let approximateKL: Double
  /// Share of rows whose ratio left the clip range.
  public let clipFraction: Double
  /// 1 - Var(target - value) / Var(target); nil where the targets do not vary.
  public let explainedVariance: Double?
  /// Global gradient norm before clipping, mean over the Adam steps that were taken.
  public let gradientNorm: Double
  /// Episodes that ended in this rollout.
  public let episodes: Int
  /// Mean return of those episodes; nil if there was none.
  public let episodeReturn: Double?
  /// Mean length, in env steps, of those episodes.
  public let episodeLength: Double?
  /// Minibatches whose gradient was not finite; their steps were not taken.
  public let notFiniteSteps: Int
  /// Environments that refused an action.
  public let illegalActions: Int

  /// - Parameters:
  ///   - sums: One run's block of `METRIC_…` sums.
  ///   - rows: Rows of all epochs: T * N * A * epochs.
  ///   - steps: Adam steps of one update: epochs * minibatches.
  init(sums: [Float], rows: Int, steps: Int) {
    func mean(_ metric: UInt32) -> Double { Double(sums[Int(metric)]) / Double(rows) }
    policyLoss = mean(METRIC_POLICY_LOSS)
    valueLoss = mean(METRIC_VALUE_LOSS)
    entropy = mean(METRIC_ENTROPY)
    approximateKL = mean(METRIC_APPROXIMATE_KL)
    clipFraction = mean(METRIC_CLIP_FRACTION)
    let targetVariance = mean(METRIC_TARGET_SQUARED) - mean(METRIC_TARGET) * mean(METRIC_TARGET)
    let residualVariance = mean(METRIC_RESIDUAL_SQUARED) - mean(METRIC_RESIDUAL) * mean(METRIC_RESIDUAL)
    explainedVariance = targetVariance > 1e-8 ? 1 - residualVariance / targetVariance : nil
    notFiniteSteps = Int(sums[Int(METRIC_NOT_FINITE)])
    gradientNorm = Double(sums[Int(METRIC_GRADIENT_NORM)]) / Double(max(steps - notFiniteSteps, 1))
    episodes = Int(sums[Int(METRIC_EPISODES)])
    let count = Double(sums[Int(METRIC_EPISODES)])
    episodeReturn = episodes > 0 ? Double(sums[Int(METRIC_EPISODE_RETURN)]) / count : nil
    episodeLength = episodes > 0 ? Double(sums[Int(METRIC_EPISODE_LENGTH)]) / count : nil
    illegalActions = Int(sums[Int(METRIC_ILLEGAL_ACTIONS)])
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    notFiniteSteps == 0
      && [policyLoss, valueLoss, entropy, approximateKL, gradientNorm, explainedVariance ?? 0].allSatisfy(\.isFinite)
  }
}
