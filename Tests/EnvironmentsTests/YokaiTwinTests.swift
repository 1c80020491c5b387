import Environments
import Foundation
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin: every state field, mask, observation, reward and end.
@Suite struct YokaiTwinTests {
  @Test(arguments: yokaiConfigurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    var lockstep = try YokaiLockstep(configuration, environments: 16, seed: 0x1234_5678_9ABC)
    try lockstep.run(steps: 100)
    #expect(lockstep.gameCount > 16)
  }
}
