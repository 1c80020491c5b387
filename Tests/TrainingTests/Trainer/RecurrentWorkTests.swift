// What a profile counts for recurrent networks: the same work whoever does it.
import TestSupport
import Testing

@testable import Networks
@testable import Training
@testable import VulkanCompute

@Suite struct RecurrentWorkTests {
  private static let (trunk, gru, critic) = (16, 24, 8)

  /// Timings of one update of the tiny training, 64 rows in two epochs of two minibatches.
  private func timings(_ device: Device) throws -> (timings: [Timing], network: PolicyNetwork) {
    let trainer = try tinyTrainer(
      device,
      "network={trunk: [\(Self.trunk)], gru: \(Self.gru), actor: [], critic: [\(Self.critic)], activation: tanh}")
    let update = try device.timed { try trainer.parts.update.map(device.record) }
    try device.submit(update).wait()
    device.requireNoValidationMessages()
    return (try update.flatMap { try $0.timings() }, trainer.parts.network)
  }

  @Test(arguments: TestDevice.profiles)
  func theUpdateCountsEveryProductOnce(profile: DeviceProfile) throws {
    let (timings, network) = try timings(TestDevice.make(profile: profile))
    func flops(_ phase: String) -> Double {
      timings.filter { $0.phase == phase }.reduce(0) { $0 + $1.work.total(.one).flops }
    }
    let (inputs, actions) = (ParameterLayout.padded(network.architecture.inputs), network.logitPitch)
    let heads = Self.gru * actions + Self.gru * Self.critic + Self.critic * network.valuePitch
    let (first, gates, loop) = (inputs * Self.trunk, Self.trunk * 3 * Self.gru, Self.gru * 3 * Self.gru)
    let (rows, steps) = (64 * 2, 8)
    let all = first + gates + loop + heads
    // Weight gradients of all layers; input gradients but for the first layer, and for the first steps of sequences.
    let propagated = gates + heads + loop * (steps - 1) / steps
    let (forward, backward) = (Double(2 * rows * all), Double(2 * rows * (all + propagated)))
    if profile.matrixMultiply == .host {
      #expect(flops("epochs: gradient") == forward + backward)
    } else {
      #expect(flops("epochs: forward") == forward && flops("epochs: backward") == backward)
    }
  }

  /// A dispatch per step moves what one dispatch for all steps does, but for the weights.
  @Test func theBytesOfTheTimeLoopAreThoseOfItsRows() throws {
    func bytes(_ profile: DeviceProfile, _ kernel: String) throws -> (bytes: Double, dispatches: Int) {
      let lines = try timings(TestDevice.make(profile: profile)).timings.filter {
        $0.label.contains(kernel) && $0.phase.hasPrefix("epochs")
      }
      return (lines.reduce(0) { $0 + $1.work.total(.one).bytes }, lines.count)
    }
    for kernel in ["gru_forward", "gru_backward"] {
      let (flat, shared) = try (bytes(.software, kernel), bytes(.graphics, kernel))
      #expect(flat.dispatches == 8 * shared.dispatches && shared.dispatches > 0)
      let weights = 4 * 3 * Self.gru * Self.gru
      #expect(flat.bytes - shared.bytes == Double(weights * (flat.dispatches - shared.dispatches)))
      #expect(shared.bytes > Double(4 * 128 * 6 * Self.gru))
    }
  }
}
