import CShaders
import VulkanCompute

extension KernelPasses {
  func clear(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow) {
    recorder.fill(gradients.window, with: 0)
  }

  func gradient(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, loss: BoundOperation, metrics: BoundOperation,
    into target: GradientTarget
  ) throws {
    recorder.phase = "epochs: forward"
    recordTransposedWeights(recorder, policies, runs: rows.runs)
    try forward(recorder, rows, [policies], heads: [.actor, .critic], then: nil)
    recorder.phase = "epochs: loss"
    recorder.perform(loss)
    recorder.perform(metrics)
    recorder.phase = "epochs: backward"
    try recordBackward(recorder, rows, policies, into: target)
  }

  /// From `logitGradients` (acting rows) and `valueGradients` (all rows) to the gradient by the parameters.
  private func recordBackward(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, into target: GradientTarget
  ) throws {
    let trunkDepth = layout.sharedDepth
    for step in workspace.forwardSteps(heads: [.actor, .critic]).dropFirst(trunkDepth).reversed() {
      for index in step {
        try dispatchWeightGradients(recorder, index, rows, policies, target)
        if !joinsTrunk(index) { try dispatchInputGradients(recorder, index, rows, policies, target) }
      }
    }
    // The critic writes the gradient of the trunk's last layer on all rows, the actor adds to it on acting rows.
    for part in [ParameterLayout.Part.critic, .actor] {
      for index in workspace.indices(part) where joinsTrunk(index) {
        try dispatchInputGradients(recorder, index, rows, policies, target, accumulating: part == .actor)
      }
    }
    for index in (0..<trunkDepth).reversed() {
      if let loop, let (recurrence, sequences) = workspace.recurrence(of: rows), index == recurrence.layer {
        recordBackwardSteps(recorder, loop, recurrence, rows, sequences, policies)
        try dispatchWeightGradients(recorder, index, rows, policies, target)
        continue
      }
      try dispatchWeightGradients(recorder, index, rows, policies, target)
      try dispatchInputGradients(recorder, index, rows, policies, target)
    }
  }

  private func dispatchWeightGradients(
    _ recorder: CommandRecorder, _ index: Int, _ rows: Rows, _ policies: Policies, _ target: GradientTarget
  ) throws {
    guard let outputGradients = workspace.outputGradients(index)?.window(runs: 0..<rows.runs) else { return }
    if let normalisation, let place = place(ofNormalisation: index) {
      return normalisation.dispatchBackwardParameters(
        recorder, place, rows, policies, target, splits: gradientSplits,
        work: workspace.backwardWeightsWork(index, place.part, rows))
    }
    for part in workspace.parts(of: index) {
      let push = denseDispatch(index, part, rows: rows, policies, target: target)
      let work = workspace.backwardWeightsWork(index, part, rows)
      if let x = workspace.denseSource(of: layout.layers[index]) {
        try kernels.dispatch(
          .backwardWeights, recorder,
          [
            "inputs": x.window(runs: 0..<rows.runs), "output_gradients": outputGradients,
            "row_counts": rows.counts.window, "gradients": gradients(of: index, part.columns, in: target.gradients),
          ],
          push: push, storage: workspace.storage(of: index, gradients: true), runs: rows.runs, splits: gradientSplits,
          work: work)
      } else if let lists {
        lists.dispatchBackwardWeights(
          recorder, push: push, rows: rows, outputGradients: outputGradients,
          gradients: gradients(of: index, part.columns, in: target.gradients), splits: gradientSplits, work: work)
      }
    }
  }

  private func dispatchInputGradients(
    _ recorder: CommandRecorder, _ index: Int, _ rows: Rows, _ policies: Policies, _ target: GradientTarget,
    accumulating: Bool = false
  ) throws {
    guard let source = layout.layers[index].source else { return }
    if let normalisation, let place = place(ofNormalisation: index) {
      return normalisation.dispatchBackward(
        recorder, place, rows, policies, work: workspace.backwardInputWork(index, place.part, rows))
    }
    let (gradients, activations) = (workspace.gradients, workspace.activations)
    for (order, part) in workspace.parts(of: index).enumerated() {
      var bindings = [
        "output_gradients": gradients[index].window(runs: 0..<rows.runs),
        "inputs": activations[source].window(runs: 0..<rows.runs), "row_counts": rows.counts.window,
        "policy_indices": policies.indices.window, "input_gradients": gradients[source].window(runs: 0..<rows.runs),
      ]
      if let rounded {
        bindings["weights"] = rounded.parameters.whole
      } else {
        bindings["parameters"] = policies.parameters
      }
      try kernels.dispatch(
        .backwardInput(layout.layers[source].activation, accumulating: accumulating || order > 0), recorder, bindings,
        push: denseDispatch(index, part, rows: rows, policies, target: target),
        storage: workspace.storage(of: index, gradients: true), runs: rows.runs,
        work: workspace.backwardInputWork(index, part, rows))
    }
  }

  func finish(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow) {
    guard let lists else { return }
    for (index, layer) in layout.layers.enumerated() where layer.source == nil {
      let window = self.gradients(of: index, 0..<layer.paddedOutputs, in: gradients)
      lists.dispatchStaticGradients(
        recorder, of: layer, layout, gradients: RunWindow(window, stride: gradients.stride), splits: gradientSplits,
        runs: runs)
    }
  }

  /// The gradients by the weights and biases of some columns of a layer: nobody waits for those of others.
  private func gradients(of index: Int, _ columns: Range<Int>, in gradients: RunWindow) -> BufferWindow {
    let layer = layout.layers[index]
    precondition(gradients.stride % layout.count == 0, "gradients are (S, P) floats per run")
    return gradients.window.stripe(layer.weightOffset..<layer.end, of: layout.count)
      .stripe(columns, of: layer.paddedOutputs)
  }

  /// Whether a head's layer reads the last of the shared layers.
  private func joinsTrunk(_ index: Int) -> Bool {
    let layer = layout.layers[index]
    return layout.sharedDepth > 0 && layer.part != .trunk && layer.source == layout.sharedDepth - 1
  }
}
