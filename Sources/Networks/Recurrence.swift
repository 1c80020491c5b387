import CShaders
import VulkanCompute

/// The further workspace of a recurrent layer, and the kernels that move hidden states between it and the caller.
///
/// Products that do not depend on the step before (those of the layer's input, and all weight gradients) are those of dense
/// layers, over all rows at once; only the time loop is of its own kind (`RecurrentKernels`, `HostRecurrence`).
final class Recurrence {
  /// Index of `gru.hidden` in the layout.
  let layer: Int
  /// Hp
  let width: Int
  /// The state that every row starts from, (C, Hp): what the weights of the hidden state multiply.
  let previous: Buffer<Float>
  /// The candidate's product q = h W_n + b_n, (C, Hp); nil unless training.
  let products: Buffer<Float>?
  /// Gradient by h W and q, (C, 3 Hp), or (C, 3 Hp / 2) words of two bfloat16 where the host rounds; nil unless training.
  let gradients: Buffer<Float>?

  private let loadStates: Kernel
  private let storeStates: Kernel

  init(
    _ layer: ParameterLayout.Layer, layer index: Int, device: Device, rounds: Bool, training: Bool,
    register: (_ part: String, _ axis: String, _ width: Int) -> Buffer<Float>
  ) throws {
    self.layer = index
    width = layer.paddedInputs
    previous = register("\(layer.name).previous", "H", width)
    products = training ? register("\(layer.name).products", "H", width) : nil
    let gateWidth = rounds ? 3 * width / 2 : 3 * width
    gradients = training ? register("\(layer.name).gate_gradients", rounds ? "3H/2" : "3H", gateWidth) : nil
    loadStates = try device.kernel("Network/gru_load_states.comp")
    storeStates = try device.kernel("Network/gru_store_states.comp")
  }

  /// The hidden states of the caller to the first step.
  func recordLoadStates(_ recorder: CommandRecorder, _ rows: Rows, _ sequences: SequenceRows) {
    recorder.dispatch(
      loadStates,
      [
        "states": sequences.states.window, "row_indices": sequences.indices.window, "resets": sequences.resets.window,
        "previous": previous.window(runs: 0..<rows.runs),
      ], push: dispatch(rows, sequences, firstRow: 0),
      groups: loadStates.groups(for: sequences.sequences * width / 4), rows.runs, work: statesWork(rows, sequences))
  }

  /// Hidden states back to the caller, after the time loop.
  ///
  /// - Parameter hidden: Those after every row, (C, Hp).
  func recordStoreStates(
    _ recorder: CommandRecorder, _ rows: Rows, _ sequences: SequenceRows, hidden: Buffer<Float>
  ) {
    let (source, firstRow): (Buffer<Float>, Int)
    switch sequences.keeping {
    case .unchanged: return
    case .first: (source, firstRow) = (previous, 0)
    case .last: (source, firstRow) = (hidden, (sequences.steps - 1) * sequences.sequences)
    }
    recorder.dispatch(
      storeStates,
      [
        "hidden": source.window(runs: 0..<rows.runs), "row_indices": sequences.indices.window,
        "row_counts": rows.counts.window, "states": sequences.states.window,
      ], push: dispatch(rows, sequences, firstRow: firstRow),
      groups: storeStates.groups(for: sequences.sequences * width / 4), rows.runs, work: statesWork(rows, sequences))
  }

  private func dispatch(_ rows: Rows, _ sequences: SequenceRows, firstRow: Int) -> StateDispatch {
    StateDispatch(
      sequences: UInt32(sequences.sequences), width: UInt32(width), first_row: UInt32(firstRow),
      state_rows: UInt32(sequences.stateRows), state_stride: UInt32(sequences.states.stride),
      row_index_stride: UInt32(sequences.indices.stride), row_count_stride: UInt32(rows.counts.stride),
      reset_stride: UInt32(sequences.resets.stride), hidden_stride: UInt32(previous.runStride))
  }

  /// Hidden states of every sequence from one place to another.
  private func statesWork(_ rows: Rows, _ sequences: SequenceRows) -> Work {
    Work(bytes: 4 * Double(rows.runs * sequences.sequences * (2 * width + 1)))
  }
}
