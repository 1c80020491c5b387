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
    #expect(group.order == GroupOrder(all.count))
    #expect(group.elements(of: problem, limit: 10_000).map(Set.init) == all)
    for generator in group.generators { #expect(generator.error(on: problem) < 1e-9) }
  }

  /// A random group of permutations of the points of a problem, by generators.
  private func randomGroup(_ problem: DecPOMDP, generators: Int, exchanges: Bool, seed: UInt64) -> [Automorphism] {
    var numbers = SplitMix64(state: seed)
    func shuffled(_ count: Int) -> [Int] {
      var list = Array(0..<count)
      for k in stride(from: count - 1, to: 0, by: -1) { list.swapAt(k, Int(numbers.next() % UInt64(k + 1))) }
      return list
    }
    let random = (0..<generators).map { number in
      var phi = Automorphism.identity(of: problem)
      if exchanges, number == 0 { phi.agents = [1, 0] }
      phi.states = shuffled(problem.stateCount)
      phi.actions = problem.actionCounts.map { shuffled($0) }
      phi.observations = problem.observationCounts.map { shuffled($0) }
      return phi
    }
    var group: Set = [Automorphism.identity(of: problem)]
    var open = Array(group)
    while let next = open.popLast() {
      for phi in random where group.insert(next.followed(by: phi)).inserted { open.append(next.followed(by: phi)) }
    }
    return Array(group)
  }

  /// Problems in which a random group was planted; some of them have more symmetries than that.
  @Test(arguments: 0..<12) func plantedGroupsAreFoundWhole(seed: Int) throws {
    let (states, actions, observations) = [(3, 2, 2), (4, 2, 1), (2, 3, 2), (1, 3, 2)][seed % 4]
    let raw = try Examples.random(
      agents: 2, states: states, actions: actions, observations: observations, seed: UInt64(seed))
    let planted = randomGroup(raw, generators: 1 + seed % 2, exchanges: seed % 3 == 0, seed: UInt64(100 + seed))
    let problem = try raw.averaged(over: planted)
    for permutesAgents in [false, true] {
      let all = allSymmetries(of: problem, permutesAgents: permutesAgents)
      let group = SymmetryGroup(problem, permutesAgents: permutesAgents)
      #expect(group.isComplete)
      #expect(group.order == GroupOrder(all.count))
      #expect(group.elements(of: problem, limit: 100_000).map(Set.init) == all)
      if permutesAgents { #expect(planted.allSatisfy(all.contains)) }
    }
  }

  /// Every state orders the rewards of the four joint actions in its own way, all 24 of them: what tells states apart by
  /// themselves tells nothing, and a search that gives states images first tries 24! of them.
  private func orders() throws -> DecPOMDP {
    func permutations(_ rest: [Double]) -> [[Double]] {
      rest.isEmpty ? [[]] : rest.flatMap { first in permutations(rest.filter { $0 != first }).map { [first] + $0 } }
    }
    let rewards = permutations([0, 1, 2, 3])
    return try DecPOMDP(
      name: "orders", states: rewards.indices.map { "s\($0)" }, actions: [["a", "b"], ["a", "b"]],
      observations: [["o"], ["o"]], start: rewards.map { _ in 1.0 / 24 }, transition: { _, _, _ in 1.0 / 24 },
      observation: { _, _, _ in 1 }, reward: { s, a, _ in rewards[s][2 * a[0] + a[1]] })
  }

  @Test(.timeLimit(.minutes(1))) func statesThatLookAlikeAreToldApartByActions() throws {
    // Either agent's actions may be exchanged, and the agents.
    #expect(SymmetryGroup(try orders()).order == GroupOrder(4))
    #expect(SymmetryGroup(try orders(), permutesAgents: true).order == GroupOrder(8))
  }

  @Test(.timeLimit(.minutes(1))) func ordersReachFactorials() throws {
    // 30 states that are never left and pay the same, and two actions that do: 2 * 30!
    let problem = try DecPOMDP(
      name: "alike", states: (0..<30).map { "s\($0)" }, actions: [["a", "b"], ["a"]], observations: [["o"], ["o"]],
      start: Array(repeating: 1.0 / 30, count: 30), transition: { s, _, next in s == next ? 1 : 0 },
      observation: { _, _, _ in 1 }, reward: { _, _, _ in 1 })
    let group = SymmetryGroup(problem, permutesAgents: true)
    #expect(group.order.description == "530505719624382117272616960000000")
    #expect(group.generators.count < 40)
    for generator in group.generators { #expect(generator.error(on: problem) == 0) }
  }

  @Test func ordersArePrintedWithAllTheirDigits() {
    var order = GroupOrder.one
    for factor in 1...30 { order *= factor }
    #expect(order.description == "265252859812191058636308480000000")
    #expect(order.rounded == 2.6525285981219107e32)
    for factor in 31...200 { order *= factor }
    #expect(order.rounded == .infinity)
    #expect(GroupOrder(1_000_000_007).description == "1000000007")
    var large = GroupOrder(999_999_999)
    large *= 1 << 32
    #expect(large.description == "4294967291705032704")
  }

  @Test func aSearchThatIsGivenUpSaysWhatItKnows() throws {
    let problem = try DecPOMDP.matching(10)
    let whole = SymmetryGroup(problem)
    var before = 1.0
    for budget in [0, 10_000, 30_000, 100_000, 1_000_000] {
      let group = SymmetryGroup(problem, budget: budget)
      #expect(group.order.rounded >= before && group.order.rounded <= whole.order.rounded)
      #expect(group.isComplete == (group.order == whole.order))
      for generator in group.generators { #expect(generator.error(on: problem) == 0) }
      before = group.order.rounded
    }
    #expect(SymmetryGroup(problem, budget: 0).order == .one)
    #expect(!SymmetryGroup(problem, budget: 0).isComplete)
    #expect(before == 3_628_800)
  }

  /// What is impossible in one place has no image that is possible, however rare.
  @Test func theImpossibleIsNotTheRare() throws {
    let problem = try DecPOMDP(
      name: "rare", states: ["s"], actions: [["a", "b"], ["a"]], observations: [["o", "p"], ["o"]], start: [1],
      transition: { _, _, _ in 1 },
      observation: { a, _, o in a[0] == 0 ? (o[0] == 0 ? 1 : 0) : (o[0] == 0 ? 1 - 1e-10 : 1e-10) },
      reward: { _, _, _ in 0 })
    #expect(SymmetryGroup(problem).order == .one)
    let form = try SequenceForm(problem, horizon: 2)
    let generators = SymmetryGroup(problem, permutesAgents: true).generators
    #expect(form.equivarianceError(Examples.policy(form, seed: 1), under: generators) == 0)
  }

  @Test func theOrdersOfTheBuiltInProblemsAreKnown() throws {
    #expect(SymmetryGroup(try .matching(10)).order == GroupOrder(3_628_800))
    #expect(SymmetryGroup(try .matching(10), permutesAgents: true).order == GroupOrder(7_257_600))
    #expect(SymmetryGroup(try .levers(Array(repeating: 1, count: 9) + [0.9])).order == GroupOrder(362_880))
    // Left and right, with what is heard.
    #expect(SymmetryGroup(try .decTiger()).order == GroupOrder(2))
    #expect(SymmetryGroup(try .decTiger(), permutesAgents: true).order == GroupOrder(4))
    #expect(SymmetryGroup(try .recyclingRobots()).order == GroupOrder(1))
    #expect(SymmetryGroup(try .recyclingRobots(), permutesAgents: true).order == GroupOrder(2))
    // The nodes of the channel get messages at different rates.
    #expect(SymmetryGroup(try .broadcastChannel(), permutesAgents: true).order == GroupOrder(1))
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
