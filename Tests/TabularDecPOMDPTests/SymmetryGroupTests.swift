// Symmetries of problems and what they do to policies.
import Testing

@testable import TabularDecPOMDP

@Suite struct SymmetryGroupTests {
  /// Every assignment of images is tried: the slow, obvious twin of the search.
  private func allSymmetries(of problem: DecPOMDP, permutesAgents: Bool) -> Set<Automorphism> {
    func permutations(_ count: Int) -> [[Int]] {
      count == 0
        ? [[]]
        : permutations(count - 1).flatMap { rest in
          (0..<count).map { place in
            var longer = rest
            longer.insert(count - 1, at: place)
            return longer
          }
        }
    }
    func products(_ counts: [Int]) -> [[[Int]]] {
      counts.reduce([[]]) { lists, count in lists.flatMap { list in permutations(count).map { list + [$0] } } }
    }
    let identity = Automorphism.identity(of: problem)
    var found: Set<Automorphism> = []
    let sameKind = permutations(problem.agentCount).filter { agents in
      agents.indices.allSatisfy {
        problem.actionCounts[$0] == problem.actionCounts[agents[$0]]
          && problem.observationCounts[$0] == problem.observationCounts[agents[$0]]
      }
    }
    for agents in permutesAgents ? sameKind : [identity.agents] {
      for states in permutations(problem.stateCount) {
        for actions in products(problem.actionCounts) {
          for observations in products(problem.observationCounts) {
            var phi = identity
            (phi.agents, phi.states, phi.actions, phi.observations) = (agents, states, actions, observations)
            if phi.error(on: problem) < 1e-9 { found.insert(phi) }
          }
        }
      }
    }
    return found
  }

  static let problems: [@Sendable () throws -> DecPOMDP] = [
    { try .matching(3) }, { try .levers([1, 0.5, 1]) }, { try .levers([1, 1], agents: 3) }, { try .decTiger() },
    { try .signalling() }, { try .broadcastChannel() }, { try Examples.random(agents: 2, seed: 4) },
  ]

  @Test(arguments: problems.indices, [false, true]) func theGroupIsThatOfTryingEverything(
    number: Int, permutesAgents: Bool
  ) throws {
    let problem = try Self.problems[number]()
    let group = SymmetryGroup(problem, permutesAgents: permutesAgents)
    let all = allSymmetries(of: problem, permutesAgents: permutesAgents)
    #expect(group.order == Double(all.count))
    #expect(group.elements(of: problem, limit: 10_000).map(Set.init) == all)
    for generator in group.generators { #expect(generator.error(on: problem) < 1e-9) }
  }

  @Test func theOrdersOfTheBuiltInProblemsAreKnown() throws {
    #expect(SymmetryGroup(try .matching(10)).order == 3_628_800)
    #expect(SymmetryGroup(try .matching(10), permutesAgents: true).order == 7_257_600)
    #expect(SymmetryGroup(try .levers(Array(repeating: 1, count: 9) + [0.9])).order == 362_880)
    // Left and right, with what is heard.
    #expect(SymmetryGroup(try .decTiger()).order == 2)
    #expect(SymmetryGroup(try .decTiger(), permutesAgents: true).order == 4)
    #expect(SymmetryGroup(try .recyclingRobots()).order == 1)
    #expect(SymmetryGroup(try .recyclingRobots(), permutesAgents: true).order == 2)
    // The nodes of the channel get messages at different rates.
    #expect(SymmetryGroup(try .broadcastChannel(), permutesAgents: true).order == 1)
  }

  @Test func symmetriesFormAGroup() throws {
    let problem = try DecPOMDP.levers([1, 1, 0.5], agents: 3)
    let elements = try #require(SymmetryGroup(problem, permutesAgents: true).elements(of: problem, limit: 1000))
    let all = Set(elements)
    #expect(elements.count == 12)
    let identity = Automorphism.identity(of: problem)
    for phi in elements {
      #expect(all.contains(phi.inverse))
      #expect(phi.followed(by: phi.inverse) == identity)
      for psi in elements { #expect(all.contains(phi.followed(by: psi))) }
    }
  }

  @Test(arguments: problems.indices) func symmetriesActOnPoliciesAndKeepTheReturn(number: Int) throws {
    let problem = try Self.problems[number]()
    let form = try SequenceForm(problem, horizon: problem.stateCount > 1 ? 2 : 1)
    let group = SymmetryGroup(problem, permutesAgents: true)
    let elements = try #require(group.elements(of: problem, limit: 100))
    let policy = Examples.policy(form, seed: 31)
    let twin = NaiveReturn(form: form, probabilities: policy, alpha: 0.5).value
    for phi in elements {
      let image = form.transformed(policy, by: phi)
      #expect(abs(NaiveReturn(form: form, probabilities: image, alpha: 0.5).value - twin) < 1e-10 * (1 + abs(twin)))
      #expect(form.transformed(image, by: phi.inverse) == policy)
      let psi = elements[elements.count / 2]
      #expect(form.transformed(image, by: psi) == form.transformed(policy, by: phi.followed(by: psi)))
    }
  }

  @Test func equivarianceIsRecognised() throws {
    let form = try SequenceForm(.decTiger(), horizon: 2)
    let group = SymmetryGroup(form.problem)
    let policy = Examples.policy(form, seed: 2)
    #expect(form.equivarianceError(policy, under: group.generators) > 0.05)
    // The mean of a policy and its mirror image.
    let mean = zip(policy, form.transformed(policy, by: group.generators[0])).map { ($0 + $1) / 2 }
    #expect(form.equivarianceError(mean, under: group.generators) < 1e-15)
  }
}
