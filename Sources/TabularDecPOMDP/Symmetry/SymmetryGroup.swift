// All symmetries of a Dec-POMDP, by generators and order.

/// The automorphism group of a problem.
///
/// Found along a stabiliser chain: the points (agents, states, actions, observations) stand in a row b_1, b_2, ...; for
/// every k, from the last to the first, the orbit of b_k under the symmetries that fix all points before it is built
/// from the symmetries known so far and, for each point not yet in it, an exhaustive search for one that moves b_k there.
/// What is found generates the group, and its order is the product of the orbits' sizes (Sims, 1970).
public struct SymmetryGroup: Sendable {
  /// Without the identity; empty for the trivial group.
  public let generators: [Automorphism]
  /// How many symmetries there are; exact up to 2^53.
  public let order: Double
  /// Whether symmetries may exchange agents.
  public let permutesAgents: Bool

  /// - Parameter permutesAgents: Also looks for symmetries that exchange agents.
  public init(_ problem: DecPOMDP, permutesAgents: Bool = false) {
    var search = AutomorphismSearch(problem, permutesAgents: permutesAgents)
    var generators: [Automorphism] = []
    var order = 1.0
    for k in search.points.indices.reversed() {
      var orbit = Self.orbit(of: search.points[k], under: generators)
      for candidate in search.candidates(for: search.points[k]) where !orbit.contains(candidate) {
        guard let found = search.find(fixing: k, mapping: search.points[k], to: candidate) else { continue }
        generators.append(found)
        orbit = Self.orbit(of: search.points[k], under: generators)
      }
      order *= Double(orbit.count)
    }
    self.generators = generators
    self.order = order
    self.permutesAgents = permutesAgents
  }

  private static func orbit(of point: SymmetryPoint, under generators: [Automorphism]) -> Set<SymmetryPoint> {
    var orbit: Set = [point]
    var open = [point]
    while let next = open.popLast() {
      for generator in generators {
        let image = next.image(under: generator)
        if orbit.insert(image).inserted { open.append(image) }
      }
    }
    return orbit
  }

  /// All symmetries, the identity included, if there are at most `limit`.
  public func elements(of problem: DecPOMDP, limit: Int) -> [Automorphism]? {
    guard order <= Double(limit) else { return nil }
    let identity = Automorphism.identity(of: problem)
    var known: Set = [identity]
    var open = [identity]
    while let next = open.popLast() {
      for generator in generators {
        let product = next.followed(by: generator)
        if known.insert(product).inserted { open.append(product) }
      }
    }
    return known.sorted { "\($0)" < "\($1)" }
  }
}

/// What a symmetry moves.
enum SymmetryPoint: Hashable {
  case agent(Int)
  case state(Int)
  case action(agent: Int, Int)
  case observation(agent: Int, Int)

  func image(under phi: Automorphism) -> SymmetryPoint {
    switch self {
    case .agent(let i): .agent(phi.agents[i])
    case .state(let s): .state(phi.states[s])
    case .action(let i, let a): .action(agent: phi.agents[i], phi.actions[i][a])
    case .observation(let i, let o): .observation(agent: phi.agents[i], phi.observations[i][o])
    }
  }
}
