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
    let buffers = hostBuffers(rows, parameters, policyIndices)
    guard let recurrence else {
      recorder.host("network forward", using: buffers) { work.forward(order) }
      return
    }
    let place = order.firstIndex(of: recurrence.layer) ?? order.startIndex
    let (before, after) = (Array(order[..<place]), Array(order[(place + 1)...]))
    let loop = hostRecurrence(recurrence, work, rows)
    recordLoadStates(recorder, recurrence, rows)
    recorder.host("network forward", using: buffers) {
      work.forward(before)
      loop.forward()
      work.forward(after)
    }
    recordStoreStates(recorder, recurrence, rows)
    recorder.barrier()
  }

  func recordBackwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow, gradients parameterGradients: RunWindow
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    func layers(_ part: ParameterLayout.Part) -> [Int] {
      layout.layers.indices.filter { layout.layers[$0].part == part }.reversed()
    }
    let heads = work.backwardSteps(layers(.critic) + layers(.actor))
    let shared = work.backwardSteps(layers(.trunk).filter { $0 != layout.recurrentLayer })
    let loop = recurrence.map { hostRecurrence($0, work, rows) }
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    recorder.host("network backward", using: hostBuffers(rows, parameters, policyIndices) + [parameterGradients.window])
    {
      if let loop {
        work.backwardInputs(heads)
        loop.backward()
        work.backwardInputs(shared)
      } else {
        work.backwardInputs(heads + shared)
      }
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
    let recurrent = [recurrence?.previous, recurrence?.products, recurrence?.gradients].compactMap { $0?.whole }
    return read + [rows.counts.window, parameters, policyIndices.window] + (activations + gradients).map(\.whole)
      + recurrent + (rows.sequences.map { [$0.resets.window] } ?? [])
  }

  private func hostRecurrence(_ recurrence: Recurrence, _ work: HostLayers, _ rows: WorkspaceRows) -> HostRecurrence {
    let sequences = sequences(of: rows)
    let layer = layout.layers[recurrence.layer]
    let gates = activations[recurrence.layer - 1]
    func optional(_ buffer: Buffer<Float>?) -> UnsafeMutablePointer<Float>? {
      buffer.map { address($0.whole, of: Float.self) }
    }
    return HostRecurrence(
      work: work, sequences: sequences.sequences, steps: sequences.steps, width: recurrence.width,
      weightOffset: layer.weightOffset, biasOffset: layer.biasOffset,
      resets: UnsafePointer(address(sequences.resets.window, of: UInt32.self)), resetStride: sequences.resets.stride,
      hiddenStride: recurrence.previous.runStride, gateStride: gates.runStride,
      previous: address(recurrence.previous.whole, of: Float.self), gates: address(gates.whole, of: Float.self),
      hidden: address(activations[recurrence.layer].whole, of: Float.self), products: optional(recurrence.products),
      hiddenGradients: gradients.isEmpty ? nil : optional(gradients[recurrence.layer]),
      gateGradients: gradients.isEmpty ? nil : optional(gradients[recurrence.layer - 1]),
      recurrentGradients: optional(recurrence.gradients))
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
        dy: gradients.isEmpty ? nil : address(gradients[index].whole, of: Float.self),
        dz: outputGradients(index).map { address($0.whole, of: Float.self) },
        dzStride: outputGradients(index)?.runStride ?? 0, biasColumns: layer.biasBegin..<layer.paddedOutputs)
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
