// The exact values of the theory: thresholds, limits of the flow, and what greedy play makes of them.
import Foundation
import Testing

@testable import TabularDecPOMDP

@Suite struct TheoryTests {
  static let thresholds: [(levers: Int, alpha: Double)] = [
    (2, 0.5), (3, 0.3642), (4, 0.3107), (5, 0.2805), (10, 0.2193),
  ]

  @Test(arguments: thresholds) func matchingHasItsThreshold(levers: Int, alpha: Double) throws {
    let form = try SequenceForm(.matching(levers), horizon: 1)
    func side(_ alpha: Double) -> Threshold.Side { Threshold.side(form, alpha: alpha, initialisations: 4, seed: 1) }
    #expect(!side(alpha - 2e-3).isUnique)
    #expect(side(alpha + 2e-3).isUnique)
    #expect(Threshold.sufficientAlpha(form.problem, horizon: 1) == 0.5)
  }

  @Test func bisectionEnclosesTheThresholdAndReportsBothSides() throws {
    let form = try SequenceForm(.matching(4), horizon: 1)
    var sides: [Threshold.Side] = []
    let threshold = try Threshold(form, initialisations: 6, seed: 0, tolerance: 2e-3) { sides.append($0) }
    let low = try #require(threshold.low)
    #expect(low.alpha < 0.3107 && 0.3107 < threshold.high.alpha)
    #expect(threshold.high.alpha - low.alpha <= 2e-3)
    #expect(low.maxPolicyDistance > 0.1)
    #expect(threshold.high.maxPolicyDistance < 1e-6)
    #expect(threshold.high.initialisations == 6)
    #expect(threshold.bound == 0.5)
    #expect(sides.contains(low) && sides.contains(threshold.high))
  }

  @Test func aGameWithoutConflictHasNoLowerSide() throws {
    // The agents' payoffs add up: each has a best action whatever the other does.
    let problem = try DecPOMDP(
      name: "separable", states: ["s"], actions: [["a", "b"], ["a", "b"]], observations: [["o"], ["o"]], start: [1],
      transition: { _, _, _ in 1 }, observation: { _, _, _ in 1 }, reward: { _, a, _ in Double(a[0] + 2 * a[1]) })
    let threshold = try Threshold(SequenceForm(problem, horizon: 1), initialisations: 4, seed: 0, tolerance: 1e-3)
    #expect(threshold.low == nil)
    #expect(threshold.high.isUnique)
    #expect(Threshold.sufficientAlpha(problem, horizon: 2) == nil)
  }

  @Test func equalRewardsAreRefused() throws {
    let form = try SequenceForm(.levers([0, 0]), horizon: 1)
    #expect(throws: ProblemError.self) { try Threshold(form, initialisations: 2, seed: 0, tolerance: 1e-3) }
  }

  /// Close to uniform the flow returns iff alpha > 1 / m.
  @Test(arguments: [2, 3, 5, 10]) func uniformIsLocallyStableAboveOneOverM(levers: Int) throws {
    let form = try SequenceForm(.matching(levers), horizon: 1)
    var start = [Double](repeating: 0, count: 2 * levers)
    (start[0], start[levers]) = (1e-3, 1e-3)
    func distanceFromUniform(_ alpha: Double) -> Double {
      let end = GradientFlow(RegularisedObjective(form, alpha: alpha)).run(from: start)
      return FlowEnsemble.maxDistance([end.probabilities, start.map { _ in 1 / Double(levers) }])
    }
    #expect(distanceFromUniform(1 / Double(levers) + 0.01) < 1e-6)
    #expect(distanceFromUniform(1 / Double(levers) - 0.01) > 0.1)
  }

  @Test(arguments: [(0.30, 0.9537), (0.45, 0.7627), (0.49, 0.6215), (0.51, 0.5)])
  func twoLeversAreChosenWithTheirProbabilities(alpha: Double, probability: Double) throws {
    let form = try SequenceForm(.matching(2), horizon: 1)
    let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 4, seed: 3)
    for result in ensemble.results {
      let larger = result.probabilities[0] > 0.5 ? 0 : 1
      #expect(abs(result.probabilities[larger] - probability) < 1e-3)
      #expect(abs(result.probabilities[1 - larger] - (1 - probability)) < 1e-3)
      #expect(abs(result.probabilities[larger] - result.probabilities[2 + larger]) < 1e-6)
    }
    if alpha < 0.5 { #expect(Set(ensemble.results.map { $0.probabilities[0] > 0.5 }).count == 2) }
  }

  private static let nine = Array(repeating: 1.0, count: 9)

  @Test(arguments: [(0.20, 0.111), (0.5, 0.102)]) func oneBetterLeverIsTheChoiceOfAll(
    alpha: Double, probability: Double
  ) throws {
    let form = try SequenceForm(.levers(Self.nine + [1.1]), horizon: 1)
    let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 8, seed: 0)
    for result in ensemble.results { #expect(abs(result.probabilities[9] - probability) < 1e-3) }
    #expect(abs(ensemble.sampled.selfPlay - 0.10) < 5e-3)
    #expect(abs(ensemble.greedy.selfPlay - 1.1) < 1e-12)
    #expect(abs(try #require(ensemble.greedy.crossPlay) - 1.1) < 1e-12)
  }

  @Test(arguments: [0.05, 0.10]) func belowTheThresholdChoicesDiffer(alpha: Double) throws {
    let form = try SequenceForm(.levers(Self.nine + [1.1]), horizon: 1)
    let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 12, seed: 0)
    let chosen = Set(
      ensemble.results.map { result in (0..<10).max { result.probabilities[$0] < result.probabilities[$1] } })
    #expect(chosen.count > 3)
    #expect(ensemble.greedy.selfPlay > 1)
    #expect(try #require(ensemble.greedy.crossPlay) < 0.3)
  }

  /// The counter-example class: the optimal equivariant policy takes the one lever that no alpha prefers.
  @Test(arguments: [(0.2, 0.092), (0.3, 0.096), (0.5, 0.098)]) func oneWorseLeverIsAvoidedByAll(
    alpha: Double, probability: Double
  ) throws {
    let form = try SequenceForm(.levers(Self.nine + [0.9]), horizon: 1)
    let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 8, seed: 0)
    for result in ensemble.results { #expect(abs(result.probabilities[9] - probability) < 1e-3) }
    #expect(abs(try #require(ensemble.greedy.crossPlay) - 1.0 / 9) < 1e-9)
    #expect(abs(ensemble.greedy.selfPlay - 1.0 / 9) < 1e-9)
    let equivariant = (0..<20).map { $0 % 10 == 9 ? 1.0 : 0 }
    #expect(form.equivarianceError(equivariant, under: SymmetryGroup(form.problem).generators) == 0)
    #expect(RegularisedObjective(form, alpha: 0).expectedReturn(probabilities: equivariant) == 0.9)
  }

  @Test func withLittleEntropyTheOtherPlayGameIsWonAloneAndLostTogether() throws {
    let form = try SequenceForm(.levers(Self.nine + [0.9]), horizon: 1)
    let ensemble = FlowEnsemble(form, alpha: 0.05, initialisations: 24, seed: 0)
    // .9999 where one of the nine is chosen; a few choose the tenth.
    let best = ensemble.results.map(\.expectedReturn).max() ?? 0
    #expect(abs(best - 0.9999) < 1e-3)
    #expect(ensemble.sampled.selfPlay > 0.98)
    #expect((0.05...0.2).contains(try #require(ensemble.sampled.crossPlay)))
  }

  static let aboveTheThreshold: [(name: String, alpha: Double)] = [
    ("matching:4", 0.4), ("levers:1.0x9,1.1", 0.35), ("levers:1.0x9,0.9", 0.35), ("signalling", 0.4),
    ("dec-tiger", 15), ("broadcast-channel", 0.6), ("recycling-robots", 1.2), ("grid-small", 0.5),
  ]

  /// 1,000 initialisations each: docs/theory.md.
  @Test(arguments: aboveTheThreshold) func aboveTheThresholdAllReachOneEquivariantPolicy(
    name: String, alpha: Double
  ) throws {
    let named = try NamedProblem(name)
    let form = try SequenceForm(named.problem, horizon: named.horizon)
    let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 4, seed: 5, kind: .adversarial)
    #expect(ensemble.unfinishedCount == 0)
    #expect(ensemble.maxPolicyDistance < 1e-6)
    let generators = SymmetryGroup(named.problem, permutesAgents: true).generators
    for result in ensemble.results {
      #expect(form.equivarianceError(result.probabilities, under: generators) < 1e-6)
    }
    let returns = ensemble.sampled
    #expect(abs(returns.selfPlay - (try #require(returns.crossPlay))) < 1e-9)
  }
}
