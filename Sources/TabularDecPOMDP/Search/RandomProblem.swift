import CShaders
import VulkanCompute

/// Random Dec-POMDPs of two agents with a planted symmetry. A function of (seed, number).
public struct RandomProblems: Sendable, Hashable {
  public var states = 2
  /// Of each agent.
  public var actions = 2
  /// Of each agent.
  public var observations = 2
  public var seed: UInt64 = 0

  public init() {}

  /// A problem and the symmetry that was planted: tables of random numbers, averaged over the group that random
  /// permutations of states, actions and observations generate. All transitions and observations are possible, the
  /// rewards run from 0 to 1, and nothing is discounted.
  public func problem(_ number: Int) throws -> (problem: DecPOMDP, symmetry: Automorphism) {
    let joint = MixedRadix([actions, actions])
    let seen = MixedRadix([observations, observations])
    let raw = try DecPOMDP(
      name: "random-\(seed)-\(number)", discount: 1, stateNames: names("s", states),
      actionNames: Array(repeating: names("a", actions), count: 2),
      observationNames: Array(repeating: names("o", observations), count: 2), start: rows(number, 0, 1, states),
      transitions: rows(number, 1, states * joint.count, states),
      observations: rows(number, 2, joint.count * states, seen.count),
      rewards: (0..<states * joint.count).map { uniform(number, 3, $0) })
    let symmetry = permutation(number, of: raw)
    return (try raw.averaged(over: symmetry), symmetry)
  }

  private func names(_ prefix: String, _ count: Int) -> [String] { (0..<count).map { "\(prefix)\($0)" } }

  /// From (0, 1).
  private func uniform(_ number: Int, _ table: UInt32, _ entry: Int) -> Double {
    let words = CounterRandom.words(
      seed: seed, purpose: PURPOSE_RANDOM_PROBLEM, UInt32(number), UInt32(entry), table)
    return (Double(words.x) + 0.5) * 0x1p-32
  }

  /// Distributions; squares of uniform numbers, so that some outcomes are rare.
  private func rows(_ number: Int, _ table: UInt32, _ count: Int, _ length: Int) -> [Double] {
    (0..<count).flatMap { row in
      let weights = (0..<length).map { entry in
        let u = uniform(number, table, row * length + entry)
        return u * u
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  /// Random permutations; never the identity on the actions of both agents.
  private func permutation(_ number: Int, of problem: DecPOMDP) -> Automorphism {
    var place = 0
    func shuffled(_ count: Int) -> [Int] {
      var list = Array(0..<count)
      for k in stride(from: count - 1, to: 0, by: -1) {
        list.swapAt(k, Int(uniform(number, 4, place) * Double(k + 1)))
        place += 1
      }
      return list
    }
    var phi = Automorphism.identity(of: problem)
    phi.states = shuffled(states)
    phi.observations = [shuffled(observations), shuffled(observations)]
    let identity = Array(0..<actions)
    repeat { phi.actions = [shuffled(actions), shuffled(actions)] } while phi.actions == [identity, identity]
    return phi
  }
}

extension DecPOMDP {
  /// The mean of the problem's images under all powers of phi: phi is a symmetry of it.
  func averaged(over phi: Automorphism) throws -> DecPOMDP {
    let identity = Automorphism.identity(of: self)
    var powers = [identity]
    while powers[powers.count - 1].followed(by: phi) != identity {
      powers.append(powers[powers.count - 1].followed(by: phi))
    }
    return try averaged(over: powers)
  }

  /// The mean of the problem's images under a group, with rewards that run from 0 to 1, or are all 0: all its elements are
  /// symmetries.
  ///
  /// - Parameter group: All elements.
  func averaged(over group: [Automorphism]) throws -> DecPOMDP {
    let joint = MixedRadix(actionCounts)
    let seen = MixedRadix(observationCounts)
    let maps = group.map { phi in
      (
        states: phi.states,
        actions: (0..<joint.count).map { joint.number(phi.image(joint.digits(of: $0), phi.actions)) },
        observations: (0..<seen.count).map { seen.number(phi.image(seen.digits(of: $0), phi.observations)) }
      )
    }
    let share = 1 / Double(group.count)
    var start = [Double](repeating: 0, count: self.start.count)
    var transitions = [Double](repeating: 0, count: self.transitions.count)
    var observations = [Double](repeating: 0, count: self.observations.count)
    var rewards = [Double](repeating: 0, count: self.rewards.count)
    for map in maps {
      for s in 0..<stateCount {
        start[s] += share * self.start[map.states[s]]
        for a in 0..<joint.count {
          let (row, image) = (s * joint.count + a, map.states[s] * joint.count + map.actions[a])
          rewards[row] += share * self.rewards[image]
          for next in 0..<stateCount {
            transitions[row * stateCount + next] += share * self.transitions[image * stateCount + map.states[next]]
          }
          let (first, firstImage) = (
            (a * stateCount + s) * seen.count, (map.actions[a] * stateCount + map.states[s]) * seen.count
          )
          for o in 0..<seen.count {
            observations[first + o] += share * self.observations[firstImage + map.observations[o]]
          }
        }
      }
    }
    let (least, most) = (rewards.min() ?? 0, rewards.max() ?? 1)
    return try DecPOMDP(
      name: name, discount: discount, stateNames: stateNames, actionNames: actionNames,
      observationNames: observationNames, start: start, transitions: transitions, observations: observations,
      rewards: rewards.map { most - least > 1e-9 ? ($0 - least) / (most - least) : 0 })
  }
}
