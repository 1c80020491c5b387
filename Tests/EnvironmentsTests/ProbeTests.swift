import Environments
import TestSupport
import Testing
import VulkanCompute
import Foundation

@Suite struct ProbeTests {
  @Test func speed() throws {
    let device = try TestDevice.make(validation: .off)
    let environment = try EnvironmentRegistry.make(name: "hanabi", parameters: EnvironmentParameters([:]))
    for n in [1024, 4096] {
    let result = try EnvironmentBenchmark.run(environment: environment, configuration: .init(environments: n), device: device)
    print(result.envStepsPerSecond, result.nanosecondsPerEnvStep, result.warmUpSeconds)
    }
  }
}
