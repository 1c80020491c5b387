// compute_gae.comp: advantages of all seats.
import CShaders
import Configuration
import TestSupport
import Testing
import Training
import VulkanCompute

@Suite(.serialized) struct ComputeGAETests {
  @Test(arguments: [(1, 1, 2), (7, 31, 2), (16, 13, 5), (3, 65, 3)], [false, true])
  func agreesWithItsTwin(size: (steps: Int, environments: Int, agents: Int), bootstraps: Bool) throws {
    let (steps, environments, agents) = size
    let device = try TestDevice.make()
    let runs = 3
    let rows = steps * environments * agents
    let hyperparameters = variedHyperparameters(runs: runs)
    let rewards = (0..<runs).map { TestNumbers.uniform(UInt32(800 + $0), count: rows) }
    let values = (0..<runs).map {
      TestNumbers.uniform(UInt32(810 + $0), count: rows + 2 * environments * agents, scale: 3)
    }
    let dones = (0..<runs).map { run in
      TestNumbers.words(UInt32(820 + run), count: steps * environments).map { $0 % 4 == 0 ? UInt32(1) : 0 }
    }
    let rewardBuffer = try GuardedBuffer("rewards", on: device, count: rows, values: rewards)
    let valueBuffer = try GuardedBuffer("values", on: device, count: values[0].count, values: values)
    let doneBuffer = try GuardedBuffer("dones", on: device, count: dones[0].count, values: dones)
    let advantages = try GuardedBuffer<Float>("advantages", on: device, runs: runs, count: rows)
    let hyperparameterBlocks = try hyperparameterBuffer(hyperparameters, on: device)
    let kernel = try device.kernel(
      "PPO/compute_gae.comp", macros: ["AGENTS": "\(agents)u"].merging(bootstraps ? ["BOOTSTRAPS": "1"] : [:]) { $1 })
    let push = RolloutShape(
      environments: UInt32(environments), steps: UInt32(steps), row_stride: rewardBuffer.stride,
      value_stride: valueBuffer.stride, mask_stride: 0, done_stride: doneBuffer.stride)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "hyperparameters": hyperparameterBlocks.window, "rewards": rewardBuffer.window, "dones": doneBuffer.window,
          "values": valueBuffer.window, "advantages": advantages.window,
        ], push: push, groups: kernel.groups(for: environments * agents), runs)
    }
    for (run, found) in try advantages.read().enumerated() {
      let twin = ComputeGAE(
        steps: steps, environments: environments, agents: agents, gamma: hyperparameters[run].gamma,
        lambda: hyperparameters[run].gaeLambda)
      let expected = twin.advantages(
        rewards: doubles(rewards[run]), dones: dones[run].map { $0 != 0 }, values: doubles(values[run]),
        ends: bootstraps ? doubles(Array(values[run].suffix(environments * agents))) : nil)
      #expect(zip(found, expected).allSatisfy { agree($0, $1) })
    }
    device.requireNoValidationMessages()
  }
}
