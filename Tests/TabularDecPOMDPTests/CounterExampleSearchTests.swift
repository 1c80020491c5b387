// Random problems, the screening kernel, and the search.
import TestSupport
import Testing
import VulkanCompute

@testable import TabularDecPOMDP

@Suite(.serialized) struct CounterExampleSearchTests {
  private func problems(actions: Int, observations: Int = 2) -> RandomProblems {
    var problems = RandomProblems()
    (problems.actions, problems.observations) = (actions, observations)
    return problems
  }

  @Test func randomProblemsHaveTheSymmetryThatWasPlanted() throws {
    let family = problems(actions: 3)
    for number in 0..<10 {
      let (problem, symmetry) = try family.problem(number)
      #expect(symmetry != .identity(of: problem))
      #expect(symmetry.error(on: problem) < 1e-12)
      #expect(abs(problem.rewardRange - 1) < 1e-12)
      #expect(SymmetryGroup(problem).order != .one)
      #expect(try family.problem(number).problem == problem)
    }
    #expect(try family.problem(0).problem.rewards != family.problem(1).problem.rewards)
  }

  @Test(arguments: [(1, 3, 2), (2, 2, 1), (2, 2, 2), (2, 3, 1)]) func theKernelTakesTheStepsOfItsTwin(
    horizon: Int, actions: Int, observations: Int
  ) throws {
    let family = problems(actions: actions, observations: observations)
    let forms = try (0..<3).map { try SequenceForm(family.problem($0).problem, horizon: horizon) }
    let schedule = FlowScreening.Schedule(steps: 3, firstStepSize: 0.8, growth: 2, stepsPerDispatch: 2)
    let alphas = [0.1, 0.4, 1.5]
    let device = try TestDevice.make(validation: .gpuAssisted)
    let found = try FlowScreening(alphas: alphas, initialisations: 3, device: device, schedule: schedule)
      .run(forms, seed: 4)
    device.requireNoValidationMessages()
    let parameters = forms[0].parameterCount
    for (problem, alpha, start) in [(0, 0, 0), (1, 1, 2), (2, 2, 1)] {
      let twin = ScreenFlows(form: forms[problem], alpha: alphas[alpha], schedule: schedule)
      let expected = twin.probabilities(from: Initialisation(forms[0], seed: 4, kind: .adversarial).logits(start))
      for parameter in 0..<parameters {
        let value = found[((problem * parameters + parameter) * alphas.count + alpha) * 3 + start]
        #expect(abs(Double(value) - expected[parameter]) < 2e-5, "problem \(problem), lane \(alpha) \(start)")
      }
    }
  }

  @Test func theKernelEndsWhereTheFlowDoes() throws {
    let form = try SequenceForm(problems(actions: 2).problem(7).problem, horizon: 2)
    let device = try TestDevice.make()
    let found = try FlowScreening(alphas: [0.3, 1], initialisations: 2, device: device).run([form], seed: 1)
    for (place, alpha) in [0.3, 1.0].enumerated() {
      let ensemble = FlowEnsemble(form, alpha: alpha, initialisations: 2, seed: 1, kind: .adversarial)
      for (start, result) in ensemble.results.enumerated() {
        for parameter in 0..<form.parameterCount {
          #expect(abs(Double(found[parameter * 4 + place * 2 + start]) - result.probabilities[parameter]) < 1e-4)
        }
      }
    }
    device.requireNoValidationMessages()
  }

  @Test func theSearchReportsThresholdsAndNoCounterExample() throws {
    var search = CounterExampleSearch()
    search.problems = problems(actions: 2, observations: 1)
    (search.problemCount, search.initialisations, search.reportedCount, search.horizon) = (12, 4, 1, 1)
    search.alphas = [0.02, 0.1, 0.3, 2]
    let device = try TestDevice.make()
    let report = try search.run(on: device)
    device.requireNoValidationMessages()
    #expect(report.flows == 12 * 4 * 4)
    #expect(report.counterExamples.isEmpty)
    #expect(report.ambiguousProblems.count == 4)
    #expect(report.ambiguousProblems[3] == 0)
    #expect(report.rechecked >= 1)
    #expect(report.largestThresholds.count == 1)
    let largest = try #require(report.largestThresholds.first)
    // One-shot games of two agents: at most half the range.
    #expect(largest.high <= 0.51)
    #expect(largest.low < largest.high)
  }

  @Test func theModuleIsValidAndTranslatesToMetal() throws {
    var known: Set<ContentHash> = []
    for profile in TestDevice.profiles {
      let device = try TestDevice.make(validation: .off, profile: profile)
      try SPIRVTools.check([device.kernel("Tabular/screen_flows.comp")], known: &known)
    }
    let files = ShaderCompiler.embeddedFiles.keys.filter { $0.hasPrefix("Tabular/") && $0.hasSuffix(".comp") }
    #expect(files == ["Tabular/screen_flows.comp"])
  }
}
