import CShaders
import VulkanCompute

extension PolicyNetwork {
  /// Fills x, or its lists, from packed observations: workspace row i of a run gets the observation
  /// `indices[indexOffset + i]`; rows at and beyond the run's count stay as they are. Where the host multiplies and can
  /// read the observations itself, it does so in `recordForward`.
  ///
  /// - Parameters:
  ///   - observations: (observation rows, W) words per run.
  ///   - indices: Observation rows, one word per workspace row.
  ///   - symmetries: (observation rows) elements of the network's symmetries, where it has any.
  ///   - lists: Those of all observations, where `recordList` made them.
  /// - Returns: The rows as the passes over the network take them.
  public func recordExpand(
    _ recorder: CommandRecorder, rows: WorkspaceRows, observations: RunWindow, indices: RunWindow, indexOffset: Int = 0,
    symmetries: RunWindow? = nil, lists: ObservationLists? = nil
  ) -> WorkspaceRows {
    check(rows)
    precondition((symmetries == nil) == (self.symmetries == nil), "symmetries are for a network that was made for them")
    if blas != nil, let onHost = hostObservations(rows, observations, indices, indexOffset, lists) {
      var rows = rows
      rows.onHost = onHost
      return rows
    }
    switch inputs {
    case .dense(let inputs, let kernel):
      recordExpandDense(recorder, rows, observations, indices, indexOffset, symmetries, into: inputs, kernel)
    case .sparse(let lists):
      lists.recordList(
        recorder, rows: rows, observations: observations, wordCount: observation.wordCount, indices: indices,
        indexOffset: indexOffset, symmetries: symmetries, table: self.symmetries, work: expandWork(rows))
    }
    recorder.barrier()
    return rows
  }

  private func hostObservations(
    _ rows: WorkspaceRows, _ observations: RunWindow, _ indices: RunWindow, _ indexOffset: Int,
    _ lists: ObservationLists?
  ) -> HostObservations? {
    switch inputs {
    case .dense:
      observation.bits == nil || symmetries != nil
        ? nil : .packed(observations, indices: indices, indexOffset: indexOffset)
    case .sparse:
      lists.map { .listed($0, runs: rows.runs, indices: indices, indexOffset: indexOffset) }
    }
  }

  /// Lists the packed observations of `rows` of every run, in their order, for a `recordExpand` with `lists`.
  public func recordList(
    _ recorder: CommandRecorder, runs: Int, rows: Range<Int>, observations: RunWindow, symmetries: RunWindow? = nil,
    into lists: ObservationLists
  ) {
    guard case .sparse(let inputs) = inputs else { preconditionFailure("this network reads no lists") }
    inputs.recordListInOrder(
      recorder, runs: runs, rows: rows, observations: observations, wordCount: observation.wordCount,
      symmetries: symmetries, table: self.symmetries, into: lists)
    recorder.barrier()
  }

  private func recordExpandDense(
    _ recorder: CommandRecorder, _ rows: WorkspaceRows, _ observations: RunWindow, _ indices: RunWindow,
    _ indexOffset: Int, _ symmetries: RunWindow?, into inputs: Buffer<Float>, _ expandKernel: Kernel
  ) {
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
    push.symmetry_stride = UInt32(symmetries?.stride ?? 0)
    var bindings = [
      "observations": observations.window, "row_indices": indices.window, "row_counts": rows.counts.window,
      "inputs": inputs.window(runs: 0..<rows.runs),
    ]
    bindings["symmetries"] = symmetries?.window
    bindings["feature_table"] = self.symmetries?.features.whole
    recorder.dispatch(
      expandKernel, bindings, push: push,
      groups: expandKernel.groups(for: rows.rows * Int(push.padded_features) / 8), rows.runs, work: expandWork(rows))
  }

  /// Computes the trunk and the wanted heads: trunk and critic on all rows, the actor on acting rows. A recurrent network
  /// walks through the time of `rows.sequences` between them.
  ///
  /// - Parameters:
  ///   - parameters: Parameter sets (P), one after the other.
  ///   - policyIndices: For each run of the window, which of the bound parameter sets it uses.
  ///   - rowWork: What is to be done to the outputs in the same step of the host, where the host multiplies; otherwise nil.
  public func recordForward(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    heads: Set<Head> = [.actor, .critic], then rowWork: HostRowWork? = nil
  ) throws {
    check(rows)
    if let blas {
      return recordForwardOnHost(
        blas, recorder, rows: rows, parameters: parameters, policyIndices: policyIndices, heads: heads,
        then: rowWork)
    }
    precondition(rowWork == nil, "kernels multiply here, and the host has no part in it")
    let steps = forwardSteps(heads: heads)
    if let recurrence { recordLoadStates(recorder, recurrence, rows) }
    if case .sparse(let lists) = inputs {
      for index in steps[0] {
        lists.recordBase(
          recorder, layer: index, push: denseDispatch(index, rows: rows, policyIndices: policyIndices),
          parameters: parameters, policyIndices: policyIndices.window, runs: rows.runs)
      }
      recorder.barrier()
    }
    for step in steps {
      if let recurrence, step == [recurrence.layer] {
        recordSteps(recorder, recurrence, rows, parameters: parameters, policyIndices: policyIndices)
        recordStoreStates(recorder, recurrence, rows)
        continue
      }
      for index in step {
        let layer = layout.layers[index]
        let outputs = activations[index].window(runs: 0..<rows.runs)
        switch source(of: layer) {
        case .dense(let x):
          for part in parts(of: index) {
            try kernels.dispatch(
              .forward(layer.activation), recorder,
              [
                "inputs": x.window(runs: 0..<rows.runs), "parameters": parameters, "row_counts": rows.counts.window,
                "policy_indices": policyIndices.window, "outputs": outputs,
              ],
              push: denseDispatch(index, part, rows: rows, policyIndices: policyIndices), runs: rows.runs,
              work: forwardWork(index, part, rows))
          }
        case .sparse(let lists):
          lists.recordForward(
            recorder, layer: index, activation: layer.activation,
            push: denseDispatch(index, rows: rows, policyIndices: policyIndices), parameters: parameters,
            policyIndices: policyIndices.window, rows: rows, outputs: outputs,
            work: forwardWork(index, parts(of: index)[0], rows))
        }
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

  enum Source {
    case dense(Buffer<Float>)
    case sparse(SparseInputs)
  }

  /// What a layer's weights multiply: x, or lists of it, or the activated output of the layer before, or the hidden state.
  func source(of layer: ParameterLayout.Layer) -> Source {
    if layer.kind == .gruHidden, let recurrence { return .dense(recurrence.previous) }
    if let source = layer.source { return .dense(activations[source]) }
    return switch inputs {
    case .dense(let x, _): .dense(x)
    case .sparse(let lists): .sparse(lists)
    }
  }

  /// - Parameter part: nil for a layer that has one part only.
  func denseDispatch(_ index: Int, _ part: LayerPart? = nil, rows: WorkspaceRows, policyIndices: RunWindow)
    -> DenseDispatch
  {
    let layer = layout.layers[index]
    let part = part ?? parts(of: index)[0]
    var push = DenseDispatch()
    push.rows = UInt32(rows.rows)
    push.row_count_index = part.rowCount
    push.column_begin = UInt32(part.columns.lowerBound)
    push.columns = UInt32(part.columns.count)
    push.row_count_stride = UInt32(rows.counts.stride)
    push.policy_index_stride = UInt32(policyIndices.stride)
    push.inputs = UInt32(layer.paddedInputs)
    push.outputs = UInt32(layer.paddedOutputs)
    push.weight_offset = UInt32(layer.weightOffset)
    push.bias_offset = UInt32(layer.biasOffset - layer.biasBegin)
    push.bias_begin = UInt32(layer.biasBegin)
    push.parameter_stride = UInt32(layout.count)
    if case .dense(let x) = source(of: layer) { push.input_stride = UInt32(x.runStride) }
    push.output_stride = UInt32(outputGradients(index)?.runStride ?? activations[index].runStride)
    return push
  }

  /// Gradient by x W + b of a layer, (C, columns); nil unless training.
  func outputGradients(_ index: Int) -> Buffer<Float>? {
    if let recurrence, index == recurrence.layer { return recurrence.gradients }
    return gradients.isEmpty ? nil : gradients[index]
  }

  func check(_ rows: WorkspaceRows) {
    precondition((rows.sequences == nil) == (recurrence == nil), "sequences of rows are for recurrent networks")
    if let sequences = rows.sequences {
      precondition(rows.rows == sequences.sequences * sequences.steps, "rows are whole sequences")
    }
    precondition(
      (1...windowRuns).contains(rows.runs) && (1...rowCapacity).contains(rows.rows),
      "\(rows.runs) runs of \(rows.rows) rows do not fit a workspace for \(windowRuns) runs of \(rowCapacity) rows")
  }
}
