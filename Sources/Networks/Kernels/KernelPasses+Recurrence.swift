import CShaders
import VulkanCompute

// Where a recurrent network walks through time.
extension KernelPasses {
  /// gates and `previous` of the first step -> hidden states of all steps.
  func recordSteps(
    _ recorder: CommandRecorder, _ loop: RecurrentKernels, _ recurrence: Recurrence, _ rows: Rows,
    _ sequences: SequenceRows, _ policies: Policies
  ) {
    let window = 0..<rows.runs
    var bindings = [
      "previous": recurrence.previous.window(runs: window), "parameters": policies.parameters,
      "policy_indices": policies.indices.window, "resets": sequences.resets.window,
      "row_counts": rows.counts.window, "gates": workspace.activations[recurrence.layer - 1].window(runs: window),
      "hidden": workspace.activations[recurrence.layer].window(runs: window),
      "following": recurrence.previous.window(runs: window),
    ]
    bindings["products"] = recurrence.products?.window(runs: window)
    recordLoop(recorder, loop.forward, bindings, recurrence, rows, sequences, policies, backwards: false)
  }

  /// Gradient by the hidden states of all steps -> gradients by both products of every step.
  func recordBackwardSteps(
    _ recorder: CommandRecorder, _ loop: RecurrentKernels, _ recurrence: Recurrence, _ rows: Rows,
    _ sequences: SequenceRows, _ policies: Policies
  ) {
    guard let steps = loop.backward, let products = recurrence.products, let dg = recurrence.gradients else { return }
    let window = 0..<rows.runs
    var bindings = [
      "gates": workspace.activations[recurrence.layer - 1].window(runs: window),
      "products": products.window(runs: window), "previous": recurrence.previous.window(runs: window),
      "resets": sequences.resets.window,
      "output_gradients": workspace.gradients[recurrence.layer].window(runs: window),
      "gate_gradients": workspace.gradients[recurrence.layer - 1].window(runs: window),
      "recurrent_gradients": dg.window(runs: window),
    ]
    if let transposed = loop.transposed {
      bindings["transposed"] = transposed.weights.window(runs: window)
    } else {
      bindings["parameters"] = policies.parameters
      bindings["policy_indices"] = policies.indices.window
      bindings["following_gradients"] = dg.window(runs: window)
    }
    recordLoop(recorder, steps, bindings, recurrence, rows, sequences, policies, backwards: true)
  }

  /// W^T for `recordBackwardSteps`, where its kernel reads such; to be recorded early, since it waits for the parameters only.
  func recordTransposedWeights(_ recorder: CommandRecorder, _ policies: Policies, runs: Int) {
    guard let loop, let transposed = loop.transposed, let recurrence = workspace.recurrence else { return }
    let (layer, width) = (layout.layers[recurrence.layer], recurrence.width)
    let push = TransposeDispatch(
      inputs: UInt32(width), outputs: UInt32(3 * width), weight_offset: UInt32(layer.weightOffset),
      parameter_stride: UInt32(layout.count), policy_index_stride: UInt32(policies.indices.stride),
      transposed_stride: UInt32(transposed.weights.runStride))
    let tile = Int(TRANSPOSE_TILE)
    recorder.dispatch(
      transposed.kernel,
      [
        "parameters": policies.parameters, "policy_indices": policies.indices.window,
        "transposed": transposed.weights.window(runs: 0..<runs),
      ], push: push, groups: (3 * width + tile - 1) / tile, (width + tile - 1) / tile, runs,
      work: Work(bytes: Double(4 * 2 * runs * 3 * width * width)))
  }

  private func recordLoop(
    _ recorder: CommandRecorder, _ loop: RecurrentKernels.Steps, _ bindings: [String: BufferWindow],
    _ recurrence: Recurrence, _ rows: Rows, _ sequences: SequenceRows, _ policies: Policies, backwards: Bool
  ) {
    let layer = layout.layers[recurrence.layer]
    let count = loop.stepsPerDispatch ?? sequences.steps
    func push(_ firstStep: Int) -> RecurrentDispatch {
      RecurrentDispatch(
        sequences: UInt32(sequences.sequences), steps: UInt32(sequences.steps), first_step: UInt32(firstStep),
        step_count: UInt32(count), width: UInt32(recurrence.width), weight_offset: UInt32(layer.weightOffset),
        bias_offset: UInt32(layer.biasOffset), parameter_stride: UInt32(layout.count),
        policy_index_stride: UInt32(policies.indices.stride), row_count_stride: UInt32(rows.counts.stride),
        reset_stride: UInt32(sequences.resets.stride), hidden_stride: UInt32(recurrence.previous.runStride),
        gate_stride: UInt32(workspace.activations[recurrence.layer - 1].runStride))
    }
    let starts = Array(stride(from: 0, to: sequences.steps, by: count))
    let work = backwards ? workspace.backwardStepsWork : workspace.forwardStepsWork
    for start in backwards ? starts.reversed() : starts {
      recorder.dispatch(
        loop.kernel, bindings, push: push(start), groups: loop.groups(sequences.sequences), 1, rows.runs,
        work: work(recurrence, rows, sequences, start..<start + count))
    }
  }
}
