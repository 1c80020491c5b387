// Exhaustive search for a symmetry with given images of some points, with pruning.

/// Assigns images point by point and gives up a branch as soon as the tables tell the points apart.
///
/// Agents and states come first: an image of a state must agree in b0 and in invariants (the rewards of the state, the
/// transitions between it and every state that has an image already, both as unordered collections over the joint
/// actions). Then actions and observations, the agents in turn, so that whole joint actions soon have images: from then
/// on P, R and O are compared entry by entry, and a finished assignment is a symmetry.
struct AutomorphismSearch {
  /// In the order in which they get images.
  let points: [SymmetryPoint]

  private let permutesAgents: Bool
  private let actionCounts, observationCounts: [Int]
  private let jointActions, jointObservations: MixedRadix
  private let jointActionMembers, jointObservationMembers: [[Int]]
  // Classes of values: equal up to rounding.
  private let start, transitions, rewards, observations: [Int]
  /// (states), (states, states): classes of what is the same for every order of the joint actions.
  private let stateInvariants, pairInvariants: [Int]
  private let stateCount: Int

  private var current: Automorphism
  /// -1 where a point has no image yet; the images are in `current`.
  private var usedAgents, usedStates: Set<Int>
  private var usedActions, usedObservations: [Set<Int>]
  private var hasAction, hasObservation: [[Bool]]

  init(_ problem: DecPOMDP, permutesAgents: Bool) {
    self.permutesAgents = permutesAgents
    actionCounts = problem.actionCounts
    observationCounts = problem.observationCounts
    jointActions = MixedRadix(actionCounts)
    jointObservations = MixedRadix(observationCounts)
    jointActionMembers = (0..<jointActions.count).map { [jointActions] in jointActions.digits(of: $0) }
    jointObservationMembers = (0..<jointObservations.count).map { [jointObservations] in
      jointObservations.digits(of: $0)
    }
    stateCount = problem.stateCount
    start = ValueClasses.of(problem.start)
    transitions = ValueClasses.of(problem.transitions)
    rewards = ValueClasses.of(problem.rewards)
    observations = ValueClasses.of(problem.observations)
    let (states, joint, seen) = (problem.stateCount, jointActions.count, jointObservations.count)
    stateInvariants = ValueClasses.of(
      (0..<states).map { [start, rewards, observations] s in
        let seenHere = (0..<joint).flatMap { a in (0..<seen).map { observations[(a * states + s) * seen + $0] } }
        return [start[s]] + (0..<joint).map { rewards[s * joint + $0] }.sorted() + seenHere.sorted()
      })
    pairInvariants = ValueClasses.of(
      (0..<states * states).map { [transitions] pair in
        (0..<joint).map { transitions[(pair / states * joint + $0) * states + pair % states] }.sorted()
      })
    var points = permutesAgents ? actionCounts.indices.map { SymmetryPoint.agent($0) } : []
    points += (0..<states).map { .state($0) }
    for a in 0..<(actionCounts.max() ?? 0) {
      points += actionCounts.indices.filter { a < problem.actionCounts[$0] }.map { .action(agent: $0, a) }
    }
    for o in 0..<(observationCounts.max() ?? 0) {
      points += observationCounts.indices.filter { o < problem.observationCounts[$0] }.map {
        .observation(agent: $0, o)
      }
    }
    self.points = points
    current = .identity(of: problem)
    (usedAgents, usedStates) = ([], [])
    usedActions = Array(repeating: [], count: actionCounts.count)
    usedObservations = usedActions
    hasAction = actionCounts.map { Array(repeating: false, count: $0) }
    hasObservation = observationCounts.map { Array(repeating: false, count: $0) }
  }

  /// Points of the same kind.
  func candidates(for point: SymmetryPoint) -> [SymmetryPoint] {
    switch point {
    case .agent: actionCounts.indices.map { .agent($0) }
    case .state: (0..<stateCount).map { .state($0) }
    case .action(let i, _):
      actionCounts.indices.filter { permutesAgents || $0 == i }.flatMap { j in
        (0..<actionCounts[j]).map { .action(agent: j, $0) }
      }
    case .observation(let i, _):
      observationCounts.indices.filter { permutesAgents || $0 == i }.flatMap { j in
        (0..<observationCounts[j]).map { .observation(agent: j, $0) }
      }
    }
  }

  /// A symmetry that leaves the first `count` points where they are and maps `point`, the one after, to `image`.
  mutating func find(fixing count: Int, mapping point: SymmetryPoint, to image: SymmetryPoint) -> Automorphism? {
    var assigned = 0
    defer { for k in (0..<assigned).reversed() { remove(points[k]) } }
    for k in 0..<count {
      guard assign(points[k], to: points[k]) else { return nil }
      assigned += 1
    }
    guard assign(point, to: image) else { return nil }
    assigned += 1
    return complete(from: assigned)
  }

  private mutating func complete(from k: Int) -> Automorphism? {
    guard k < points.count else { return current }
    for candidate in candidates(for: points[k]) where assign(points[k], to: candidate) {
      let found = complete(from: k + 1)
      remove(points[k])
      if let found { return found }
    }
    return nil
  }

  /// Gives a point its image; false, with nothing changed, where that cannot be part of a symmetry.
  private mutating func assign(_ point: SymmetryPoint, to image: SymmetryPoint) -> Bool {
    switch (point, image) {
    case (.agent(let i), .agent(let j)):
      guard !usedAgents.contains(j), actionCounts[i] == actionCounts[j], observationCounts[i] == observationCounts[j]
      else { return false }
      current.agents[i] = j
      usedAgents.insert(j)
    case (.state(let s), .state(let t)):
      guard !usedStates.contains(t), stateInvariants[s] == stateInvariants[t] else { return false }
      current.states[s] = t
      for u in 0...s {
        let v = current.states[u]
        guard pairInvariants[s * stateCount + u] == pairInvariants[t * stateCount + v],
          pairInvariants[u * stateCount + s] == pairInvariants[v * stateCount + t]
        else { return false }
      }
      usedStates.insert(t)
    case (.action(let i, let a), .action(let j, let b)):
      guard j == current.agents[i], !usedActions[j].contains(b) else { return false }
      current.actions[i][a] = b
      hasAction[i][a] = true
      guard jointActionsAgree(containing: a, of: i) else {
        hasAction[i][a] = false
        return false
      }
      usedActions[j].insert(b)
    case (.observation(let i, let o), .observation(let j, let p)):
      guard j == current.agents[i], !usedObservations[j].contains(p) else { return false }
      current.observations[i][o] = p
      hasObservation[i][o] = true
      guard jointObservationsAgree(containing: o, of: i) else {
        hasObservation[i][o] = false
        return false
      }
      usedObservations[j].insert(p)
    default: return false
    }
    return true
  }

  private mutating func remove(_ point: SymmetryPoint) {
    switch point {
    case .agent(let i): usedAgents.remove(current.agents[i])
    case .state(let s): usedStates.remove(current.states[s])
    case .action(let i, let a):
      hasAction[i][a] = false
      usedActions[current.agents[i]].remove(current.actions[i][a])
    case .observation(let i, let o):
      hasObservation[i][o] = false
      usedObservations[current.agents[i]].remove(current.observations[i][o])
    }
  }

  /// Whether P and R of the joint actions with this action that have an image agree with those of the image.
  private func jointActionsAgree(containing action: Int, of agent: Int) -> Bool {
    for (number, members) in jointActionMembers.enumerated() {
      guard members[agent] == action, members.indices.allSatisfy({ hasAction[$0][members[$0]] }) else { continue }
      let image = image(members, current.actions, jointActions)
      for s in 0..<stateCount {
        let row = s * jointActions.count + number
        let imageRow = current.states[s] * jointActions.count + image
        guard rewards[row] == rewards[imageRow] else { return false }
        for next in 0..<stateCount {
          guard transitions[row * stateCount + next] == transitions[imageRow * stateCount + current.states[next]]
          else { return false }
        }
      }
    }
    return true
  }

  /// Whether O of the joint observations with this observation that have an image agrees with that of the image.
  private func jointObservationsAgree(containing observation: Int, of agent: Int) -> Bool {
    for (number, members) in jointObservationMembers.enumerated() {
      guard members[agent] == observation, members.indices.allSatisfy({ hasObservation[$0][members[$0]] })
      else { continue }
      let seen = image(members, current.observations, jointObservations)
      for (a, actions) in jointActionMembers.enumerated() {
        let imageAction = image(actions, current.actions, jointActions)
        for s in 0..<stateCount {
          let entry = (a * stateCount + s) * jointObservations.count + number
          let imageEntry = (imageAction * stateCount + current.states[s]) * jointObservations.count + seen
          guard observations[entry] == observations[imageEntry] else { return false }
        }
      }
    }
    return true
  }

  /// The number of the joint action or observation that one becomes.
  private func image(_ members: [Int], _ maps: [[Int]], _ radix: MixedRadix) -> Int {
    members.indices.reduce(0) { $0 + maps[$1][members[$1]] * radix.strides[current.agents[$1]] }
  }
}
