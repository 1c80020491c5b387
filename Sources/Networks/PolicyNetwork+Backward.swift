import CShaders
import VulkanCompute

extension PolicyNetwork {
  /// Adds the gradient by the parameters of one chunk, from `logitGradients` (acting rows) and `valueGradients` (all rows),
  /// after `recordForward` of both heads on the same rows. The caller clears `gradients` once per minibatch.
  ///
  /// Kernels add minibatch row r to split (r / SPLIT_BLOCK_ROWS) % splits, in order, so the result depends on `splits` but
  /// not on how a minibatch is cut into chunks; the host adds to split 0, chunk by chunk.
  ///
  /// - Parameters:
  ///   - gradients: (splits, P) floats per run.
  ///   - minibatchRows: Rows that the loss is a mean over, which mixed precision scales gradients by.
  ///   - firstRow: Minibatch row that stands at workspace row 0; a multiple of `SPLIT_BLOCK_ROWS`.
  public func recordBackward(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    gradients parameterGradients: RunWindow, splits: Int, minibatchRows: Int, firstRow: Int = 0
  ) throws {
    check(rows)
    precondition(!gradients.isEmpty, "this network has no workspace for training")
    precondition(firstRow % Int(SPLIT_BLOCK_ROWS) == 0, "a chunk begins at a multiple of \(SPLIT_BLOCK_ROWS) rows")
    if let blas {
      return recordBackwardOnHost(
        blas, recorder, rows: rows, parameters: parameters, policyIndices: policyIndices,
        gradients: parameterGradients)
    }

    func push(_ index: Int, _ part: LayerPart? = nil) -> DenseDispatch {
      var push = denseDispatch(index, part, rows: rows, policyIndices: policyIndices)
      push.gradient_stride = UInt32(parameterGradients.stride)
      push.first_row = UInt32(firstRow)
      push.gradient_scale = Precision.gradientScale(minibatchRows: minibatchRows)
      return push
    }
    func addWeightGradients(_ index: Int) throws {
      guard let outputGradients = outputGradients(index)?.window(runs: 0..<rows.runs) else { return }
      switch source(of: layout.layers[index]) {
      case .dense(let x):
        for part in parts(of: index) {
          try kernels.dispatch(
            .backwardWeights, recorder,
            [
              "inputs": x.window(runs: 0..<rows.runs), "output_gradients": outputGradients,
              "row_counts": rows.counts.window, "gradients": parameterGradients.window,
            ],
            push: push(index, part), runs: rows.runs, splits: splits, work: backwardWeightsWork(index, part, rows))
        }
      case .sparse(let lists):
        lists.recordBackwardWeights(
          recorder, layer: index, push: push(index), rows: rows, outputGradients: outputGradients,
          gradients: parameterGradients.window, splits: splits,
          work: backwardWeightsWork(index, parts(of: index)[0], rows))
      }
    }
    func propagate(_ index: Int, accumulating: Bool = false) throws {
      guard let source = layout.layers[index].source else { return }
      for (order, part) in parts(of: index).enumerated() {
        if order > 0 { recorder.barrier() }
        try kernels.dispatch(
          .backwardInput(layout.layers[source].activation, accumulating: accumulating || order > 0), recorder,
          [
            "output_gradients": gradients[index].window(runs: 0..<rows.runs), "parameters": parameters,
            "inputs": activations[source].window(runs: 0..<rows.runs), "row_counts": rows.counts.window,
            "policy_indices": policyIndices.window, "input_gradients": gradients[source].window(runs: 0..<rows.runs),
          ],
          push: push(index, part), runs: rows.runs, work: backwardInputWork(index, part, rows))
      }
    }

    let trunkDepth = layout.sharedDepth
    for step in forwardSteps(heads: [.actor, .critic]).dropFirst(trunkDepth).reversed() {
      for index in step {
        try addWeightGradients(index)
        if !joinsTrunk(index) { try propagate(index) }
      }
      recorder.barrier()
    }
    if trunkDepth > 0 {
      // The critic writes the gradient of the trunk's last layer on all rows, the actor adds to it on acting rows.
      for part in [ParameterLayout.Part.critic, .actor] {
        for index in layout.layers.indices where layout.layers[index].part == part && joinsTrunk(index) {
          try propagate(index, accumulating: part == .actor)
          recorder.barrier()
        }
      }
      for index in (0..<trunkDepth).reversed() {
        if let recurrence, index == recurrence.layer {
          recordBackwardSteps(recorder, recurrence, rows, parameters: parameters, policyIndices: policyIndices)
          try addWeightGradients(index)
          continue
        }
        try addWeightGradients(index)
        try propagate(index)
        recorder.barrier()
      }
    }
  }

  /// Adds what is the same for all chunks of a minibatch, after the last of them: gradients of the static part of listed
  /// observations. The end of every minibatch, whatever the inputs.
  public func recordFinishBackward(_ recorder: CommandRecorder, runs: Int, gradients: RunWindow, splits: Int) {
    guard case .sparse(let lists) = inputs else { return }
    if blas != nil {
      return recordFinishBackwardOnHost(recorder, runs: runs, gradients: gradients, lists: lists)
    }
    for (index, layer) in layout.layers.enumerated() where layer.source == nil {
      var push = DenseDispatch()
      push.outputs = UInt32(layer.paddedOutputs)
      push.weight_offset = UInt32(layer.weightOffset)
      push.bias_offset = UInt32(layer.biasOffset)
      push.parameter_stride = UInt32(layout.count)
      push.gradient_stride = UInt32(gradients.stride)
      lists.recordStaticGradients(
        recorder, layer: index, push: push, gradients: gradients.window, splits: splits, runs: runs)
    }
    recorder.barrier()
  }

  /// Whether a head's layer reads the last of the shared layers.
  private func joinsTrunk(_ index: Int) -> Bool {
    guard layout.sharedDepth > 0 else { return false }
    let layer = layout.layers[index]
    return layer.part != .trunk && layer.source == layout.sharedDepth - 1
  }
}
