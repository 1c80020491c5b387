import CShaders
import VulkanCompute

/// Chooses a uniform legal action for every seat on the device: benchmarks, tests, baselines.
public final class RandomPlay {
  private let vector: VectorEnvironment
  private let kernel: Kernel
  /// Steps taken before step 0; the host advances it between submissions.
  private let clock: Buffer<UInt32>

  public init(_ vector: VectorEnvironment, device: Device, table: BufferTable) throws {
    self.vector = vector
    kernel = try device.kernel(
      "Common/random_legal_action.comp",
      macros: [
        "AGENTS": "\(vector.environment.agentCount)u", "MASK_WORDS": "\(vector.environment.maskWordCount)u",
      ])
    clock = table.register("random_play_clock", of: UInt32.self, runs: 1, perRun: [("steps", 1)], persistence: .scratch)
  }

  /// Sets the number of steps taken so far, which keys the random numbers.
  public func setClock(_ steps: Int) throws { try clock.write([UInt32(truncatingIfNeeded: steps)]) }

  /// Reads the masks of row block `block`, writes the actions of `transition`.
  ///
  /// - Parameter step: Keys the random numbers, counted from the clock; nil for `transition`.
  public func recordChoose(
    _ recorder: CommandRecorder, runs: Range<Int>, legalMasks: Buffer<UInt32>, block: Int, actions: Buffer<UInt32>,
    transition: Int, step: Int? = nil
  ) {
    let push = RandomPlayDispatch(
      environments: UInt32(vector.environmentsPerRun), step: UInt32(step ?? transition), mask_block: UInt32(block),
      action_block: UInt32(transition), seed_stride: UInt32(vector.seeds.runStride),
      mask_stride: UInt32(legalMasks.runStride), action_stride: UInt32(actions.runStride))
    recorder.dispatch(
      kernel,
      [
        "seeds": vector.seeds.window(runs: runs), "clock": clock.whole, "legal_masks": legalMasks.window(runs: runs),
        "actions": actions.window(runs: runs),
      ], push: push, groups: kernel.groups(for: vector.environmentsPerRun * vector.environment.agentCount), runs.count)
    recorder.barrier()
  }
}
