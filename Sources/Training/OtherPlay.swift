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
  private let transitions: Transitions
  private let buffers: OtherPlayBuffers
  private let draw: SymmetryDraw
  private let permuteMasks: Kernel
  private let restoreActions: Kernel
  private let groupRows: Int
  private let episodes: Buffer<UInt32>  // (R, N): episodes that ended

  init(
    _ symmetries: SymmetryTable, shape: TrainingShape, environment: VectorEnvironment, transitions: Transitions,
    buffers: OtherPlayBuffers, device: Device, table: BufferTable
  ) throws {
    self.table = symmetries
    self.shape = shape
    self.environment = environment
    self.transitions = transitions
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
      episodes: RunWindow(episodes, runs: runs), dones: RunWindow(transitions.dones, runs: places),
      symmetries: RunWindow(buffers.symmetries, runs: places))
    recorder.dispatch(
      permuteMasks,
      [
        "symmetries": buffers.symmetries.window(runs: places), "action_table": table.actionSources.whole,
        "legal_masks": transitions.legalMasks.window(runs: places),
      ], push: dispatch(block: block), groups: (shape.rowsPerStep + groupRows - 1) / groupRows, runs.count)
  }

  /// The actions of `transition`, in the environment's numbers.
  func recordRestoreActions(_ recorder: CommandRecorder, runs: Range<Int>, transition: Int) {
    let places = 0..<runs.count
    recorder.dispatch(
      restoreActions,
      [
        "symmetries": buffers.symmetries.window(runs: places), "action_table": table.actionSources.whole,
        "actions": buffers.chosenActions.window(runs: places),
        "environment_actions": transitions.actions.window(runs: places),
      ], push: dispatch(block: transition), groups: restoreActions.groups(for: shape.rowsPerStep), runs.count)
  }

  private func dispatch(block: Int) -> SymmetryDispatch {
    SymmetryDispatch(
      environments: UInt32(shape.environments), block: UInt32(block),
      symmetry_stride: UInt32(buffers.symmetries.runStride), mask_stride: UInt32(transitions.legalMasks.runStride),
      action_stride: UInt32(transitions.actions.runStride), action_words: UInt32(table.actionWords))
  }
}
