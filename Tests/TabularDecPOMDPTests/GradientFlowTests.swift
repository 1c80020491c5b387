// The integrator.
import Foundation
import Testing

@testable import TabularDecPOMDP

@Suite struct GradientFlowTests {
  @Test func theFlowEndsAtAStationaryPolicyAndJNeverFalls() throws {
    for form in [
      try SequenceForm(.decTiger(), horizon: 2), try SequenceForm(.signalling(), horizon: 2),
      try SequenceForm(Examples.random(agents: 3, seed: 8), horizon: 2),
    ] {
      let alpha = 0.2 * form.problem.rewardRange
      let objective = RegularisedObjective(form, alpha: alpha)
      let result = GradientFlow(objective).run(from: Examples.logits(form, seed: 3))
      #expect(result.hasArrived)
      #expect(result.gradientNorm < 1e-10)
      #expect(result.worstChange >= -1e-12 * max(1, form.problem.rewardRange))
      #expect(objective.evaluate(logits: result.logits).residual < 1e-10)
    }
  }

  /// The trajectory, and not only its end, is that of d theta / dt = grad J.
  @Test func theTrajectoryIsThatOfManySmallEulerSteps() throws {
    let form = try SequenceForm(.signalling(), horizon: 2)
    let objective = RegularisedObjective(form, alpha: 0.3)
    let start = Examples.logits(form, seed: 6, scale: 1)
    var settings = FlowSettings()
    settings.errorTolerance = 1e-4
    let times = [0.5, 2, 5]
    let result = GradientFlow(objective, settings: settings).run(from: start, sampleTimes: times)
    var logits = start
    let steps = 2000
    var place = 0
    let point = RegularisedObjective.Point(form)
    for step in 0...steps {
      point.logits.set(logits)
      objective.evaluate(point)
      if place < times.count, step == Int(times[place] / times[2] * Double(steps)) {
        let distance = FlowEnsemble.maxDistance([point.probabilities.values, result.samples[place].probabilities])
        #expect(result.samples[place].time == times[place])
        #expect(distance < 2e-3, "at time \(times[place])")
        #expect(abs(result.samples[place].objective - point.objective) < 2e-3)
        place += 1
      }
      let gradient = point.gradient.values
      for a in logits.indices { logits[a] += times[2] / Double(steps) * gradient[a] }
    }
    #expect(place == times.count)
  }

  /// At the uniform policy of two levers the curvature of J has the eigenvalues -alpha / 2 +- 1 / 4.
  @Test func theTailDecaysAtItsRate() throws {
    let form = try SequenceForm(.matching(2), horizon: 1)
    let times = (0...40).map { Double($0) * 2.5 }
    let samples = GradientFlow(RegularisedObjective(form, alpha: 0.8))
      .run(from: Examples.logits(form, seed: 4), sampleTimes: times).samples
    let decay = log(samples[20].gradientNorm / samples[40].gradientNorm)
    #expect(abs(decay - 0.15 * 50) < 0.05 * decay)
  }

  @Test func objectiveRisesAlongTheSamplesAndEntropyIsThatOfThePolicy() throws {
    let form = try SequenceForm(.matching(4), horizon: 1)
    let objective = RegularisedObjective(form, alpha: 0.4)
    let times = FlowFigures.sampleTimes(form.problem, alpha: 0.4, count: 20)
    let samples = GradientFlow(objective).run(from: Examples.logits(form, seed: 2), sampleTimes: times).samples
    #expect(samples.map(\.time) == times)
    #expect(zip(samples, samples.dropFirst()).allSatisfy { $1.objective >= $0.objective - 1e-12 })
    let last = try #require(samples.last)
    #expect(abs(last.entropy - 2 * log(4)) < 1e-8)
  }

  @Test func aFlowThatIsGivenUpSaysSo() throws {
    let form = try SequenceForm(.matching(2), horizon: 1)
    var settings = FlowSettings()
    settings.maximumSteps = 2
    let result = GradientFlow(RegularisedObjective(form, alpha: 0.3), settings: settings)
      .run(from: Examples.logits(form, seed: 2))
    #expect(!result.hasArrived)
    #expect(result.steps == 2)
  }

  @Test func theSameInitialisationsGiveTheSameBytes() throws {
    let form = try SequenceForm(.signalling(), horizon: 2)
    let ensembles = (0..<2).map { _ in FlowEnsemble(form, alpha: 0.2, initialisations: 6, seed: 9, kind: .adversarial) }
    #expect(ensembles[0].results.map(\.logits) == ensembles[1].results.map(\.logits))
    #expect(
      FlowEnsemble(form, alpha: 0.2, initialisations: 2, seed: 8).results[0].logits != ensembles[0].results[0].logits)
  }

  @Test func adversarialInitialisationsVisitEveryDeterministicPolicy() throws {
    let form = try SequenceForm(.levers([1, 1, 1]), horizon: 1)
    let starts = Initialisation(form, seed: 0, kind: .adversarial)
    let visited = Set(
      (0..<9).map { number -> [Int] in
        let logits = starts.logits(2 * number + 1)
        return logits.indices.filter { logits[$0] > 3 }
      })
    #expect(visited.count == 9)
    #expect(visited.allSatisfy { $0.count == 2 && $0[0] < 3 && $0[1] >= 3 })
  }
}
