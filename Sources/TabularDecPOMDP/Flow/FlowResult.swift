/// Where a flow was at one time.
public struct FlowSample: Sendable, Hashable {
  /// Flow time, in units in which theta changes by the gradient.
  public let time: Double
  /// J_alpha
  public let objective: Double
  /// (J_alpha - expected return) / alpha: the entropies of all agents, weighted as in J.
  public let entropy: Double
  public let gradientNorm: Double
  /// (parameters)
  public let probabilities: [Double]
}

/// Where a flow ended.
public struct FlowResult: Sendable {
  /// (parameters)
  public let logits, probabilities: [Double]
  public let objective: Double
  /// E[sum_t gamma^t r_t] of the joint policy as it is.
  public let expectedReturn: Double
  public let gradientNorm: Double
  public let residual: Double
  /// Accepted steps.
  public let steps: Int
  /// Whether gradient and residual are within tolerance; if not, the flow was given up.
  public let hasArrived: Bool
  /// The lowest change of J over an accepted step: negative by rounding at most.
  public let worstChange: Double
  /// At the times that were asked for.
  public let samples: [FlowSample]
}
