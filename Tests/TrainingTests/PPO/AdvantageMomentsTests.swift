// advantage_moments.comp, by the kernel and by the host: mean and scale of the advantages of every minibatch.
import CHostKernels
import CShaders
import TestSupport
import Testing
import VulkanCompute

@Suite(.serialized) struct AdvantageMomentsTests {
  @Test(arguments: [(1, 1), (62, 2), (99, 3), (65, 1), (1048, 4)], TestDevice.computing)
  func agreesWithItsTwin(size: (rows: Int, minibatches: Int), profile: DeviceProfile) throws {
    let (rows, minibatches) = size
    let device = try TestDevice.make(profile: profile)
    let (seeds, updates): ([UInt64], [Int]) = ([5, 6, 1 << 50], [0, 1, 77])
    let epoch = 2
    let advantages = seeds.indices.map { run in
      TestNumbers.uniform(UInt32(830 + run), count: rows, scale: 3).map { $0 + Float(run) }
    }
    let advantageBuffer = try GuardedBuffer("advantages", on: device, count: rows, values: advantages)
    let moments = try GuardedBuffer<Float>(
      "advantage_moments", on: device, runs: seeds.count, count: 2 * minibatches)
    let (seedWords, progress) = (try seedBuffer(seeds, on: device), try progressBuffer(updates: updates, on: device))
    let operation = try device.operation(
      "PPO/advantage_moments.comp", macros: ["SEED_STRIDE": "32u"],
      host: HostBody(host_advantage_moments, blockItems: 1))
    let push = MomentDispatch(
      minibatch_rows: UInt32(rows / minibatches), steps: 1, actors: UInt32(rows), epoch: UInt32(epoch),
      row_stride: advantageBuffer.stride, moment_stride: moments.stride)
    try device.run { recorder in
      recorder.perform(
        operation.bind(
          [
            "advantages": advantageBuffer.window, "seeds": seedWords.window, "progress": progress.window,
            "advantage_moments": moments.window,
          ], push: push, over: .workgroups(minibatches, runs: seeds.count)))
    }
    for (run, found) in try moments.read().enumerated() {
      let permutation = RowPermutation(count: rows, seed: seeds[run], update: updates[run], epoch: epoch)
      for minibatch in 0..<minibatches {
        let positions = minibatch * rows / minibatches..<(minibatch + 1) * rows / minibatches
        let twin = AdvantageMoments(positions.map { Double(advantages[run][permutation[$0]]) })
        #expect(agree(found[2 * minibatch], twin.mean))
        #expect(agree(found[2 * minibatch + 1], twin.scale))
      }
    }
    device.requireNoValidationMessages()
  }
}
