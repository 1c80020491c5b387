// add_shaped_rewards.comp: what the learner sees of shaped rewards, and what the metrics do not.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct AddShapedRewardsTests {
  @Test(arguments: [(1, 1, 2), (7, 31, 2), (3, 65, 3)])
  func addsRowByRow(steps: Int, environments: Int, agents: Int) throws {
    let device = try TestDevice.make()
    let runs = 3
    let rows = steps * environments * agents
    let rewards = (0..<runs).map { TestNumbers.uniform(UInt32(830 + $0), count: rows) }
    let shaped = (0..<runs).map { TestNumbers.uniform(UInt32(840 + $0), count: rows) }
    let rewardBuffer = try GuardedBuffer("rewards", on: device, count: rows, values: rewards)
    let shapedBuffer = try GuardedBuffer("shaped_rewards", on: device, count: rows, values: shaped)
    let kernel = try device.kernel("PPO/add_shaped_rewards.comp", macros: ["AGENTS": "\(agents)u"])
    let push = RolloutShape(
      environments: UInt32(environments), steps: UInt32(steps), row_stride: rewardBuffer.stride, value_stride: 0,
      mask_stride: 0, done_stride: 0)
    try device.run { recorder in
      recorder.dispatch(
        kernel, ["rewards": rewardBuffer.window, "shaped_rewards": shapedBuffer.window], push: push,
        groups: kernel.groups(for: rows), runs)
    }
    for (run, found) in try rewardBuffer.read().enumerated() {
      #expect(found == zip(rewards[run], shaped[run]).map { $0 + $1 })
    }
    device.requireNoValidationMessages()
  }

  /// Shaping changes what is learned and not what is reported as return.
  @Test func returnsAreWithoutShaping() throws {
    func train(_ weight: Int) throws -> (metrics: RunMetrics, weights: ContentHash) {
      let device = try TestDevice.make()
      var configuration = try tinyConfiguration(["environments=64", "rollout_length=32"])
      configuration.environment = TrainingConfiguration.EnvironmentChoice(
        name: "overcooked",
        values: [
          "layout": .text("cramped_room"), "random_reset": .boolean(true), "max_steps": .integer(8),
          "shaping_weight": .integer(weight),
        ])
      let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
      let metrics = try trainer.train(updates: 1)[0][0]
      device.requireNoValidationMessages()
      return (metrics, try trainer.weightHash(run: 0))
    }
    let (plain, shaped) = try (train(0), train(100))
    #expect(plain.metrics.episodeReturn == shaped.metrics.episodeReturn)
    #expect(plain.metrics.episodes == 256 && shaped.metrics.episodes == 256)
    #expect(plain.weights != shaped.weights)
  }
}
