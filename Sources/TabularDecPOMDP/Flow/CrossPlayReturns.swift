// Exact expected returns of teams of policies from different initialisations.

/// Mean expected returns: nothing is sampled, so there is no error but rounding.
public struct CrossPlayReturns: Sendable, Hashable {
  /// Mean over policies of the return with themselves.
  public let selfPlay: Double
  /// Mean over ordered teams of pairwise distinct policies; nil with fewer policies than agents.
  public let crossPlay: Double?
  /// Teams behind `crossPlay`.
  public let teams: Int

  /// With three and more agents, teams are taken until there are as many.
  static let mostTeams = 2000

  /// - Parameter policies: Probabilities of joint policies, each (parameters).
  public init(_ form: SequenceForm, policies: [[Double]]) {
    let weights = parallelMap(policies.count) { form.sequenceWeights(policies[$0]) }
    let own = Self.returns(form, weights.count) { weights[$0] }
    let selfPlaySum = own.reduce(0, +)
    let count = policies.count
    selfPlay = selfPlaySum / Double(max(count, 1))
    guard count >= form.trees.count else {
      (crossPlay, teams) = (nil, 0)
      return
    }
    if form.trees.count == 2 {
      // The return is linear in each agent's weights: the sum over all pairs is the return of the sums of weights.
      teams = count * (count - 1)
      crossPlay = Self.sumOverDistinctPairs(form, weights, own) / Double(teams)
    } else {
      let chosen = Self.cyclicTeams(of: count, agents: form.trees.count)
      teams = chosen.count
      let returns = Self.returns(form, teams) { number in
        let team = chosen[number]
        var mixed = weights[team[0]]
        for (i, tree) in form.trees.enumerated() {
          let range = form.parameterOffsets[i]..<form.parameterOffsets[i] + tree.sequenceCount
          mixed.replaceSubrange(range, with: weights[team[i]][range])
        }
        return mixed
      }
      crossPlay = returns.reduce(0, +) / Double(teams)
    }
  }

  /// Expected returns of joint policies given by their realisation weights, on all processors.
  private static func returns(_ form: SequenceForm, _ count: Int, _ weights: @Sendable (Int) -> [Double]) -> [Double] {
    // Work space is made per piece, not per policy.
    let pieces = min(count, 16)
    return parallelMap(pieces) { piece in
      let objective = RegularisedObjective(form, alpha: 0)
      return (piece * count / pieces..<(piece + 1) * count / pieces).map {
        objective.expectedReturn(sequenceWeights: weights($0))
      }
    }.flatMap(\.self)
  }

  /// sum_{i != j} J(i, j), as what the deviations from the first policy add to (count^2 - count) J(0, 0): where all
  /// policies are the same nothing is lost to cancellation.
  private static func sumOverDistinctPairs(
    _ form: SequenceForm, _ weights: [[Double]], _ own: [Double]
  ) -> Double {
    let objective = RegularisedObjective(form, alpha: 0)
    let count = Double(weights.count)
    let reference = weights[0]
    var sums = [Double](repeating: 0, count: reference.count)
    for row in weights { for i in row.indices { sums[i] += row[i] - reference[i] } }
    let mean = zip(reference, sums).map { $0 + $1 / count }
    let ownSum = own.reduce(0) { $0 + ($1 - own[0]) }
    let all = count * count * (objective.expectedReturn(sequenceWeights: mean) - own[0])
    return (count * count - count) * own[0] + all - ownSum
  }

  /// Teams (j, j + d, j + 2 d, ...) of distinct policies, for distances d = 1, 2, ...: every policy is in every seat
  /// equally often.
  static func cyclicTeams(of count: Int, agents: Int) -> [[Int]] {
    var teams: [[Int]] = []
    for distance in 1..<max(count, 2) {
      let places = (0..<agents).map { $0 * distance % count }
      guard Set(places).count == agents else { continue }
      teams += (0..<count).map { j in places.map { (j + $0) % count } }
      if teams.count >= mostTeams { break }
    }
    return teams
  }
}

extension SequenceForm {
  /// Realisation weights x_i(tau, a) of a joint policy: the product of the probabilities of the actions so far.
  func sequenceWeights(_ probabilities: [Double]) -> [Double] {
    var weights = probabilities
    for (i, tree) in trees.enumerated() {
      for history in 0..<tree.count where tree.parentSequences[history] >= 0 {
        let past = weights[parameterOffsets[i] + tree.parentSequences[history]]
        for action in parameters(agent: i, history: history) { weights[action] *= past }
      }
    }
    return weights
  }
}
