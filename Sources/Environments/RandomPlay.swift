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

  /// Reads the legal actions of `step` and writes the chosen ones.
  ///
  /// - Parameter draw: Keys the random numbers, counted from the clock; nil for `step`.
  public func recordChoose(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int = 0, into transitions: Transitions, draw: Int? = nil
  ) {
    let places = transitions.places(of: runs)
    let push = RandomPlayDispatch(
      environments: UInt32(vector.environmentsPerRun), draw: UInt32(draw ?? step), block: UInt32(step),
      seed_stride: UInt32(vector.seeds.runStride), mask_stride: UInt32(transitions.legalMasks.runStride),
      action_stride: UInt32(transitions.actions.runStride))
    recorder.dispatch(
      kernel,
      [
        "seeds": vector.seeds.window(runs: runs), "clock": clock.whole,
        "legal_masks": transitions.legalMasks.window(runs: places),
        "actions": transitions.actions.window(runs: places),
      ], push: push, groups: kernel.groups(for: vector.environmentsPerRun * vector.environment.agentCount), runs.count)
  }
}
