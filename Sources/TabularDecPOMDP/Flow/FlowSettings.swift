/// When a flow counts as having arrived, and how closely the trajectory is followed on the way.
public struct FlowSettings: Sendable, Hashable {
  /// The Euclidean norm of the gradient must be below this.
  public var gradientTolerance = 1e-10
  /// No probability may differ by more from the one that the stationarity condition asks for: where a history is
  /// unlikely the gradient is small long before the policy has settled.
  public var residualTolerance = 1e-10
  /// Estimated error of a step, per logit, relative to 1 + |logit|.
  public var errorTolerance = 1e-2
  /// Accepted steps after which a flow that has not arrived is given up.
  public var maximumSteps = 200_000

  public init() {}
}
