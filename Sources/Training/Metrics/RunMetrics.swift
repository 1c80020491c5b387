import Configuration

/// What one update of one run measured, or several updates together (`metrics_interval`): one line of `metrics.jsonl`.
///
/// Free of clocks, so that it is the same every time; `MetricsWriter` adds what they say.
public struct RunMetrics: Sendable, Equatable {
  /// Index of the run among all runs of the configuration.
  public var run: Int
  public var name: String
  public var seed: UInt64
  /// `entropy_coefficient=0.01`: what runs that differ only in their seeds have in common.
  public var configuration: String
  /// Finished updates, this one included; from 1.
  public var update: Int
  /// How many updates, up to `update`, the quantities are means of.
  public var updates: Int
  /// Env steps of this run so far.
  public var envSteps: Int
  /// What the updates learned with, as the device computed it.
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
  /// Episodes that ended in the rollouts.
  public var episodes: Int
  /// Mean over those episodes; nil if there was none.
  public var episodeReturn: Float?
  /// In env steps; nil if no episode ended.
  public var episodeLength: Float?
  /// What the game reports of those episodes beside their returns: means of outcomes and ratios of their sums, nil where
  /// there is nothing to divide by.
  public var outcomes: [Outcome]
  /// Whether the run has diverged, in these updates or before: a loss or a gradient was not finite, and its weights have
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
    run: Int, name: String, seed: UInt64, configuration: String, update: Int, updates: Int = 1, envSteps: Int,
    learningRate: Float, entropyCoefficient: Float, totalLoss: Float, policyLoss: Float, valueLoss: Float,
    entropy: Float, approximateKL: Float, clipFraction: Float, explainedVariance: Float?,
    gradientNorm: Float, episodes: Int, episodeReturn: Float?, episodeLength: Float?,
    outcomes: [Outcome] = [], hasDiverged: Bool = false
  ) {
    self.run = run
    self.name = name
    self.seed = seed
    self.configuration = configuration
    self.update = update
    self.updates = updates
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

  private static let quantities: [(key: String, value: @Sendable (RunMetrics) -> Float?)] = [
    ("learning_rate", { $0.learningRate }), ("entropy_coefficient", { $0.entropyCoefficient }),
    ("total_loss", { $0.totalLoss }), ("policy_loss", { $0.policyLoss }), ("value_loss", { $0.valueLoss }),
    ("entropy", { $0.entropy }), ("approximate_kl", { $0.approximateKL }), ("clip_fraction", { $0.clipFraction }),
    ("explained_variance", { $0.explainedVariance }), ("gradient_norm", { $0.gradientNorm }),
    ("episode_return", { $0.episodeReturn }), ("episode_length", { $0.episodeLength }),
  ]

  /// The keys of the measured quantities, in the order of the line.
  public static let quantityKeys = quantities.map(\.key)

  /// The measured quantities by key, in the order of the line.
  public var values: [(key: String, value: Float?)] { Self.quantities.map { ($0.key, $0.value(self)) } }

  /// The key of the first quantity that is not a finite number, if any.
  public var firstNotFinite: String? { values.first { !($0.value?.isFinite ?? true) }?.key }

  /// What a clock says of an update.
  public struct Timing: Sendable, Equatable {
    /// Wall time that the training has taken so far, without the time between two processes.
    public var seconds: Double
    /// Of all runs that are trained at the same time on the same device, in these updates.
    public var envStepsPerSecond: Double
  }

  /// One JSON object without a line break; what is not a finite number becomes null. Games without outcomes have none.
  public var json: String { json(nil) }

  /// - Parameter timing: nil leaves the times out.
  func json(_ timing: Timing?) -> String {
    var fields = [
      "\"run\":\(run)", "\"name\":\(quoted(name))", "\"seed\":\(seed)",
      "\"configuration\":\(quoted(configuration))", "\"update\":\(update)",
    ]
    if updates > 1 { fields.append("\"updates\":\(updates)") }
    fields.append("\"env_steps\":\(envSteps)")
    if let timing {
      fields.append("\"seconds\":\(timing.seconds.rounded(toPlaces: 3))")
      fields.append("\"env_steps_per_second\":\(timing.envStepsPerSecond.rounded(toPlaces: 1))")
    }
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

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
