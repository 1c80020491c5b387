import Environments
import TestSupport
import Testing

@Suite struct EnvironmentBenchmarkTests {
  @Test func aBenchmarkCountsItsSteps() throws {
    let device = try TestDevice.make()
    let result = try EnvironmentBenchmark.run(
      environment: hanabi(["preset": "mini"]),
      configuration: .init(runs: 2, environments: 8, stepsPerSubmission: 4, submissions: 3, repetitions: 2),
      device: device, profiled: true)
    #expect(result.envSteps == 2 * 8 * 4 * 3 * 2)
    #expect(result.agents == 2)
    #expect(result.envStepsPerSecond.min <= result.envStepsPerSecond.median)
    #expect(result.agentStepsPerSecond.max == 2 * result.envStepsPerSecond.max)
    let lines = try #require(result.profile).lines
    #expect(
      Set(lines.map(\.name)) == [
        "Hanabi/hanabi_observe.comp", "Common/random_legal_action.comp", "Hanabi/hanabi_step.comp",
        "Hanabi/hanabi_reset.comp",
      ])
    #expect(lines.allSatisfy { $0.phase == "environment" && $0.calls == 4 && $0.bytes > 0 && $0.seconds > 0 })
    device.requireNoValidationMessages()
  }
}
