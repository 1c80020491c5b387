import CHostLayers
import CShaders
import Networks
import VulkanCompute

// What kernels do to the rows of a chunk, as steps of the host: where it multiplies the matrices, handing over between its
// products would take longer.
extension ChunkRows {
  /// Steps hold addresses; the recorder keeps the buffers behind them alive.
  func windows(_ runs: Range<Int>) -> [BufferWindow] {
    let place = 0..<runs.count
    return [
      buffers.legalMasks.window(runs: place), environment.seeds.window(runs: runs), scalars.progress.window(runs: runs),
      rowIndices.window(runs: place), rowCounts.window(runs: place),
    ]
  }

  private var rowShape: HostRowShape {
    let wide = network.wideLogits ?? 0..<0
    return HostRowShape(
      mask_words: UInt32(shape.maskWords), logit_columns: UInt32(network.logitPitch),
      value_columns: UInt32(network.valuePitch), chunk_rows: UInt32(shape.chunkRows),
      seed_stride: UInt32(environment.seeds.runStride), wide_begin: UInt32(wide.lowerBound),
      wide_end: UInt32(wide.upperBound))
  }

  func recordSelectOnHost(_ recorder: CommandRecorder, runs: Range<Int>, _ push: RowSelection) {
    let windows = windows(runs)
    nonisolated(unsafe) let selection = HostRowSelection(
      p: push, shape: rowShape, legal_masks: windows[0].address(of: UInt32.self),
      seed_words: windows[1].address(of: UInt32.self), progress: windows[2].address(of: UInt32.self),
      row_indices: windows[3].address(of: UInt32.self), row_counts: windows[4].address(of: UInt32.self))
    let (count, rows) = (runs.count, Int(push.rows))
    recorder.host("select rows", using: windows, work: rowWork(count, rows, words: shape.maskWords + 1)) {
      HostPieces.perform(count, operations: count * rows * 50) { run in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * rows) { scratch in
          withUnsafePointer(to: selection) { host_select_rows($0, UInt32(run), scratch.baseAddress) }
        }
      }
    }
  }

  /// What the functions on rows of the policy read and write, for the runs of a window.
  func policyRows(_ runs: Range<Int>, _ push: ChunkDispatch) -> (rows: HostPolicyRows, windows: [BufferWindow]) {
    let (own, place) = (windows(runs), 0..<runs.count)
    func address<T: BitwiseCopyable>(_ buffer: Buffer<T>) -> UnsafeMutablePointer<T> {
      buffer.window(runs: place).address(of: T.self)
    }
    let rows = HostPolicyRows(
      p: push, shape: rowShape, hyperparameters: scalars.hyperparameters.window(runs: runs).address(of: Float.self),
      logits: address(network.logits), value_outputs: address(network.values), legal_masks: address(buffers.legalMasks),
      seed_words: own[1].address(of: UInt32.self), progress: own[2].address(of: UInt32.self),
      row_indices: address(rowIndices), row_counts: address(rowCounts), actions: address(buffers.actions),
      log_probabilities: address(buffers.logProbabilities), values: address(buffers.values),
      advantages: address(buffers.advantages), advantage_moments: address(moments),
      logit_gradients: address(network.logitGradients), value_gradients: address(network.valueGradients),
      row_statistics: address(statistics))
    let used: [AnyBuffer] = [
      network.logits, network.values, buffers.actions, buffers.logProbabilities, buffers.values, buffers.advantages,
      moments, network.logitGradients, network.valueGradients, statistics,
    ]
    return (rows, own + [scalars.hyperparameters.window(runs: runs)] + used.map { $0.window(runs: place) })
  }
}

extension Rollout {
  /// sample_actions.comp, or values alone.
  func policyOnHost(runs: Range<Int>, push: ChunkDispatch, valuesOnly: Bool) -> PolicyNetwork.HostRowWork {
    let (policyRows, windows) = chunk.policyRows(runs, push)
    nonisolated(unsafe) let policy = policyRows
    return PolicyNetwork.HostRowWork(
      valuesOnly ? "store values" : "sample actions", using: windows,
      work: chunk.rowWork(runs.count, Int(push.rows), words: network.logitPitch + chunk.shape.maskWords + 4),
      rows: { run, rows in
        withUnsafePointer(to: policy) { policy in
          (valuesOnly ? host_store_values : host_sample_actions)(
            policy, UInt32(run), UInt32(rows.lowerBound), UInt32(rows.upperBound))
        }
      })
  }
}
