// Self-play and cross-play between initialisations.
import Testing

@testable import TabularDecPOMDP

@Suite struct CrossPlayReturnsTests {
  private func team(_ form: SequenceForm, _ policies: [[Double]], _ members: [Int]) -> Double {
    var mixed = policies[0]
    for (i, member) in members.enumerated() {
      let range = form.parameterOffsets[i]..<form.parameterOffsets[i] + form.trees[i].sequenceCount
      mixed.replaceSubrange(range, with: policies[member][range])
    }
    return NaiveReturn(form: form, probabilities: mixed, alpha: 0).value
  }

  @Test func pairsAreThoseOfTheDefinition() throws {
    let form = try SequenceForm(.decTiger(), horizon: 2)
    let policies = (0..<4).map { Examples.policy(form, seed: UInt64($0)) }
    let returns = CrossPlayReturns(form, policies: policies)
    let own = policies.indices.map { team(form, policies, [$0, $0]) }
    let pairs = policies.indices.flatMap { i in
      policies.indices.filter { $0 != i }.map { team(form, policies, [i, $0]) }
    }
    #expect(abs(returns.selfPlay - own.reduce(0, +) / 4) < 1e-10)
    #expect(abs(try #require(returns.crossPlay) - pairs.reduce(0, +) / 12) < 1e-10)
    #expect(returns.teams == 12)
  }

  @Test func teamsOfThreeAreDistinctAndSeatEveryPolicyEquallyOften() throws {
    let form = try SequenceForm(.levers([1, 0.5], agents: 3), horizon: 1)
    let policies = (0..<5).map { Examples.policy(form, seed: UInt64($0)) }
    let teams = CrossPlayReturns.cyclicTeams(of: 5, agents: 3)
    #expect(teams.allSatisfy { Set($0).count == 3 })
    for seat in 0..<3 { for j in 0..<5 { #expect(teams.count { $0[seat] == j } == teams.count / 5) } }
    let mean = teams.reduce(0) { $0 + team(form, policies, $1) } / Double(teams.count)
    let returns = CrossPlayReturns(form, policies: policies)
    #expect(abs(try #require(returns.crossPlay) - mean) < 1e-12)
    #expect(returns.teams == teams.count)
  }

  @Test func oneInitialisationHasNoCrossPlay() throws {
    let form = try SequenceForm(.matching(2), horizon: 1)
    let returns = CrossPlayReturns(form, policies: [Examples.policy(form, seed: 1)])
    #expect(returns.crossPlay == nil)
    #expect(returns.teams == 0)
  }

  @Test func greedyPlaysAllTiedActionsAlike() throws {
    let form = try SequenceForm(.matching(3), horizon: 1)
    #expect(form.greedy([0.4, 0.4 - 1e-9, 0.2, 0.1, 0.2, 0.7]) == [0.5, 0.5, 0, 0, 0, 1])
  }
}
