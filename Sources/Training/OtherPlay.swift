import CShaders
import Environments
import Networks
import VulkanCompute

/// Other-Play (Hu, Lerer, Peysakhovich, Foerster, "Other-Play for zero-shot coordination", ICML 2020, arXiv 2003.02979):
/// in every episode every seat plays the game through a symmetry of its own, drawn uniformly. Its policy sees the
/// observation and the legal actions that the symmetry makes of its own, and the environment gets the action that the
/// symmetry makes the chosen one of:
///
///     a' ~ pi(. | g o),   the environment steps with g^-1 a'
///
/// So conventions that rest on names, of colours or directions, pay no more than chance. The rollout keeps observations as
/// they are beside the number of the symmetry; masks and actions are those of the policy, so the learner does not know.
final class OtherPlay {
  let table: SymmetryTable
  private let shape: TrainingShape
  private let environment: VectorEnvironment
  private let buffers: RolloutBuffers
  private let draw: SymmetryDraw
  private let permuteMasks: Kernel
  private let restoreActions: Kernel
  private let groupRows: Int
  private let episodes: Buffer<UInt32>  // (R, N): episodes that ended

  init(
    _ symmetries: SymmetryTable, shape: TrainingShape, environment: VectorEnvironment, buffers: RolloutBuffers,
    device: Device, table: BufferTable
  ) throws {
    self.table = symmetries
    self.shape = shape
    self.environment = environment
    self.buffers = buffers
    let game = environment.environment
    groupRows = max(1, 64 / shape.maskWords)
    draw = try SymmetryDraw(symmetries, of: game, countsEpisodes: true, includesIdentity: true, device: device)
    let macros = [
      "AGENTS": "\(shape.agents)u", "ACTIONS": "\(shape.actions)u", "MASK_WORDS": "\(shape.maskWords)u",
      "GROUP_ROWS": "\(groupRows)u",
    ]
    permuteMasks = try device.kernel("Symmetry/permute_masks.comp", macros: macros)
    restoreActions = try device.kernel("Symmetry/restore_actions.comp", macros: macros)
    episodes = table.register(
      "other_play_episodes", of: UInt32.self, runs: shape.runs, perRun: [("N", shape.environments)],
      persistence: .persistent)
  }

  /// After the observation of row block `block`: the symmetry of every row, and the masks as policies see them.
  func recordSee(_ recorder: CommandRecorder, runs: Range<Int>, block: Int) {
    let places = 0..<runs.count
    draw.record(
      recorder, runs: runs.count, environments: shape.environments, block: block,
      seeds: RunWindow(environment.seeds.window(runs: runs), stride: environment.seeds.runStride),
      episodes: RunWindow(episodes, runs: runs), dones: RunWindow(buffers.dones, runs: places),
      symmetries: RunWindow(symmetries, runs: places))
    recorder.dispatch(
      permuteMasks,
      [
        "symmetries": symmetries.window(runs: places), "action_table": table.actionSources.whole,
        "legal_masks": buffers.legalMasks.window(runs: places),
      ], push: dispatch(block: block), groups: (shape.rowsPerStep + groupRows - 1) / groupRows, runs.count)
    recorder.barrier()
  }

  /// The actions of `transition`, in the environment's numbers.
  func recordRestoreActions(_ recorder: CommandRecorder, runs: Range<Int>, transition: Int) {
    let places = 0..<runs.count
    recorder.dispatch(
      restoreActions,
      [
        "symmetries": symmetries.window(runs: places), "action_table": table.actionSources.whole,
        "actions": buffers.actions.window(runs: places),
        "environment_actions": buffers.environmentActions.window(runs: places),
      ], push: dispatch(block: transition), groups: restoreActions.groups(for: shape.rowsPerStep), runs.count)
    recorder.barrier()
  }

  private var symmetries: Buffer<UInt32> {
    guard let symmetries = buffers.symmetries else { preconditionFailure("a rollout without symmetries") }
    return symmetries
  }

  private func dispatch(block: Int) -> SymmetryDispatch {
    var push = SymmetryDispatch()
    push.environments = UInt32(shape.environments)
    push.block = UInt32(block)
    push.symmetry_stride = UInt32(symmetries.runStride)
    push.mask_stride = UInt32(buffers.legalMasks.runStride)
    push.action_stride = UInt32(buffers.actions.runStride)
    push.action_words = UInt32(table.actionWords)
    return push
  }
}
