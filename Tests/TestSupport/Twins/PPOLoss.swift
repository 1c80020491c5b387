import Foundation

/// Float64 twin of Shaders/PPO/ppo_loss.comp for the rows of one minibatch of one run.
public struct PPOLoss {
  /// What the rollout kept of one row.
  public struct Row {
    public var legal: [Bool]
    public var action: Int
    public var oldLogProbability: Double
    public var oldValue: Double
    public var advantage: Double

    public init(legal: [Bool], action: Int, oldLogProbability: Double, oldValue: Double, advantage: Double) {
      self.legal = legal
      self.action = action
      self.oldLogProbability = oldLogProbability
      self.oldValue = oldValue
      self.advantage = advantage
    }

    public var isActing: Bool { legal.count { $0 } > 1 }
    public var target: Double { advantage + oldValue }
  }

  /// One row's parts of the loss and of the metrics.
  public struct Terms {
    public var policyLoss = 0.0
    public var valueLoss = 0.0
    public var entropy = 0.0
    public var approximateKL = 0.0
    public var clipFraction = 0.0
  }

  public let clipEpsilon: Double
  public let valueCoefficient: Double
  public let entropyCoefficient: Double
  public let moments: AdvantageMoments
  /// B: the loss is a mean over so many rows.
  public let minibatchRows: Int
  public let clipsValues: Bool
  /// Mean and scale of the value head's outputs in the rollout, and of those that it learns.
  public let values, targets: (mean: Double, scale: Double)

  public init(
    clipEpsilon: Double, valueCoefficient: Double, entropyCoefficient: Double, moments: AdvantageMoments,
    minibatchRows: Int, clipsValues: Bool = true, values: (mean: Double, scale: Double) = (0, 1),
    targets: (mean: Double, scale: Double) = (0, 1)
  ) {
    self.clipEpsilon = clipEpsilon
    self.valueCoefficient = valueCoefficient
    self.entropyCoefficient = entropyCoefficient
    self.moments = moments
    self.minibatchRows = minibatchRows
    self.clipsValues = clipsValues
    self.values = values
    self.targets = targets
  }

  public func terms(_ row: Row, logits: [Double], value: Double) -> Terms {
    var terms = Terms()
    let advantage = moments.normalized(row.advantage)
    var logRatio = 0.0
    if row.isActing {
      let softmax = MaskedSoftmax(logits, legal: row.legal)
      logRatio = softmax.logProbabilities[row.action] - row.oldLogProbability
      terms.entropy = softmax.entropy
    }
    let ratio = exp(logRatio)
    terms.policyLoss = -min(ratio * advantage, clamp(ratio, 1 - clipEpsilon, 1 + clipEpsilon) * advantage)
    terms.approximateKL = ratio - 1 - logRatio
    terms.clipFraction = abs(ratio - 1) > clipEpsilon ? 1 : 0
    let (old, target) = outputs(row)
    let error = square(value - target)
    let clipped = old + clamp(value - old, -clipEpsilon, clipEpsilon)
    terms.valueLoss = 0.5 * (clipsValues ? max(error, square(clipped - target)) : error)
    return terms
  }

  /// The value head's output in the rollout, and what it should be.
  private func outputs(_ row: Row) -> (old: Double, target: Double) {
    ((row.oldValue - values.mean) / values.scale, (row.target - targets.mean) / targets.scale)
  }

  /// What training minimises: a mean over the rows.
  public func loss(_ rows: [Row], logits: [[Double]], values: [Double]) -> Double {
    rows.indices.map { i in
      let terms = terms(rows[i], logits: logits[i], value: values[i])
      return terms.policyLoss + valueCoefficient * terms.valueLoss - entropyCoefficient * terms.entropy
    }.reduce(0, +) / Double(minibatchRows)
  }

  /// Gradient of `loss` by the logits of one row.
  public func logitGradient(_ row: Row, logits: [Double]) -> [Double] {
    guard row.isActing else { return logits.map { _ in 0 } }
    let softmax = MaskedSoftmax(logits, legal: row.legal)
    let ratio = exp(softmax.logProbabilities[row.action] - row.oldLogProbability)
    let advantage = moments.normalized(row.advantage)
    let clips = advantage >= 0 ? ratio > 1 + clipEpsilon : ratio < 1 - clipEpsilon
    let byLogProbability = clips ? 0 : -ratio * advantage
    return logits.indices.map { action in
      guard row.legal[action] else { return 0 }
      let probability = softmax.probabilities[action]
      let policy = byLogProbability * ((action == row.action ? 1 : 0) - probability)
      let entropy = -probability * (softmax.logProbabilities[action] + softmax.entropy)
      return (policy - entropyCoefficient * entropy) / Double(minibatchRows)
    }
  }

  /// Gradient of `loss` by the value of one row.
  public func valueGradient(_ row: Row, value: Double) -> Double {
    let (old, target) = outputs(row)
    let clipped = old + clamp(value - old, -clipEpsilon, clipEpsilon)
    let leftTheRange = abs(value - old) > clipEpsilon
    if clipsValues && leftTheRange && abs(clipped - target) > abs(value - target) { return 0 }
    return valueCoefficient * (value - target) / Double(minibatchRows)
  }

  private func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double { min(max(x, low), high) }
  private func square(_ x: Double) -> Double { x * x }
}
