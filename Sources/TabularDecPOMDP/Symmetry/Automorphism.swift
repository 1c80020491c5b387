// A symmetry of a Dec-POMDP.

/// Bijections on agents, states, and every agent's actions and observations that leave P, R, O and b0 as they are.
public struct Automorphism: Sendable, Hashable {
  /// The agent that each agent becomes.
  public internal(set) var agents: [Int]
  public internal(set) var states: [Int]
  /// Of agent i: the action of agent `agents[i]` that each action becomes.
  public internal(set) var actions: [[Int]]
  /// Of agent i: the observation of agent `agents[i]` that each observation becomes.
  public internal(set) var observations: [[Int]]

  public static func identity(of problem: DecPOMDP) -> Automorphism {
    Automorphism(
      agents: Array(0..<problem.agentCount), states: Array(0..<problem.stateCount),
      actions: problem.actionCounts.map { Array(0..<$0) }, observations: problem.observationCounts.map { Array(0..<$0) }
    )
  }

  /// First `self`, then `next`.
  public func followed(by next: Automorphism) -> Automorphism {
    func compose(_ maps: [[Int]], _ nextMaps: [[Int]]) -> [[Int]] {
      maps.indices.map { i in maps[i].map { nextMaps[agents[i]][$0] } }
    }
    return Automorphism(
      agents: agents.map { next.agents[$0] }, states: states.map { next.states[$0] },
      actions: compose(actions, next.actions), observations: compose(observations, next.observations))
  }

  public var inverse: Automorphism {
    func invert(_ map: [Int]) -> [Int] {
      var inverse = map
      for (from, to) in map.enumerated() { inverse[to] = from }
      return inverse
    }
    let back = invert(agents)
    return Automorphism(
      agents: back, states: invert(states), actions: back.map { invert(actions[$0]) },
      observations: back.map { invert(observations[$0]) })
  }

  /// The joint action or observation that one becomes, by its members.
  func image(_ members: [Int], _ maps: [[Int]]) -> [Int] {
    var image = members
    for i in members.indices { image[agents[i]] = maps[i][members[i]] }
    return image
  }

  /// The largest difference of an entry of P, R, O or b0 to that of its image: 0 up to rounding for a symmetry.
  public func error(on problem: DecPOMDP) -> Double {
    let joint = MixedRadix(problem.actionCounts)
    let jointObservations = MixedRadix(problem.observationCounts)
    let actionImages = (0..<joint.count).map { joint.number(image(joint.digits(of: $0), actions)) }
    let observationImages = (0..<jointObservations.count).map {
      jointObservations.number(image(jointObservations.digits(of: $0), observations))
    }
    let count = problem.stateCount
    var worst = 0.0
    for s in 0..<count {
      worst = max(worst, abs(problem.start[s] - problem.start[states[s]]))
      for a in 0..<joint.count {
        let row = s * joint.count + a
        let imageRow = states[s] * joint.count + actionImages[a]
        worst = max(worst, abs(problem.rewards[row] - problem.rewards[imageRow]))
        for next in 0..<count {
          let difference =
            problem.transitions[row * count + next] - problem.transitions[imageRow * count + states[next]]
          worst = max(worst, abs(difference))
        }
        let seen = (a * count + s) * jointObservations.count
        let imageSeen = (actionImages[a] * count + states[s]) * jointObservations.count
        for o in 0..<jointObservations.count {
          let difference = problem.observations[seen + o] - problem.observations[imageSeen + observationImages[o]]
          worst = max(worst, abs(difference))
        }
      }
    }
    return worst
  }
}
