// The exact return and its gradient.
import Foundation
import Testing

@testable import TabularDecPOMDP

@Suite struct RegularisedObjectiveTests {
  static let problems: [@Sendable () throws -> SequenceForm] = [
    { try SequenceForm(.levers([1, 0.9, 0.3]), horizon: 1) },
    { try SequenceForm(.levers([1, 0.5], agents: 3), horizon: 1) },
    { try SequenceForm(.signalling(), horizon: 2) },
    { try SequenceForm(.decTiger(), horizon: 2) },
    { try SequenceForm(.recyclingRobots(), horizon: 2) },
    { try SequenceForm(.gridSmall(), horizon: 2) },
    { try SequenceForm(Examples.random(agents: 2, states: 3, seed: 1), horizon: 3) },
    { try SequenceForm(Examples.random(agents: 3, seed: 2), horizon: 2) },
    { try SequenceForm(Examples.random(agents: 4, states: 1, observations: 1, seed: 3), horizon: 2) },
  ]

  @Test(arguments: problems.indices) func theReturnIsThatOfTheDefinition(number: Int) throws {
    let form = try Self.problems[number]()
    for weighting in EntropyWeighting.allCases {
      for alpha in [0, 0.7] {
        let objective = RegularisedObjective(form, alpha: alpha, weighting: weighting)
        let logits = Examples.logits(form, seed: 11)
        let found = objective.evaluate(logits: logits)
        let policy = Examples.policy(form, seed: 11)
        let twin = NaiveReturn(form: form, probabilities: policy, alpha: alpha, weighting: weighting)
        let plain = NaiveReturn(form: form, probabilities: policy, alpha: 0)
        #expect(abs(found.objective - twin.value) < 1e-11 * (1 + abs(twin.value)))
        #expect(abs(found.expectedReturn - plain.value) < 1e-11 * (1 + abs(plain.value)))
        #expect(abs(objective.expectedReturn(probabilities: policy) - plain.value) < 1e-11 * (1 + abs(plain.value)))
      }
    }
  }

  @Test(arguments: problems.indices) func theGradientIsThatOfFiniteDifferences(number: Int) throws {
    let form = try Self.problems[number]()
    let weighting: EntropyWeighting = number % 2 == 0 ? .discounted : .undiscounted
    let objective = RegularisedObjective(form, alpha: 0.6, weighting: weighting)
    let logits = Examples.logits(form, seed: 5)
    let gradient = objective.evaluate(logits: logits).gradient
    let step = 1e-5
    for parameter in stride(from: 0, to: logits.count, by: max(1, logits.count / 40)) {
      var (above, below) = (logits, logits)
      above[parameter] += step
      below[parameter] -= step
      let slope =
        (objective.evaluate(logits: above).objective - objective.evaluate(logits: below).objective) / (2 * step)
      #expect(abs(slope - gradient[parameter]) < 1e-7 * (1 + abs(slope)), "parameter \(parameter)")
    }
  }

  @Test func simulatedEpisodesEarnTheExpectedReturn() throws {
    for form in [
      try SequenceForm(.decTiger(), horizon: 3), try SequenceForm(.recyclingRobots(), horizon: 2),
      try SequenceForm(Examples.random(agents: 3, seed: 4), horizon: 2),
    ] {
      let policy = Examples.policy(form, seed: 21)
      let exact = RegularisedObjective(form, alpha: 0).expectedReturn(probabilities: policy)
      var episodes = SampledEpisodes(form: form, probabilities: policy)
      let returns = (0..<4000).map { _ in episodes.play() }
      let mean = returns.reduce(0, +) / Double(returns.count)
      let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
      #expect(abs(mean - exact) < 4 * (variance / Double(returns.count)).squareRoot())
    }
  }

  @Test func historiesThatCannotOccurAreNoDecisions() throws {
    // Who stays in the right column sees the right column: of 1 + 5 x 2 histories one is missing.
    let form = try SequenceForm(.gridSmall(), horizon: 2)
    #expect(form.trees.map(\.count) == [10, 10])
    #expect(!form.historyNames[0].contains("stay left-column"))
    #expect(form.historyNames[0].contains("stay right-column"))
    #expect(try SequenceForm(.decTiger(), horizon: 3).trees.map(\.count) == [43, 43])
  }

  @Test func whatIsTooLargeIsRefusedWithItsCountAndTheLargestHorizon() throws {
    let problem = try DecPOMDP.decTiger()
    #expect(JointHistoryCount.of(problem, horizon: 3) == 1 + 36 + 1296)
    let error = #expect(throws: ProblemError.self) { try SequenceForm(problem, horizon: 7) }
    let text = error?.description ?? ""
    #expect(text.contains("2238976117 joint histories"), "\(text)")
    #expect(text.contains("the largest feasible horizon is 5"), "\(text)")
    #expect(throws: ProblemError.self) { try SequenceForm(problem, horizon: 0) }
    #expect(throws: ProblemError.self) { try SequenceForm(problem, horizon: 1_000) }
  }

  @Test func theResidualVanishesExactlyAtStationaryPolicies() throws {
    let form = try SequenceForm(.matching(3), horizon: 1)
    let objective = RegularisedObjective(form, alpha: 0.2)
    let uniform = objective.evaluate(logits: [Double](repeating: 1, count: form.parameterCount))
    #expect(uniform.residual < 1e-15)
    #expect(objective.evaluate(logits: Examples.logits(form, seed: 1)).residual > 0.01)
  }
}
