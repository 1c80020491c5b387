import CShaders
import VulkanCompute

extension PolicyNetwork {
  /// Fills x from packed observations: workspace row i of a run gets the observation `indices[indexOffset + i]`; rows
  /// from the run's count up to `rows.rows` become 0.
  ///
  /// - Parameters:
  ///   - observations: (observation rows, W) words per run.
  ///   - indices: Observation rows, one word per workspace row.
  public func recordExpand(
    _ recorder: CommandRecorder, rows: WorkspaceRows, observations: RunWindow, indices: RunWindow, indexOffset: Int = 0
  ) {
    check(rows)
    var push = ExpandDispatch()
    push.rows = UInt32(rows.rows)
    push.features = UInt32(architecture.inputs)
    push.padded_features = UInt32(ParameterLayout.padded(architecture.inputs))
    push.observation_words = UInt32(observation.wordCount)
    push.observation_stride = UInt32(observations.stride)
    push.row_index_stride = UInt32(indices.stride)
    push.row_index_offset = UInt32(indexOffset)
    push.row_count_stride = UInt32(rows.counts.stride)
    push.input_stride = UInt32(inputs.runStride)
    recorder.dispatch(
      expandKernel,
      [
        "observations": observations.window, "row_indices": indices.window, "row_counts": rows.counts.window,
        "inputs": inputs.window(runs: 0..<rows.runs),
      ], push: push, groups: expandKernel.groups(for: rows.rows * Int(push.padded_features) / 8), rows.runs)
    recorder.barrier()
  }

  /// Computes the trunk and the wanted heads: trunk and critic on all rows, the actor on acting rows.
  ///
  /// - Parameters:
  ///   - parameters: Parameter sets (P), one after the other.
  ///   - policyIndices: For each run of the window, which of the bound parameter sets it uses.
  public func recordForward(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    heads: Set<Head> = [.actor, .critic]
  ) throws {
    check(rows)
    for step in forwardSteps(heads: heads) {
      for index in step {
        let layer = layout.layers[index]
        try kernels.dispatch(
          .forward(layer.activation), recorder,
          [
            "inputs": source(of: layer, rows), "parameters": parameters, "row_counts": rows.counts.window,
            "policy_indices": policyIndices.window, "outputs": activations[index].window(runs: 0..<rows.runs),
          ],
          push: denseDispatch(index, rows: rows, policyIndices: policyIndices), runs: rows.runs)
      }
      recorder.barrier()
    }
  }

  /// Layers by depth: those of one step do not depend on each other.
  func forwardSteps(heads: Set<Head>) -> [[Int]] {
    func indices(_ part: ParameterLayout.Part) -> [Int] {
      layout.layers.indices.filter { layout.layers[$0].part == part }
    }
    let actor = heads.contains(.actor) ? indices(.actor) : []
    let critic = heads.contains(.critic) ? indices(.critic) : []
    let headSteps = (0..<max(actor.count, critic.count)).map { depth in
      [actor, critic].compactMap { depth < $0.count ? $0[depth] : nil }
    }
    return indices(.trunk).map { [$0] } + headSteps
  }

  /// What a layer reads: x or the activated output of the layer before.
  func source(of layer: ParameterLayout.Layer, _ rows: WorkspaceRows) -> BufferWindow {
    (layer.source.map { activations[$0] } ?? inputs).window(runs: 0..<rows.runs)
  }

  func denseDispatch(_ index: Int, rows: WorkspaceRows, policyIndices: RunWindow) -> DenseDispatch {
    let layer = layout.layers[index]
    var push = DenseDispatch()
    push.rows = UInt32(rows.rows)
    push.row_count_index = layer.part == .actor ? ROW_COUNT_ACTING : ROW_COUNT_ALL
    push.row_count_stride = UInt32(rows.counts.stride)
    push.policy_index_stride = UInt32(policyIndices.stride)
    push.inputs = UInt32(layer.paddedInputs)
    push.outputs = UInt32(layer.paddedOutputs)
    push.weight_offset = UInt32(layer.weightOffset)
    push.bias_offset = UInt32(layer.biasOffset)
    push.parameter_stride = UInt32(layout.count)
    push.input_stride = UInt32((layer.source.map { activations[$0] } ?? inputs).runStride)
    push.output_stride = UInt32(activations[index].runStride)
    return push
  }

  func check(_ rows: WorkspaceRows) {
    precondition(
      (1...windowRuns).contains(rows.runs) && (1...rowCapacity).contains(rows.rows),
      "\(rows.runs) runs of \(rows.rows) rows do not fit a workspace for \(windowRuns) runs of \(rowCapacity) rows")
  }
}
