// The flows of many initialisations of one problem.

/// What many initialisations flow to at one alpha.
public struct FlowEnsemble: Sendable {
  public let form: SequenceForm
  public let alpha: Double
  /// In the order of the initialisations.
  public let results: [FlowResult]

  /// Flows of `initialisations` 0 ..< count, on all processors.
  ///
  /// - Parameter sampleTimes: Where the trajectories are sampled; rising.
  public init(
    _ form: SequenceForm, alpha: Double, initialisations count: Int, seed: UInt64,
    kind: Initialisation.Kind = .random, weighting: EntropyWeighting = .discounted,
    settings: FlowSettings = FlowSettings(), sampleTimes: [Double] = []
  ) {
    let starts = Initialisation(form, seed: seed, kind: kind)
    self.init(
      form, alpha: alpha, from: count, logits: { starts.logits($0) }, weighting: weighting, settings: settings,
      sampleTimes: sampleTimes)
  }

  /// - Parameter logits: Of initialisation i.
  init(
    _ form: SequenceForm, alpha: Double, from count: Int, logits: @Sendable (Int) -> [Double],
    weighting: EntropyWeighting, settings: FlowSettings, sampleTimes: [Double] = []
  ) {
    self.form = form
    self.alpha = alpha
    results = parallelMap(count) { i in
      let objective = RegularisedObjective(form, alpha: alpha, weighting: weighting)
      return GradientFlow(objective, settings: settings).run(from: logits(i), sampleTimes: sampleTimes)
    }
  }

  /// Initialisations whose flow was given up before it converged.
  public var unfinishedCount: Int { results.count { !$0.hasArrived } }

  /// The largest difference of a probability between two initialisations.
  public var maxPolicyDistance: Double { Self.maxDistance(results.map(\.probabilities)) }

  /// The largest difference of an entry between two of the rows.
  static func maxDistance(_ rows: [[Double]]) -> Double {
    guard var low = rows.first else { return 0 }
    var high = low
    for row in rows.dropFirst() {
      for i in row.indices {
        low[i] = min(low[i], row[i])
        high[i] = max(high[i], row[i])
      }
    }
    return zip(low, high).reduce(0) { max($0, $1.1 - $1.0) }
  }

  /// Self-play and cross-play of the policies as they are.
  public var sampled: CrossPlayReturns { CrossPlayReturns(form, policies: results.map(\.probabilities)) }

  /// Self-play and cross-play of the policies when they play their likeliest actions only.
  public var greedy: CrossPlayReturns {
    CrossPlayReturns(form, policies: results.map { form.greedy($0.probabilities) })
  }
}
