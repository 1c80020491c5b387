// The classic problems and the values of their optimal policies.
import Testing

@testable import TabularDecPOMDP

@Suite struct KnownOptimaTests {
  private static func undiscounted(_ name: String, horizon: Int) throws -> (SequenceForm, Double) {
    var problem = try NamedProblem(name).problem
    problem.discount = 1
    return (
      try SequenceForm(problem, horizon: horizon), try #require(KnownOptima.value(of: problem, horizon: horizon))
    )
  }

  /// 64 initialisations, and longer horizons: docs/theory.md.
  @Test(arguments: [
    ("dec-tiger", 2, 4), ("dec-tiger", 3, 1), ("broadcast-channel", 2, 6), ("recycling-robots", 2, 12),
    ("grid-small", 2, 1),
  ])
  func annealedFlowReachesTheOptimum(name: String, horizon: Int, initialisations: Int) throws {
    let (form, optimum) = try Self.undiscounted(name, horizon: horizon)
    let annealing = Annealing(form, schedule: .init(for: form.problem), initialisations: initialisations, seed: 0)
    #expect(abs(annealing.bestReturn - optimum) < 1e-6)
    #expect(annealing.returns.allSatisfy { $0 < optimum + 1e-6 })
    let twin = NaiveReturn(form: form, probabilities: annealing.bestPolicy, alpha: 0)
    if horizon == 2 { #expect(abs(twin.value - annealing.bestReturn) < 1e-10) }
  }

  @Test(arguments: [
    ("dec-tiger", 2), ("dec-tiger", 3), ("broadcast-channel", 3), ("recycling-robots", 3), ("grid-small", 2),
  ])
  func noPolicyExceedsTheOptimum(name: String, horizon: Int) throws {
    let (form, optimum) = try Self.undiscounted(name, horizon: horizon)
    let objective = RegularisedObjective(form, alpha: 0)
    for seed in 0..<20 {
      let policy = Examples.policy(form, seed: UInt64(seed))
      #expect(objective.expectedReturn(probabilities: policy) <= optimum)
      #expect(objective.expectedReturn(probabilities: form.greedy(policy)) <= optimum)
    }
  }

  @Test func discountedProblemsHaveNoKnownOptimum() throws {
    #expect(KnownOptima.value(of: try .gridSmall(), horizon: 2) == nil)
    #expect(KnownOptima.value(of: try .decTiger(), horizon: 9) == nil)
  }
}
