import CShaders
import VulkanCompute

extension PolicyNetwork {
  /// Adds the gradient by the parameters of one chunk, from `logitGradients` (acting rows) and `valueGradients` (all rows),
  /// after `recordForward` of both heads on the same rows. The caller clears `gradients` once per minibatch.
  ///
  /// Minibatch row r adds to split (r / SPLIT_BLOCK_ROWS) % splits, in order, so the result depends on `splits` but not
  /// on how a minibatch is cut into chunks.
  ///
  /// - Parameters:
  ///   - gradients: (splits, P) floats per run.
  ///   - firstRow: Minibatch row that stands at workspace row 0; a multiple of `SPLIT_BLOCK_ROWS`.
  public func recordBackward(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    gradients parameterGradients: RunWindow, splits: Int, firstRow: Int = 0
  ) throws {
    check(rows)
    precondition(!gradients.isEmpty, "this network has no workspace for training")
    precondition(firstRow % Int(SPLIT_BLOCK_ROWS) == 0, "a chunk begins at a multiple of \(SPLIT_BLOCK_ROWS) rows")

    func push(_ index: Int) -> DenseDispatch {
      var push = denseDispatch(index, rows: rows, policyIndices: policyIndices)
      push.gradient_stride = UInt32(parameterGradients.stride)
      push.first_row = UInt32(firstRow)
      return push
    }
    func addWeightGradients(_ index: Int) throws {
      try kernels.dispatch(
        .backwardWeights, recorder,
        [
          "inputs": source(of: layout.layers[index], rows),
          "output_gradients": gradients[index].window(runs: 0..<rows.runs), "row_counts": rows.counts.window,
          "gradients": parameterGradients.window,
        ],
        push: push(index), runs: rows.runs, splits: splits)
    }
    func propagate(_ index: Int, accumulating: Bool = false) throws {
      guard let source = layout.layers[index].source else { return }
      try kernels.dispatch(
        .backwardInput(layout.layers[source].activation, accumulating: accumulating), recorder,
        [
          "output_gradients": gradients[index].window(runs: 0..<rows.runs), "parameters": parameters,
          "inputs": activations[source].window(runs: 0..<rows.runs), "row_counts": rows.counts.window,
          "policy_indices": policyIndices.window, "input_gradients": gradients[source].window(runs: 0..<rows.runs),
        ],
        push: push(index), runs: rows.runs)
    }

    let trunkDepth = architecture.trunk.count
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
        try addWeightGradients(index)
        try propagate(index)
        recorder.barrier()
      }
    }
  }

  /// Whether a head's layer reads the trunk's last layer.
  private func joinsTrunk(_ index: Int) -> Bool {
    let layer = layout.layers[index]
    return layer.part != .trunk && layer.source == architecture.trunk.count - 1 && !architecture.trunk.isEmpty
  }
}
