import CShaders
import Environments
import Networks
import VulkanCompute

/// Rows and hidden states of recurrent networks: one step of every actor while a rollout plays, whole sequences from the
/// states that the rollout began with when the learner replays it.
///
/// Hidden states are carried from rollout to rollout. They are 0 where the env step before ended an episode.
final class SequenceSelector {
  private let shape: TrainingShape
  private let listSequences: Kernel
  let states: Buffer<Float>  // (R, N, A, Hp): before the step that comes next
  /// (window, N, A, Hp): those that the rollout began with, for the learner
  let firstStates: Buffer<Float>
  let resets: Buffer<UInt32>  // (window, C)

  init(
    shape: TrainingShape, hiddenWidth: Int, windowRuns: Int, macros: [String: String], device: Device,
    table: BufferTable
  ) throws {
    self.shape = shape
    listSequences = try device.kernel("PPO/list_sequences.comp", macros: macros)
    let width = [("N", shape.environments), ("A", shape.agents), ("H", hiddenWidth)]
    states = table.register(
      "hidden_states", of: Float.self, runs: shape.runs, perRun: width, persistence: .persistent)
    firstStates = table.register(
      "rollout.first_hidden_states", of: Float.self, runs: windowRuns, perRun: width, persistence: .scratch)
    resets = table.register(
      "chunk.resets", of: UInt32.self, runs: windowRuns, perRun: [("C", shape.chunkRows)], persistence: .scratch)
  }

  /// Keeps the states that a rollout begins with for the learner.
  func recordKeepFirstStates(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.copy(from: states.window(runs: runs), to: firstStates.window(runs: 0..<runs.count))
  }

  /// Rows of step `block` of the rollout, which take the hidden states one step further; the observation after the last
  /// step leaves them as they are, for it is also the first of the next rollout.
  func recordStep(
    _ recorder: CommandRecorder, _ chunk: ChunkRows, runs: Range<Int>, block: Int, part: (first: Int, count: Int)
  ) -> Rows {
    recordList(recorder, chunk, runs: runs, sequences: part.count, from: part.first, firstStep: block, steps: 1)
    return rows(
      chunk, runs.count, sequences: part.count, steps: 1, states: RunWindow(states, runs: runs),
      keeping: block == shape.steps ? .first : .last)
  }

  /// Whole sequences of a minibatch.
  func recordReplay(
    _ recorder: CommandRecorder, _ chunk: ChunkRows, runs: Range<Int>, epoch: Int, minibatch: Int,
    part: TrainingShape.MinibatchChunk
  ) -> Rows {
    let sequences = part.count / shape.steps
    recordList(
      recorder, chunk, runs: runs, sequences: sequences,
      from: minibatch * (shape.minibatchRows / shape.steps) + part.first, firstStep: 0, steps: shape.steps,
      epoch: epoch)
    return rows(
      chunk, runs.count, sequences: sequences, steps: shape.steps,
      states: RunWindow(firstStates, runs: 0..<runs.count), keeping: .unchanged)
  }

  private func recordList(
    _ recorder: CommandRecorder, _ chunk: ChunkRows, runs: Range<Int>, sequences: Int, from first: Int, firstStep: Int,
    steps: Int, epoch: Int? = nil
  ) {
    let window = 0..<runs.count
    let selection = SequenceSelection(
      sequences: UInt32(sequences), first_sequence: UInt32(first), first_step: UInt32(firstStep),
      steps: UInt32(steps), permuted: epoch == nil ? 0 : 1, actors: UInt32(shape.rowsPerStep),
      epoch: UInt32(epoch ?? 0), index_stride: UInt32(chunk.rowIndices.runStride),
      count_stride: UInt32(chunk.rowCounts.runStride), done_stride: UInt32(chunk.buffers.transitions.dones.runStride))
    recorder.dispatch(
      listSequences,
      [
        "dones": chunk.buffers.transitions.dones.window(runs: window),
        "seeds": chunk.environment.seeds.window(runs: runs),
        "progress": chunk.scalars.progress.window(runs: runs),
        "row_indices": chunk.rowIndices.window(runs: window), "resets": resets.window(runs: window),
        "row_counts": chunk.rowCounts.window(runs: window),
      ], push: selection, groups: listSequences.groups(for: sequences * steps), runs.count)
  }

  private func rows(
    _ chunk: ChunkRows, _ runs: Int, sequences: Int, steps: Int, states: RunWindow, keeping: SequenceRows.Keeping
  ) -> Rows {
    chunk.rows(
      runs: runs, count: sequences * steps,
      sequences: SequenceRows(
        sequences: sequences, steps: steps, states: states, stateRows: shape.rowsPerStep,
        indices: chunk.indices(runs), resets: RunWindow(resets, runs: 0..<runs), keeping: keeping))
  }
}
