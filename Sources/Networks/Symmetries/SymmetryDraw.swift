import CShaders
import Environments
import VulkanCompute

/// Draws a symmetry for every seat of every episode, as a function of run seed, environment, episode and seat.
public struct SymmetryDraw {
  private let kernel: Kernel
  private let table: SymmetryTable
  private let includesIdentity: Bool
  private let agents: Int

  /// - Parameters:
  ///   - countsEpisodes: Whether the kernel itself counts the episodes that end.
  ///   - includesIdentity: Whether a draw may change nothing.
  public init(
    _ table: SymmetryTable, of environment: any EnvironmentSizes, countsEpisodes: Bool, includesIdentity: Bool,
    device: Device
  ) throws {
    self.table = table
    self.includesIdentity = includesIdentity
    agents = environment.agentCount
    var macros = ["AGENTS": "\(agents)u"]
    if countsEpisodes { macros["COUNT_EPISODES"] = "1" }
    kernel = try device.kernel("Symmetry/draw_symmetries.comp", macros: macros)
  }

  /// Fills row block `block` of `symmetries` (…, blocks, N, A).
  ///
  /// - Parameters:
  ///   - episodes: Episodes that ended, in the first of `episodePitch` words per environment.
  ///   - dones: (…, T, N), where the kernel counts episodes: those of the step before `block` are added unless that is 0.
  public func record(
    _ recorder: CommandRecorder, runs: Int, environments: Int, block: Int, seeds: RunWindow, episodes: RunWindow,
    episodePitch: Int = 1, dones: RunWindow? = nil, symmetries: RunWindow
  ) {
    let first = includesIdentity ? 0 : 1
    let push = SymmetryDrawDispatch(
      environments: UInt32(environments), block: UInt32(block), first_element: UInt32(first),
      elements: UInt32(table.symmetries.elements.count - first), seed_stride: UInt32(seeds.stride),
      episode_stride: UInt32(episodes.stride), episode_pitch: UInt32(episodePitch),
      done_stride: UInt32(dones?.stride ?? 0), symmetry_stride: UInt32(symmetries.stride))
    var bindings = ["seeds": seeds.window, "episodes": episodes.window, "symmetries": symmetries.window]
    bindings["dones"] = dones?.window
    recorder.dispatch(kernel, bindings, push: push, groups: kernel.groups(for: environments), runs)
  }
}
