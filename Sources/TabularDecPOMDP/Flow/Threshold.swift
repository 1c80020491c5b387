// The entropy threshold: the smallest alpha above which all initialisations reach one joint policy.

/// The threshold of a problem, as far as a number of initialisations can tell.
public struct Threshold: Sendable {
  /// One side of the bisection.
  public struct Side: Sendable, Hashable {
    public let alpha: Double
    /// The largest difference of a probability between two initialisations.
    public let maxPolicyDistance: Double
    /// Flows that were followed: on the lower side no more than it took to find two policies.
    public let initialisations: Int
    /// Flows among them that were given up before they arrived.
    public let unfinished: Int

    /// Whether all initialisations reached one joint policy.
    public var isUnique: Bool { maxPolicyDistance < Threshold.sameWithin }
  }

  /// Policies that differ by less count as the same.
  public static let sameWithin = 1e-6

  /// The largest alpha at which initialisations reached different policies; nil where none did at any alpha down to
  /// `smallestAlpha`.
  public let low: Side?
  /// The smallest alpha at which all reached the same.
  public let high: Side
  /// Alpha above this is known to suffice; nil where nothing is known.
  public let bound: Double?

  /// Bisection, from the bound or from where it takes.
  ///
  /// - Parameters:
  ///   - tolerance: The two sides are at most this far apart.
  ///   - initialisations: Flows per alpha; half of them start close to deterministic policies.
  public init(
    _ form: SequenceForm, initialisations: Int, seed: UInt64, tolerance: Double,
    weighting: EntropyWeighting = .discounted, settings: FlowSettings = FlowSettings(),
    progress: (Side) -> Void = { _ in }
  ) throws {
    func side(_ alpha: Double) -> Side {
      let side = Self.side(
        form, alpha: alpha, initialisations: initialisations, seed: seed, weighting: weighting, settings: settings)
      progress(side)
      return side
    }
    let problem = form.problem
    bound = Self.sufficientAlpha(problem, horizon: form.horizon)
    let unit = problem.rewardRange
    guard unit > 0 else {
      throw ProblemError("\(problem.name): all rewards are the same, so any alpha above 0 suffices")
    }
    // Right on a critical alpha flows take for ever: stay off round numbers.
    var high = side((bound ?? unit) * 1.0123)
    var low: Side?
    while !high.isUnique {
      low = high
      guard high.alpha < 1e4 * unit else {
        throw ProblemError(
          "\(problem.name): even at alpha \(high.alpha) the initialisations reached different policies "
            + "(\(high.unfinished) of \(high.initialisations) flows did not arrive); allow more steps")
      }
      high = side(high.alpha * 2)
    }
    while low == nil, high.alpha > Self.smallestAlpha * unit {
      let lower = side(high.alpha / 2)
      if lower.isUnique { high = lower } else { low = lower }
    }
    while let below = low, high.alpha - below.alpha > tolerance {
      let middle = side((below.alpha + high.alpha) / 2)
      if middle.isUnique { high = middle } else { low = middle }
    }
    self.low = low
    self.high = high
  }

  /// Smallest alpha that is tried, in units of the reward range.
  public static let smallestAlpha = 0.01

  /// Follows flows in batches until all are done or two have ended apart.
  public static func side(
    _ form: SequenceForm, alpha: Double, initialisations: Int, seed: UInt64,
    weighting: EntropyWeighting = .discounted, settings: FlowSettings = FlowSettings()
  ) -> Side {
    let starts = Initialisation(form, seed: seed, kind: .adversarial)
    let batch = 16
    var ends: [[Double]] = []
    var (followed, unfinished, distance) = (0, 0, 0.0)
    while followed < initialisations, distance < sameWithin {
      let first = followed
      let count = min(batch, initialisations - first)
      let ensemble = FlowEnsemble(
        form, alpha: alpha, from: count, logits: { starts.logits(first + $0) }, weighting: weighting,
        settings: settings)
      followed += count
      unfinished += ensemble.unfinishedCount
      ends = Array(ends.prefix(1)) + ensemble.results.map(\.probabilities)
      distance = max(distance, FlowEnsemble.maxDistance(ends))
    }
    return Side(alpha: alpha, maxPolicyDistance: distance, initialisations: followed, unfinished: unfinished)
  }

  /// For one-shot games with n agents, alpha > (n - 1) (Rmax - Rmin) / 2 suffices: the Jacobian of softmax maps the
  /// oscillation of payoffs to the L1 norm of probabilities with constant 1/2, so that best responses contract. nil for
  /// longer horizons.
  public static func sufficientAlpha(_ problem: DecPOMDP, horizon: Int) -> Double? {
    guard horizon == 1 else { return nil }
    let payoffs = (0..<problem.jointActionCount).map { a in
      problem.start.indices.reduce(0) { $0 + problem.start[$1] * problem.rewards[$1 * problem.jointActionCount + a] }
    }
    return Double(problem.agentCount - 1) * ((payoffs.max() ?? 0) - (payoffs.min() ?? 0)) / 2
  }
}
