import CShaders
import VulkanCompute

// `recordForward` and `recordBackward` where the host multiplies matrices.
extension PolicyNetwork {
  func recordForwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow, heads: Set<Head>
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let order = forwardSteps(heads: heads).flatMap { $0 }
    recorder.host("network forward", using: hostBuffers(rows, parameters, policyIndices)) { work.forward(order) }
  }

  func recordBackwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow, gradients parameterGradients: RunWindow
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    func layers(_ part: ParameterLayout.Part) -> [Int] {
      layout.layers.indices.filter { layout.layers[$0].part == part }.reversed()
    }
    let steps = work.backwardSteps(layers(.critic) + layers(.actor) + layers(.trunk))
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    recorder.host("network backward", using: hostBuffers(rows, parameters, policyIndices) + [parameterGradients.window])
    {
      work.backwardInputs(steps)
      work.backwardWeights(tiles, into: target, stride: stride)
    }
  }

  private func hostBuffers(_ rows: WorkspaceRows, _ parameters: BufferWindow, _ policyIndices: RunWindow)
    -> [BufferWindow]
  {
    let read =
      switch inputs {
      case .dense(let x, _): [x.whole]
      case .sparse(let lists): [lists.entries.whole, lists.lengths.whole, lists.staticEntries.whole]
      }
    return read + [rows.counts.window, parameters, policyIndices.window] + (activations + gradients).map(\.whole)
  }

  private func hostLayers(
    _ blas: HostBLAS, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow
  ) -> HostLayers {
    let layers = layout.layers.indices.map { index in
      let layer = layout.layers[index]
      return HostLayers.Layer(
        inputs: layer.paddedInputs, outputs: layer.paddedOutputs, activation: layer.activation, source: layer.source,
        parts: parts(of: index).map { .init(columns: $0.columns, rowCount: Int($0.rowCount)) },
        weightOffset: layer.weightOffset, biasOffset: layer.biasOffset,
        x: hostInputs(of: layer),
        y: address(activations[index].whole, of: Float.self), yStride: activations[index].runStride,
        dy: gradients.isEmpty ? nil : address(gradients[index].whole, of: Float.self))
    }
    return HostLayers(
      blas: blas, layers: layers, runs: rows.runs, rows: rows.rows,
      counts: UnsafePointer(address(rows.counts.window, of: UInt32.self)), countStride: rows.counts.stride,
      policyIndices: UnsafePointer(address(policyIndices.window, of: UInt32.self)),
      policyIndexStride: policyIndices.stride, parameters: UnsafePointer(address(parameters, of: Float.self)),
      parameterCount: layout.count)
  }

  private func hostInputs(of layer: ParameterLayout.Layer) -> HostLayers.Inputs {
    switch source(of: layer) {
    case .dense(let x): .dense(UnsafePointer(address(x.whole, of: Float.self)), stride: x.runStride)
    case .sparse(let lists):
      .sparse(
        HostLayers.Lists(
          entries: UnsafePointer(address(lists.entries.whole, of: UInt32.self)), entryStride: lists.entries.runStride,
          pitch: lists.capacity, lengths: UnsafePointer(address(lists.lengths.whole, of: UInt32.self)),
          lengthStride: lists.lengths.runStride,
          staticEntries: UnsafePointer(address(lists.staticEntries.whole, of: UInt32.self)),
          staticCount: lists.staticCount))
    }
  }

  private func address<Element>(_ window: BufferWindow, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let mapped = window.mapped else { preconditionFailure("the host multiplies matrices in mapped memory only") }
    return mapped.assumingMemoryBound(to: type)
  }
}
