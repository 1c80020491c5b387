// What `crossplay flow` prints.

/// The flows of one problem at one alpha. Encoded with the keys of the contract, null where there is no value.
public struct FlowReport: Encodable, Sendable {
  /// How many initialisations' policies are shown.
  public static let shownPolicies = 8

  public let problem: String
  public let horizon: Int
  public let discount: Double
  public let entropyWeighting: EntropyWeighting
  public let alpha: Double
  public let initialisations: Int
  public let seed: UInt64
  /// Initialisations whose flow was given up before it arrived.
  public let unfinished: Int
  public let selfPlaySampled, selfPlayGreedy: Double
  /// nil with fewer initialisations than agents.
  public let crossPlaySampled, crossPlayGreedy: Double?
  /// Ordered teams of distinct initialisations behind the cross-play.
  public let crossPlayTeams: Int
  /// The largest difference of a probability between two initialisations.
  public let maxPolicyDistance: Double
  /// The largest difference of a probability to that of its image under a generator of the symmetry group, over all
  /// initialisations; nil without a group.
  public let equivarianceError: Double?
  /// A lower bound where the search for symmetries was given up; nil without a group.
  public let symmetryGroupOrder: GroupOrder?
  public let symmetriesPermuteAgents: Bool
  /// Whether all symmetries are known.
  public let symmetriesComplete: Bool
  /// Names of the histories of each agent, in the order of `policies`.
  public let histories: [[String]]
  /// Probabilities of the first initialisations: [initialisation][agent][history][action].
  public let policies: [[[[Double]]]]
  public let seconds: FlowSeconds

  /// - Parameters:
  ///   - group: nil where nothing is to be known about symmetries.
  ///   - seconds: What led here.
  public init(
    _ ensemble: FlowEnsemble, group: SymmetryGroup?, seed: UInt64, weighting: EntropyWeighting,
    seconds: FlowSeconds = FlowSeconds()
  ) {
    var seconds = seconds
    let form = ensemble.form
    problem = form.problem.name
    horizon = form.horizon
    discount = form.problem.discount
    entropyWeighting = weighting
    alpha = ensemble.alpha
    initialisations = ensemble.results.count
    self.seed = seed
    unfinished = ensemble.unfinishedCount
    let (sampled, greedy) = seconds.measure(\.returns) { (ensemble.sampled, ensemble.greedy) }
    (selfPlaySampled, selfPlayGreedy) = (sampled.selfPlay, greedy.selfPlay)
    (crossPlaySampled, crossPlayGreedy) = (sampled.crossPlay, greedy.crossPlay)
    crossPlayTeams = sampled.teams
    maxPolicyDistance = ensemble.maxPolicyDistance
    equivarianceError = seconds.measure(\.equivariance) {
      group.map { group in
        parallelMap(ensemble.results.count) {
          form.equivarianceError(ensemble.results[$0].probabilities, under: group.generators)
        }.reduce(0, max)
      }
    }
    symmetryGroupOrder = group?.order
    symmetriesPermuteAgents = group?.permutesAgents ?? false
    symmetriesComplete = group?.isComplete ?? false
    histories = form.historyNames
    policies = ensemble.results.prefix(Self.shownPolicies).map { form.nested($0.probabilities) }
    self.seconds = seconds
  }

  private enum CodingKeys: String, CodingKey {
    case problem, horizon, discount, entropyWeighting, alpha, initialisations, seed, unfinished, selfPlaySampled
    case selfPlayGreedy, crossPlaySampled, crossPlayGreedy, crossPlayTeams, maxPolicyDistance, equivarianceError
    case symmetryGroupOrder, symmetryGroupOrderExact, symmetriesPermuteAgents, symmetriesComplete, histories, policies,
      seconds
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(problem, forKey: .problem)
    try container.encode(horizon, forKey: .horizon)
    try container.encode(discount, forKey: .discount)
    try container.encode(entropyWeighting, forKey: .entropyWeighting)
    try container.encode(alpha, forKey: .alpha)
    try container.encode(initialisations, forKey: .initialisations)
    try container.encode(seed, forKey: .seed)
    try container.encode(unfinished, forKey: .unfinished)
    try container.encode(selfPlaySampled, forKey: .selfPlaySampled)
    try container.encode(selfPlayGreedy, forKey: .selfPlayGreedy)
    try container.encode(crossPlaySampled, forKey: .crossPlaySampled)
    try container.encode(crossPlayGreedy, forKey: .crossPlayGreedy)
    try container.encode(crossPlayTeams, forKey: .crossPlayTeams)
    try container.encode(maxPolicyDistance, forKey: .maxPolicyDistance)
    try container.encode(equivarianceError, forKey: .equivarianceError)
    // A number where one can hold it, rounded beyond 2^53; all digits as text.
    let rounded = symmetryGroupOrder.map(\.rounded)
    try container.encode(rounded.flatMap { $0.isFinite ? $0 : nil }, forKey: .symmetryGroupOrder)
    try container.encode(symmetryGroupOrder?.description, forKey: .symmetryGroupOrderExact)
    try container.encode(symmetriesPermuteAgents, forKey: .symmetriesPermuteAgents)
    try container.encode(symmetriesComplete, forKey: .symmetriesComplete)
    try container.encode(histories, forKey: .histories)
    try container.encode(policies, forKey: .policies)
    try container.encode(seconds, forKey: .seconds)
  }
}

extension SequenceForm {
  /// Names of the histories of each agent.
  public var historyNames: [[String]] {
    trees.indices.map { i in
      (0..<trees[i].count).map {
        trees[i].name(of: $0, actions: problem.actionNames[i], observations: problem.observationNames[i])
      }
    }
  }

  /// Probabilities as [agent][history][action].
  public func nested(_ probabilities: [Double]) -> [[[Double]]] {
    trees.indices.map { i in
      (0..<trees[i].count).map { Array(probabilities[parameters(agent: i, history: $0)]) }
    }
  }
}
