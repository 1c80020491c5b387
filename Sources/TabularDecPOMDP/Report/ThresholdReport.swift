/// What `crossplay flow --threshold` prints. Encoded with the keys of the contract, null where there is no value.
public struct ThresholdReport: Encodable, Sendable {
  public let problem: String
  public let horizon: Int
  public let discount: Double
  public let entropyWeighting: EntropyWeighting
  public let seed: UInt64
  public let threshold: Threshold
  public let seconds: FlowSeconds

  public init(
    _ threshold: Threshold, _ form: SequenceForm, seed: UInt64, weighting: EntropyWeighting, seconds: FlowSeconds
  ) {
    self.seconds = seconds
    self.threshold = threshold
    problem = form.problem.name
    horizon = form.horizon
    discount = form.problem.discount
    entropyWeighting = weighting
    self.seed = seed
  }

  private enum CodingKeys: String, CodingKey {
    case problem, horizon, discount, entropyWeighting, seed, thresholdLow, thresholdHigh, bound
    case initialisationsLow, initialisationsHigh, maxPolicyDistanceLow, maxPolicyDistanceHigh
    case unfinishedLow, unfinishedHigh, seconds
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(problem, forKey: .problem)
    try container.encode(horizon, forKey: .horizon)
    try container.encode(discount, forKey: .discount)
    try container.encode(entropyWeighting, forKey: .entropyWeighting)
    try container.encode(seed, forKey: .seed)
    let (low, high) = (threshold.low, threshold.high)
    // Without a lower side the threshold may be anything down to 0.
    try container.encode(low?.alpha ?? 0, forKey: .thresholdLow)
    try container.encode(high.alpha, forKey: .thresholdHigh)
    try container.encode(threshold.bound, forKey: .bound)
    try container.encode(low?.initialisations, forKey: .initialisationsLow)
    try container.encode(high.initialisations, forKey: .initialisationsHigh)
    try container.encode(low?.maxPolicyDistance, forKey: .maxPolicyDistanceLow)
    try container.encode(high.maxPolicyDistance, forKey: .maxPolicyDistanceHigh)
    try container.encode(low?.unfinished, forKey: .unfinishedLow)
    try container.encode(high.unfinished, forKey: .unfinishedHigh)
    try container.encode(seconds, forKey: .seconds)
  }
}
