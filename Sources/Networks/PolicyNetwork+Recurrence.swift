import CShaders
import VulkanCompute

// Where a recurrent network walks through time.
extension PolicyNetwork {
  /// The hidden states of the caller to the first step. A barrier has to follow.
  func recordLoadStates(_ recorder: CommandRecorder, _ recurrence: Recurrence, _ rows: WorkspaceRows) {
    let sequences = sequences(of: rows)
    let kernel = recurrence.loadStates
    recorder.dispatch(
      kernel,
      [
        "states": sequences.states.window, "row_indices": sequences.indices.window, "resets": sequences.resets.window,
        "previous": recurrence.previous.window(runs: 0..<rows.runs),
      ], push: stateDispatch(recurrence, rows, firstRow: 0),
      groups: kernel.groups(for: sequences.sequences * recurrence.width / 4), rows.runs,
      work: statesWork(recurrence, rows))
  }

  /// Hidden states back to the caller, after the time loop. A barrier has to follow.
  func recordStoreStates(_ recorder: CommandRecorder, _ recurrence: Recurrence, _ rows: WorkspaceRows) {
    let sequences = sequences(of: rows)
    let (source, firstRow): (Buffer<Float>, Int)
    switch sequences.keeping {
    case .unchanged: return
    case .first: (source, firstRow) = (recurrence.previous, 0)
    case .last: (source, firstRow) = (activations[recurrence.layer], (sequences.steps - 1) * sequences.sequences)
    }
    let kernel = recurrence.storeStates
    recorder.dispatch(
      kernel,
      [
        "hidden": source.window(runs: 0..<rows.runs), "row_indices": sequences.indices.window,
        "row_counts": rows.counts.window, "states": sequences.states.window,
      ], push: stateDispatch(recurrence, rows, firstRow: firstRow),
      groups: kernel.groups(for: sequences.sequences * recurrence.width / 4), rows.runs,
      work: statesWork(recurrence, rows))
  }

  /// gates and `previous` of the first step -> hidden states of all steps.
  func recordSteps(
    _ recorder: CommandRecorder, _ recurrence: Recurrence, _ rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow
  ) {
    guard let steps = recurrence.forward else { preconditionFailure("the host takes the steps in HostLayers") }
    let window = 0..<rows.runs
    let sequences = sequences(of: rows)
    var bindings = [
      "previous": recurrence.previous.window(runs: window), "parameters": parameters,
      "policy_indices": policyIndices.window, "resets": sequences.resets.window,
      "row_counts": rows.counts.window, "gates": activations[recurrence.layer - 1].window(runs: window),
      "hidden": activations[recurrence.layer].window(runs: window),
      "following": recurrence.previous.window(runs: window),
    ]
    bindings["products"] = recurrence.products?.window(runs: window)
    recordLoop(recorder, steps, bindings, recurrence, rows, policyIndices, backwards: false)
  }

  /// Gradient by the hidden states of all steps -> gradients by both products of every step.
  func recordBackwardSteps(
    _ recorder: CommandRecorder, _ recurrence: Recurrence, _ rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow
  ) {
    guard let steps = recurrence.backward, let products = recurrence.products, let dg = recurrence.gradients else {
      preconditionFailure("this network has no workspace for training, or the host takes the steps")
    }
    let window = 0..<rows.runs
    var bindings = [
      "gates": activations[recurrence.layer - 1].window(runs: window), "products": products.window(runs: window),
      "previous": recurrence.previous.window(runs: window), "parameters": parameters,
      "policy_indices": policyIndices.window, "resets": sequences(of: rows).resets.window,
      "output_gradients": gradients[recurrence.layer].window(runs: window),
      "gate_gradients": gradients[recurrence.layer - 1].window(runs: window),
      "recurrent_gradients": dg.window(runs: window),
    ]
    if steps.stepsPerDispatch != nil { bindings["following_gradients"] = dg.window(runs: window) }
    recordLoop(recorder, steps, bindings, recurrence, rows, policyIndices, backwards: true)
  }

  private func recordLoop(
    _ recorder: CommandRecorder, _ loop: Recurrence.Steps, _ bindings: [String: BufferWindow],
    _ recurrence: Recurrence, _ rows: WorkspaceRows, _ policyIndices: RunWindow, backwards: Bool
  ) {
    let sequences = sequences(of: rows)
    let layer = layout.layers[recurrence.layer]
    let count = loop.stepsPerDispatch ?? sequences.steps
    var push = RecurrentDispatch()
    push.sequences = UInt32(sequences.sequences)
    push.steps = UInt32(sequences.steps)
    push.step_count = UInt32(count)
    push.width = UInt32(recurrence.width)
    push.weight_offset = UInt32(layer.weightOffset)
    push.bias_offset = UInt32(layer.biasOffset)
    push.parameter_stride = UInt32(layout.count)
    push.policy_index_stride = UInt32(policyIndices.stride)
    push.row_count_stride = UInt32(rows.counts.stride)
    push.reset_stride = UInt32(sequences.resets.stride)
    push.hidden_stride = UInt32(recurrence.previous.runStride)
    push.gate_stride = UInt32(activations[recurrence.layer - 1].runStride)
    let starts = Array(stride(from: 0, to: sequences.steps, by: count))
    for start in backwards ? starts.reversed() : starts {
      push.first_step = UInt32(start)
      recorder.dispatch(
        loop.kernel, bindings, push: push, groups: loop.groups(sequences.sequences), 1, rows.runs,
        work: (backwards ? backwardStepsWork : forwardStepsWork)(recurrence, rows, start..<start + count))
      recorder.barrier()
    }
  }

  private func stateDispatch(_ recurrence: Recurrence, _ rows: WorkspaceRows, firstRow: Int) -> StateDispatch {
    let sequences = sequences(of: rows)
    return StateDispatch(
      sequences: UInt32(sequences.sequences), width: UInt32(recurrence.width), first_row: UInt32(firstRow),
      state_rows: UInt32(sequences.stateRows), state_stride: UInt32(sequences.states.stride),
      row_index_stride: UInt32(sequences.indices.stride), row_count_stride: UInt32(rows.counts.stride),
      reset_stride: UInt32(sequences.resets.stride),
      hidden_stride: UInt32(recurrence.previous.runStride))
  }

  func sequences(of rows: WorkspaceRows) -> SequenceRows {
    guard let sequences = rows.sequences else { preconditionFailure("a recurrent network needs sequences of rows") }
    return sequences
  }
}
