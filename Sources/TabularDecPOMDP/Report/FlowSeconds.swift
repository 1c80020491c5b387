/// Where the time of a report went: seconds of the wall clock per phase.
public struct FlowSeconds: Encodable, Sendable, Hashable {
  /// Reading or making the problem, all joint histories, and the search for symmetries: once for all alphas.
  public var read = 0.0
  public var histories = 0.0
  public var symmetries = 0.0
  /// Following the flows.
  public var flows = 0.0
  /// Self-play and cross-play.
  public var returns = 0.0
  /// Policies against their images under the symmetries.
  public var equivariance = 0.0

  public init() {}

  /// Adds what `work` takes to a phase.
  public mutating func measure<Result>(
    _ phase: WritableKeyPath<FlowSeconds, Double>, _ work: () throws -> Result
  ) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    defer {
      let (seconds, attoseconds) = (clock.now - start).components
      self[keyPath: phase] += Double(seconds) + Double(attoseconds) * 1e-18
    }
    return try work()
  }
}
