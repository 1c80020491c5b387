import Environments
import TestSupport
import Testing

@Suite struct EnvironmentBenchmarkTests {
  @Test func aBenchmarkCountsItsSteps() throws {
    let device = try TestDevice.make()
    let result = try EnvironmentBenchmark.run(
      environment: hanabi(["preset": "mini"]),
      configuration: .init(runs: 2, environments: 8, stepsPerSubmission: 4, submissions: 3, repetitions: 2),
      device: device)
    #expect(result.envSteps == 2 * 8 * 4 * 3 * 2)
    #expect(result.agents == 2)
    #expect(result.envStepsPerSecond.min <= result.envStepsPerSecond.median)
    #expect(result.agentStepsPerSecond.max == 2 * result.envStepsPerSecond.max)
    #expect(Set(result.nanosecondsPerEnvStep.keys) == ["observe", "random_legal_action", "step", "reset"])
    device.requireNoValidationMessages()
  }
}
