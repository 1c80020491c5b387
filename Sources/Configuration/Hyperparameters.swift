/// What a run learns with: one set per run, in the same launch.
///
/// Defaults: JaxMARL's feed-forward IPPO for Hanabi (Adam as in its optimiser call).
public struct Hyperparameters: Sendable, Hashable {
  /// Adam's step size (alias `lr`).
  public var learningRate = 5e-4
  /// Part of the updates over which the learning rate rises to that, before its schedule begins (alias
  /// `warmup_fraction`).
  public var learningRateWarmup = 0.0
  /// Discount per game turn.
  public var gamma = 0.99
  /// Lambda of generalised advantage estimation.
  public var gaeLambda = 0.95
  /// Clip range of the probability ratio and of the value (alias `clip_eps`).
  public var clipEpsilon = 0.2
  /// Weight of the value loss (alias `vf_coef`).
  public var valueCoefficient = 0.5
  /// Weight of the mean entropy, in nats, in units of normalised advantages (alias `ent_coef`).
  public var entropyCoefficient = 0.01
  /// The entropy coefficient that the training ends with, linearly from `entropyCoefficient` over its updates; nil where
  /// it stays the same.
  public var finalEntropyCoefficient: Double?
  /// Bound of the gradient's norm over all parameters of the run (alias `max_grad_norm`).
  public var maxGradientNorm = 0.5
  public var adamBeta1 = 0.9
  public var adamBeta2 = 0.999
  public var adamEpsilon = 1e-5

  public init() {}

  /// The value of one hyper-parameter by its key; nil for one that has none, such as the end of what is not annealed.
  public subscript(hyperparameter: Hyperparameter) -> Double? {
    get {
      guard let keyPath = hyperparameter.keyPath else { return finalEntropyCoefficient }
      return self[keyPath: keyPath]
    }
    set {
      if let keyPath = hyperparameter.keyPath {
        if let newValue { self[keyPath: keyPath] = newValue }
      } else {
        finalEntropyCoefficient = newValue
      }
    }
  }
}

/// In JSON, by their keys; those that a file of an earlier version does not know have their default.
extension Hyperparameters: Codable {
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: Hyperparameter.self)
    for hyperparameter in container.allKeys {
      self[hyperparameter] = try container.decode(Double.self, forKey: hyperparameter)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Hyperparameter.self)
    for hyperparameter in Hyperparameter.allCases {
      try container.encodeIfPresent(self[hyperparameter], forKey: hyperparameter)
    }
  }
}

/// The key of a hyper-parameter, as it stands in a configuration.
///
/// All of them may differ between the runs of one launch, and so may stand under `sweep`.
public enum Hyperparameter: String, Sendable, Hashable, CaseIterable, Codable, CodingKey {
  case learningRate = "learning_rate"
  case learningRateWarmup = "learning_rate_warmup"
  case gamma
  case gaeLambda = "gae_lambda"
  case clipEpsilon = "clip_epsilon"
  case valueCoefficient = "value_coefficient"
  case entropyCoefficient = "entropy_coefficient"
  case finalEntropyCoefficient = "final_entropy_coefficient"
  case maxGradientNorm = "max_gradient_norm"
  case adamBeta1 = "adam_beta1"
  case adamBeta2 = "adam_beta2"
  case adamEpsilon = "adam_epsilon"

  /// nil for the one that may have no value.
  var keyPath: WritableKeyPath<Hyperparameters, Double>? {
    switch self {
    case .learningRate: \.learningRate
    case .learningRateWarmup: \.learningRateWarmup
    case .gamma: \.gamma
    case .gaeLambda: \.gaeLambda
    case .clipEpsilon: \.clipEpsilon
    case .valueCoefficient: \.valueCoefficient
    case .entropyCoefficient: \.entropyCoefficient
    case .finalEntropyCoefficient: nil
    case .maxGradientNorm: \.maxGradientNorm
    case .adamBeta1: \.adamBeta1
    case .adamBeta2: \.adamBeta2
    case .adamEpsilon: \.adamEpsilon
    }
  }

  var range: NumberRange {
    switch self {
    case .learningRate, .clipEpsilon, .adamEpsilon: NumberRange(lower: .excluding(0), upper: .including(10))
    case .learningRateWarmup: NumberRange(lower: .including(0), upper: .excluding(1))
    case .gamma, .gaeLambda: NumberRange(lower: .including(0), upper: .including(1))
    case .valueCoefficient, .entropyCoefficient, .finalEntropyCoefficient:
      NumberRange(lower: .including(0), upper: .including(1000))
    case .maxGradientNorm: NumberRange(lower: .excluding(0), upper: .including(1e6))
    case .adamBeta1, .adamBeta2: NumberRange(lower: .including(0), upper: .excluding(1))
    }
  }
}
