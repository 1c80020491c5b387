import CHostKernels
import CShaders
import Environments
import Networks
import VulkanCompute

/// Which rollout rows stand in the network's workspace, and what every kernel over a chunk needs to know.
final class ChunkRows {
  let macros: [String: String]
  let shape: TrainingShape
  let environment: VectorEnvironment
  let network: PolicyNetwork
  let buffers: RolloutBuffers
  let scalars: RunScalars
  private let selectRows: Operation
  /// What recurrent networks need; nil for feed-forward ones.
  let sequences: SequenceSelector?
  let rowIndices: Buffer<UInt32>  // (window, C)
  let rowCounts: Buffer<UInt32>  // (window, counts)
  /// (window, C): the other way round than indices; where the network chooses rows.
  private let rowPlaces: Buffer<UInt32>?
  let statistics: Buffer<Float>  // (window, METRIC_ROW_SUMS, C)
  let moments: Buffer<Float>  // (window, minibatches, 2): of every minibatch, or of all rows in the first place

  init(
    shape: TrainingShape, environment: VectorEnvironment, network: PolicyNetwork, buffers: RolloutBuffers,
    scalars: RunScalars, device: Device, table: BufferTable
  ) throws {
    self.shape = shape
    self.environment = environment
    self.network = network
    self.buffers = buffers
    self.scalars = scalars
    let macros = [
      "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u",
      "LOGIT_COLUMNS": "\(network.logitPitch)u", "VALUE_COLUMNS": "\(network.valuePitch)u",
      "CHUNK_ROWS": "\(shape.chunkRows)u", "SEED_STRIDE": "\(environment.seeds.runStride)u",
    ].merging(network.rowMacros) { $1 }
    self.macros = macros
    selectRows = try device.operation(
      "PPO/select_rows.comp", macros: macros, host: HostBody(host_select_rows, operationsPerWord: 20))
    sequences = try shape.hiddenWidth.map {
      try SequenceSelector(
        shape: shape, hiddenWidth: $0, windowRuns: network.windowRuns, macros: macros, device: device, table: table)
    }
    func register<T: BitwiseCopyable>(_ name: String, of type: T.Type, _ axes: [(String, Int)]) -> Buffer<T> {
      table.register("chunk.\(name)", of: type, runs: network.windowRuns, perRun: axes, persistence: .scratch)
    }
    rowIndices = register("row_indices", of: UInt32.self, [("C", shape.chunkRows)])
    rowPlaces = network.choosesRows(1) ? register("row_places", of: UInt32.self, [("C", shape.chunkRows)]) : nil
    rowCounts = register("row_counts", of: UInt32.self, [("counts", PolicyNetwork.rowCountWords)])
    statistics = register(
      "row_statistics", of: Float.self, [("metrics", Int(METRIC_ROW_SUMS)), ("C", shape.chunkRows)])
    moments = register("advantage_moments", of: Float.self, [("minibatches", shape.minibatches), ("moments", 2)])
  }

  /// Puts rows of one rollout step into the chunk: acting seats first, by the network itself where it can, or in order for
  /// recurrent networks, whose hidden states go one step further.
  func recordStepRows(
    _ recorder: CommandRecorder, runs: Range<Int>, block: Int, part: (first: Int, count: Int)
  ) -> Rows {
    if let sequences {
      return sequences.recordStep(recorder, self, runs: runs, block: block, part: part)
    }
    let first = block * shape.rowsPerStep + part.first
    if let rowPlaces, network.choosesRows(part.count) {
      let window = 0..<runs.count
      let choice = RowChoice(
        first: first, masks: RunWindow(buffers.transitions.legalMasks, runs: window),
        places: RunWindow(rowPlaces, runs: window))
      return rows(runs: runs.count, count: part.count, choice: choice)
    }
    recordSelect(recorder, runs: runs, first: first, count: part.count)
    return rows(runs: runs.count, count: part.count)
  }

  /// Puts a part of a minibatch into the chunk: acting seats first, or whole sequences for recurrent networks, from the
  /// hidden states that the rollout began with.
  func recordMinibatchRows(
    _ recorder: CommandRecorder, runs: Range<Int>, epoch: Int, minibatch: Int, part: TrainingShape.MinibatchChunk
  ) -> Rows {
    if let sequences {
      return sequences.recordReplay(recorder, self, runs: runs, epoch: epoch, minibatch: minibatch, part: part)
    }
    recordSelect(
      recorder, runs: runs, first: minibatch * shape.minibatchRows + part.first, count: part.count, epoch: epoch)
    return rows(runs: runs.count, count: part.count)
  }

  /// Lists rollout rows `first ..< first + count`, of an epoch's permutation where one is given, acting seats first.
  private func recordSelect(_ recorder: CommandRecorder, runs: Range<Int>, first: Int, count: Int, epoch: Int? = nil) {
    precondition(count <= 0xFFFF, "select_rows counts rows in half words")
    let selection = RowSelection(
      rows: UInt32(count), first: UInt32(first), permuted: epoch == nil ? 0 : 1,
      minibatch_rows: UInt32(shape.minibatchRows), steps: UInt32(shape.steps), actors: UInt32(shape.rowsPerStep),
      epoch: UInt32(epoch ?? 0), index_stride: UInt32(rowIndices.runStride),
      count_stride: UInt32(rowCounts.runStride), mask_stride: UInt32(buffers.transitions.legalMasks.runStride))
    recorder.perform(
      selectRows.bind(
        [
          "legal_masks": buffers.transitions.legalMasks.window(runs: 0..<runs.count),
          "seeds": environment.seeds.window(runs: runs),
          "progress": scalars.progress.window(runs: runs), "row_indices": rowIndices.window(runs: 0..<runs.count),
          "row_counts": rowCounts.window(runs: 0..<runs.count),
        ], push: selection, over: .runs(runs.count), work: rowWork(runs.count, count, words: shape.maskWords + 1)))
  }

  /// Memory that a kernel passes over: words of `count` rows of every run.
  func rowWork(_ runs: Int, _ count: Int, words: Int) -> Work { Work(bytes: Double(4 * runs * count * words)) }

  func indices(_ runs: Int) -> RunWindow { RunWindow(rowIndices, runs: 0..<runs) }

  func rows(runs: Int, count: Int, sequences: SequenceRows? = nil, choice: RowChoice? = nil) -> Rows {
    Rows(
      runs: runs, count: count, counts: RunWindow(rowCounts, runs: 0..<runs), observations: buffers.observations(runs),
      indices: indices(runs), sequences: sequences, choice: choice)
  }

  /// The moments of advantages that stay as they are: nothing computes them.
  func writeNoMoments() throws {
    for place in 0..<network.windowRuns { try moments.write([0, 1], run: place) }
  }

  /// - Parameter minibatch: The one that the rows belong to; any for rows that the loss does not see.
  func dispatch(count: Int, minibatch: Int = 0) -> ChunkDispatch {
    ChunkDispatch(
      rows: UInt32(count), minibatch_rows: UInt32(shape.minibatchRows),
      moments: shape.advantageNormalisation == .minibatch ? UInt32(minibatch) : 0,
      clips_values: shape.clipsValues ? 1 : 0,
      index_stride: UInt32(rowIndices.runStride), count_stride: UInt32(rowCounts.runStride),
      logit_stride: UInt32(network.logits.runStride), value_output_stride: UInt32(network.values.runStride),
      moment_stride: UInt32(moments.runStride), statistic_stride: UInt32(statistics.runStride),
      rollout: buffers.strides(shape))
  }
}
