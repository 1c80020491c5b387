import CHostKernels
import CShaders
import VulkanCompute

// What the host reads and writes, as addresses in the buffers of the workspace.
extension HostPasses {
  /// Everything that a pass uses: it lives as long as the recorded pass.
  func windows(_ rows: Rows, _ policies: Policies) -> [BufferWindow] {
    let inputs =
      switch workspace.inputs {
      case .dense(let x, _): [x.whole]
      case .listed(let lists): [lists.entries.whole, lists.lengths.whole, lists.staticEntries.whole]
      }
    let (observations, recurrence) = (rows.observations, workspace.recurrence)
    let listed = observations.lists.map { [$0.entries.whole, $0.lengths.whole] } ?? []
    let recurrent = [recurrence?.previous, recurrence?.products, recurrence?.gradients].compactMap { $0?.whole }
    return inputs + listed + recurrent + (workspace.activations + workspace.gradients).map(\.whole)
      + [
        observations.packed.window, rows.indices.window, rows.counts.window, policies.parameters,
        policies.indices.window,
      ]
      + (rows.sequences.map { [$0.resets.window] } ?? [])
  }

  /// - Returns: nil for feed-forward networks.
  func hostRecurrence(_ layers: HostLayers, _ rows: Rows) -> HostRecurrence? {
    guard let (recurrence, sequences) = workspace.recurrence(of: rows) else { return nil }
    let layer = layout.layers[recurrence.layer]
    let gates = workspace.activations[recurrence.layer - 1]
    func address(_ buffer: Buffer<Float>) -> UnsafeMutablePointer<Float> { buffer.whole.address(of: Float.self) }
    var gradients: HostRecurrence.Gradients?
    if let products = recurrence.products, let byRecurrent = recurrence.gradients {
      gradients = HostRecurrence.Gradients(
        products: address(products), byHidden: address(workspace.gradients[recurrence.layer]),
        byGates: address(workspace.gradients[recurrence.layer - 1]), byRecurrent: address(byRecurrent))
    }
    return HostRecurrence(
      work: layers, sequences: sequences.sequences, steps: sequences.steps, width: recurrence.width,
      weightOffset: layer.weightOffset, biasOffset: layer.biasOffset,
      resets: UnsafePointer(sequences.resets.window.address(of: UInt32.self)), resetStride: sequences.resets.stride,
      hiddenStride: recurrence.previous.runStride, gateStride: gates.runStride, previous: address(recurrence.previous),
      gates: address(gates), hidden: address(workspace.activations[recurrence.layer]), gradients: gradients)
  }

  func hostLayers(_ rows: Rows, _ policies: Policies) -> HostLayers {
    let (activations, gradients) = (workspace.activations, workspace.gradients)
    let layers = layout.layers.indices.map { index in
      let layer = layout.layers[index]
      let outputGradients = workspace.outputGradients(index)
      return HostLayers.Layer(
        inputs: layer.paddedInputs, outputs: layer.paddedOutputs, activation: layer.activation, source: layer.source,
        parts: workspace.parts(of: index).map { .init(columns: $0.columns, rowCount: Int($0.rowCount)) },
        weightOffset: layer.weightOffset, biasOffset: layer.biasOffset, x: hostInputs(of: layer, rows),
        y: activations[index].whole.address(of: Float.self), yStride: activations[index].runStride,
        dy: gradients.isEmpty ? nil : gradients[index].whole.address(of: Float.self),
        dz: outputGradients?.whole.address(of: Float.self), dzStride: outputGradients?.runStride ?? 0,
        biasColumns: layer.biasBegin..<layer.paddedOutputs)
    }
    return HostLayers(
      products: products, layers: layers, expand: expansion(rows), runs: rows.runs, rows: rows.count,
      counts: UnsafePointer(rows.counts.window.address(of: UInt32.self)), countStride: rows.counts.stride,
      policyIndices: UnsafePointer(policies.indices.window.address(of: UInt32.self)),
      policyIndexStride: policies.indices.stride,
      parameters: UnsafePointer(policies.parameters.address(of: Float.self)), parameterCount: layout.count)
  }

  /// What the host does to make x of some rows; nil where a kernel has made it, or lists.
  private func expansion(_ rows: Rows) -> HostLayers.RowWork? {
    guard case .dense(let x, let expand) = workspace.inputs,
      let job = workspace.expansion(rows, by: expand, into: x).onHost
    else { return nil }
    return { job($0, $1) }
  }

  private func hostInputs(of layer: ParameterLayout.Layer, _ rows: Rows) -> HostLayers.Inputs {
    switch workspace.source(of: layer) {
    case .dense(let x): .dense(UnsafePointer(x.whole.address(of: Float.self)), stride: x.runStride)
    case .listed(let own):
      if let lists = rows.observations.lists {
        .sparse(
          hostLists(own, lists.entries, lists.lengths, rows.runs, HostLayers.Indices(rows.indices, rows.indexOffset)))
      } else {
        .sparse(hostLists(own, own.entries, own.lengths, rows.runs, nil))
      }
    }
  }

  private func hostLists(
    _ inputs: ListedInputs, _ entries: Buffer<UInt32>, _ lengths: Buffer<UInt32>, _ runs: Int,
    _ indices: HostLayers.Indices?
  ) -> HostLayers.Lists {
    HostLayers.Lists(
      entries: UnsafePointer(entries.window(runs: 0..<runs).address(of: UInt32.self)), entryStride: entries.runStride,
      pitch: inputs.capacity, lengths: UnsafePointer(lengths.window(runs: 0..<runs).address(of: UInt32.self)),
      lengthStride: lengths.runStride, indices: indices,
      staticEntries: UnsafePointer(inputs.staticEntries.whole.address(of: UInt32.self)),
      staticCount: inputs.staticCount)
  }
}

extension HostLayers.Indices {
  init(_ window: RunWindow, _ offset: Int) {
    self.init(start: UnsafePointer(window.window.address(of: UInt32.self)) + offset, stride: window.stride)
  }
}
