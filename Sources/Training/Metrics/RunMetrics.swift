import Configuration

/// What one update of one run measured: one line of `metrics.jsonl`.
///
/// Free of clocks, so that the file of a training is the same every time.
public struct RunMetrics: Sendable, Equatable {
  /// Index of the run among all runs of the configuration.
  public var run: Int
  public var name: String
  /// Finished updates, this one included; from 1.
  public var update: Int
  /// Env steps of this run so far.
  public var envSteps: Int
  /// What the update learned with, as the device computed it.
  public var learningRate: Float
  public var entropyCoefficient: Float
  public var totalLoss: Float
  public var policyLoss: Float
  public var valueLoss: Float
  /// Mean entropy of the masked policy over all rows, in nats.
  public var entropy: Float
  /// Mean of (ratio - 1) - log ratio.
  public var approximateKL: Float
  /// Part of the rows whose ratio left the clip range, 0 to 1.
  public var clipFraction: Float
  /// 1 - variance(return - value) / variance(return); nil where the returns do not vary.
  public var explainedVariance: Float?
  /// Norm before clipping, over all parameters of the run.
  public var gradientNorm: Float
  /// Episodes that ended in this update's rollout.
  public var episodes: Int
  /// Mean over those episodes; nil if there was none.
  public var episodeReturn: Float?
  /// In env steps; nil if no episode ended.
  public var episodeLength: Float?
  /// What the game reports of those episodes beside their returns: means of outcomes and ratios of their sums, nil where
  /// there is nothing to divide by.
  public var outcomes: [Outcome]
  /// Whether the run has diverged, in this update or before: a loss or a gradient was not finite, and its weights have
  /// stayed as they were then.
  public var hasDiverged: Bool

  public struct Outcome: Sendable, Equatable {
    public let name: String
    public let value: Float?

    public init(_ name: String, _ value: Float?) {
      self.name = name
      self.value = value
    }
  }

  public init(
    run: Int, name: String, update: Int, envSteps: Int, learningRate: Float, entropyCoefficient: Float,
    totalLoss: Float, policyLoss: Float,
    valueLoss: Float, entropy: Float, approximateKL: Float, clipFraction: Float, explainedVariance: Float?,
    gradientNorm: Float, episodes: Int, episodeReturn: Float?, episodeLength: Float?,
    outcomes: [Outcome] = [], hasDiverged: Bool = false
  ) {
    self.run = run
    self.name = name
    self.update = update
    self.envSteps = envSteps
    self.learningRate = learningRate
    self.entropyCoefficient = entropyCoefficient
    self.totalLoss = totalLoss
    self.policyLoss = policyLoss
    self.valueLoss = valueLoss
    self.entropy = entropy
    self.approximateKL = approximateKL
    self.clipFraction = clipFraction
    self.explainedVariance = explainedVariance
    self.gradientNorm = gradientNorm
    self.episodes = episodes
    self.episodeReturn = episodeReturn
    self.episodeLength = episodeLength
    self.outcomes = outcomes
    self.hasDiverged = hasDiverged
  }

  /// The measured quantities by key, in the order of the line.
  public var values: [(key: String, value: Float?)] {
    [
      ("learning_rate", learningRate), ("entropy_coefficient", entropyCoefficient), ("total_loss", totalLoss),
      ("policy_loss", policyLoss),
      ("value_loss", valueLoss), ("entropy", entropy), ("approximate_kl", approximateKL),
      ("clip_fraction", clipFraction), ("explained_variance", explainedVariance), ("gradient_norm", gradientNorm),
      ("episode_return", episodeReturn), ("episode_length", episodeLength),
    ]
  }

  /// The key of the first quantity that is not a finite number, if any.
  public var firstNotFinite: String? { values.first { !($0.value?.isFinite ?? true) }?.key }

  /// One JSON object without a line break; what is not a finite number becomes null. Games without outcomes have none.
  public var json: String {
    var fields = ["\"run\":\(run)", "\"name\":\(quoted(name))", "\"update\":\(update)", "\"env_steps\":\(envSteps)"]
    fields.append("\"episodes\":\(episodes)")
    fields += values.map { field($0.key, $0.value) }
    if !outcomes.isEmpty {
      fields.append("\"outcomes\":{\(outcomes.map { field($0.name, $0.value) }.joined(separator: ","))}")
    }
    if hasDiverged { fields.append("\"diverged\":true") }
    return "{\(fields.joined(separator: ","))}"
  }

  private func field(_ key: String, _ value: Float?) -> String {
    "\(quoted(key)):\(value.flatMap { $0.isFinite ? $0.description : nil } ?? "null")"
  }

  private func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 0x20:
        "\\u" + String(repeating: "0", count: scalar.value < 0x10 ? 3 : 2) + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
