// A Dec-POMDP over a horizon as tensors over the agents' histories.

/// What the exact return of a joint policy needs of a problem, with the policy taken out.
///
/// The probability of a joint history and joint action is (what the environment contributes) x prod_i x_i, where the
/// realisation weight x_i(tau_i, a_i) is the product of agent i's action probabilities along the way. So with
///   C_t[(tau_1,a_1), ...] = gamma^t sum_s P(s, observations of tau | actions of tau) R(s, a)
///   M_t[tau_1, ...]       =         sum_s P(s, observations of tau | actions of tau)
/// the expected return is sum_t C_t contracted with x_1, ..., x_n: linear in each agent's weights. The tensors are
/// filled once, by dynamic programming over the joint histories.
/// Source of the sequence form: Koller, Megiddo, von Stengel, "Fast algorithms for finding randomized strategies in game
/// trees", STOC 1994.
public struct SequenceForm: Sendable {
  public let problem: DecPOMDP
  /// T, steps per episode.
  public let horizon: Int
  public let trees: [HistoryTree]
  /// Where each agent's logits and probabilities begin; an agent's stand in the order of its sequences.
  public let parameterOffsets: [Int]
  /// Logits of all agents.
  public let parameterCount: Int
  /// Where each agent's numbers per history begin.
  let historyOffsets: [Int]
  let historyCount: Int
  /// C_t, per t: (sequences of length t of agent 1, ..., of agent n).
  let rewardTensors: [[Double]]
  /// M_t, per t: (histories of length t of agent 1, ..., of agent n).
  let reachTensors: [[Double]]

  /// On all processors; what comes out does not depend on them.
  ///
  /// - Throws: `ProblemError` where the joint histories are too many; it gives the largest feasible horizon.
  public init(_ problem: DecPOMDP, horizon: Int) throws {
    guard horizon >= 1 else { throw ProblemError("the horizon \(horizon) must be at least 1") }
    try JointHistoryCount.check(problem, horizon: horizon)
    self.problem = problem
    self.horizon = horizon
    let actions = problem.actionCounts
    let observations = problem.observationCounts
    let walk = JointHistoryWalk(problem: problem, horizon: horizon)
    let nowhere = actions.indices.map { i in
      var size = 1
      return (0..<horizon).map { _ -> [Bool] in
        defer { size *= actions[i] * observations[i] }
        return [Bool](repeating: false, count: size)
      }
    }
    let parts = walk.parallelMap { part in
      var reachable = nowhere
      walk.visit(part) { length, histories, _ in
        for i in histories.indices { reachable[i][length][histories[i]] = true }
      }
      return reachable
    }
    var reachable = nowhere
    for part in parts {
      for i in actions.indices {
        for length in 0..<horizon {
          for history in part[i][length].indices where part[i][length][history] { reachable[i][length][history] = true }
        }
      }
    }
    let trees = actions.indices.map {
      HistoryTree(actionCount: actions[$0], observationCount: observations[$0], reachable: reachable[$0])
    }
    // Number of every conceivable history within its length.
    let numbers = reachable.map { layers in
      layers.map { layer -> [Int] in
        var next = -1
        return layer.map { isReachable in
          next += isReachable ? 1 : 0
          return next
        }
      }
    }
    func histories(_ t: Int) -> [Int] { trees.map { $0.layerStarts[t + 1] - $0.layerStarts[t] } }
    let historyRadix = (0..<horizon).map { MixedRadix(histories($0)) }
    let sequenceRadix = (0..<horizon).map { MixedRadix(zip(histories($0), actions).map(*)) }
    let jointActions = MixedRadix(actions)
    // Distance in C_t from the first joint action of a joint history to another.
    let actionSteps = sequenceRadix.map { radix in
      (0..<jointActions.count).map { radix.number(jointActions.digits(of: $0)) }
    }
    let rewards = sequenceRadix.map { DoubleBuffer($0.count) }
    let reaches = historyRadix.map { DoubleBuffer($0.count) }
    // Every entry is written for one joint history, which is in one part.
    nonisolated(unsafe) let (rewardPlaces, reachPlaces) = (rewards.map(\.pointer), reaches.map(\.pointer))
    _ = walk.parallelMap { part in
      walk.visit(part) { length, conceivable, weights in
        let joint = conceivable.indices.map { numbers[$0][length][conceivable[$0]] }
        reachPlaces[length][historyRadix[length].number(joint)] = weights.reduce(0, +)
        let first = sequenceRadix[length].number(zip(joint, actions).map(*))
        var factor = 1.0
        for _ in 0..<length { factor *= problem.discount }
        for a in 0..<jointActions.count {
          var reward = 0.0
          for s in weights.indices { reward += weights[s] * problem.rewards[s * jointActions.count + a] }
          rewardPlaces[length][first + actionSteps[length][a]] = factor * reward
        }
      }
    }
    self.trees = trees
    rewardTensors = rewards.map(\.values)
    reachTensors = reaches.map(\.values)
    var parameterOffsets: [Int] = []
    var historyOffsets: [Int] = []
    var (parameters, histories) = (0, 0)
    for tree in trees {
      parameterOffsets.append(parameters)
      historyOffsets.append(histories)
      parameters += tree.sequenceCount
      histories += tree.count
    }
    self.parameterOffsets = parameterOffsets
    self.historyOffsets = historyOffsets
    (parameterCount, historyCount) = (parameters, histories)
  }

  /// Where agent i's logits of a history stand.
  public func parameters(agent i: Int, history: Int) -> Range<Int> {
    let first = parameterOffsets[i] + history * trees[i].actionCount
    return first..<first + trees[i].actionCount
  }
}

/// All joint histories that can occur, depth first, with the probability of every state that environment and
/// observations contribute. Part 0 is the empty history; part 1 + a holds those that begin with joint action a.
private struct JointHistoryWalk {
  let problem: DecPOMDP
  let horizon: Int

  /// The results of `body` for all parts, in their order, on all processors.
  func parallelMap<Result: Sendable>(_ body: @Sendable (Int) -> Result) -> [Result] {
    TabularDecPOMDP.parallelMap(horizon > 1 ? 1 + problem.jointActionCount : 1, body)
  }

  /// - Parameter visit: Gets the length, each agent's conceivable history by the digits of its steps, and
  ///   P(s, observations | actions) for every s.
  func visit(_ part: Int, _ visit: (Int, [Int], [Double]) -> Void) {
    let empty = [Int](repeating: 0, count: problem.agentCount)
    if part == 0 {
      visit(0, empty, problem.start)
    } else {
      step(0, empty, problem.start, action: part - 1, visit)
    }
  }

  /// The histories that go on with a joint action.
  private func step(
    _ length: Int, _ histories: [Int], _ weights: [Double], action a: Int, _ visit: (Int, [Int], [Double]) -> Void
  ) {
    let states = problem.stateCount
    let actions = MixedRadix(problem.actionCounts)
    let observations = MixedRadix(problem.observationCounts)
    var next = [Double](repeating: 0, count: states)
    for s in 0..<states where weights[s] > 0 {
      let row = (s * actions.count + a) * states
      for t in 0..<states { next[t] += weights[s] * problem.transitions[row + t] }
    }
    for o in 0..<observations.count {
      var seen = next
      var total = 0.0
      for t in 0..<states {
        seen[t] *= problem.observations[(a * states + t) * observations.count + o]
        total += seen[t]
      }
      guard total > 0 else { continue }
      let longer = histories.indices.map { i in
        (histories[i] * actions.radices[i] + actions.digit(i, of: a)) * observations.radices[i]
          + observations.digit(i, of: o)
      }
      visit(length + 1, longer, seen)
      guard length + 2 < horizon else { continue }
      for a in 0..<actions.count { step(length + 1, longer, seen, action: a, visit) }
    }
  }
}
