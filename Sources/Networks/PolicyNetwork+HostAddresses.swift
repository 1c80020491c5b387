import CHostLayers
import CShaders
import Environments
import VulkanCompute

// What the host reads and writes, as addresses in the buffers of the workspace.
extension PolicyNetwork {
  func hostBuffers(_ rows: WorkspaceRows, _ parameters: BufferWindow, _ policyIndices: RunWindow)
    -> [BufferWindow]
  {
    var read =
      switch inputs {
      case .dense(let x, _): [x.whole]
      case .sparse(let lists): [lists.entries.whole, lists.lengths.whole, lists.staticEntries.whole]
      }
    switch rows.onHost {
    case .packed(let observations, let indices, _): read += [observations.window, indices.window]
    case .listed(let lists, _, let indices, _): read += [lists.entries.whole, lists.lengths.whole, indices.window]
    case nil: break
    }
    let recurrent = [recurrence?.previous, recurrence?.products, recurrence?.gradients].compactMap { $0?.whole }
    return read + [rows.counts.window, parameters, policyIndices.window] + (activations + gradients).map(\.whole)
      + recurrent + (rows.sequences.map { [$0.resets.window] } ?? [])
  }

  func hostRecurrence(_ recurrence: Recurrence, _ work: HostLayers, _ rows: WorkspaceRows) -> HostRecurrence {
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

  func hostLayers(
    _ blas: HostBLAS, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow
  ) -> HostLayers {
    let layers = layout.layers.indices.map { index in
      let layer = layout.layers[index]
      return HostLayers.Layer(
        inputs: layer.paddedInputs, outputs: layer.paddedOutputs, activation: layer.activation, source: layer.source,
        parts: parts(of: index).map { .init(columns: $0.columns, rowCount: Int($0.rowCount)) },
        weightOffset: layer.weightOffset, biasOffset: layer.biasOffset,
        x: hostInputs(of: layer, rows),
        y: address(activations[index].whole, of: Float.self), yStride: activations[index].runStride,
        dy: gradients.isEmpty ? nil : address(gradients[index].whole, of: Float.self),
        dz: outputGradients(index).map { address($0.whole, of: Float.self) },
        dzStride: outputGradients(index)?.runStride ?? 0, biasColumns: layer.biasBegin..<layer.paddedOutputs)
    }
    return HostLayers(
      blas: blas, layers: layers, packed: packedInputs(rows), runs: rows.runs, rows: rows.rows,
      counts: UnsafePointer(address(rows.counts.window, of: UInt32.self)), countStride: rows.counts.stride,
      policyIndices: UnsafePointer(address(policyIndices.window, of: UInt32.self)),
      policyIndexStride: policyIndices.stride, parameters: UnsafePointer(address(parameters, of: Float.self)),
      parameterCount: layout.count)
  }

  func hostInputs(of layer: ParameterLayout.Layer, _ rows: WorkspaceRows) -> HostLayers.Inputs {
    switch source(of: layer) {
    case .dense(let x): .dense(UnsafePointer(address(x.whole, of: Float.self)), stride: x.runStride)
    case .sparse(let own):
      if case .listed(let lists, let runs, let indices, let offset) = rows.onHost {
        .sparse(hostLists(own, lists.entries, lists.lengths, runs, HostLayers.Indices(indices, offset)))
      } else {
        .sparse(hostLists(own, own.entries, own.lengths, rows.runs, nil))
      }
    }
  }

  func hostLists(
    _ inputs: SparseInputs, _ entries: Buffer<UInt32>, _ lengths: Buffer<UInt32>, _ runs: Int,
    _ indices: HostLayers.Indices?
  ) -> HostLayers.Lists {
    HostLayers.Lists(
      entries: UnsafePointer(address(entries.window(runs: 0..<runs), of: UInt32.self)), entryStride: entries.runStride,
      pitch: inputs.capacity, lengths: UnsafePointer(address(lengths.window(runs: 0..<runs), of: UInt32.self)),
      lengthStride: lengths.runStride, indices: indices,
      staticEntries: UnsafePointer(address(inputs.staticEntries.whole, of: UInt32.self)),
      staticCount: inputs.staticCount)
  }

  func packedInputs(_ rows: WorkspaceRows) -> HostLayers.PackedInputs? {
    guard case .packed(let observations, let indices, let offset) = rows.onHost, case .dense(let x, _) = inputs,
      let bits = observation.bits
    else { return nil }
    return HostLayers.PackedInputs(
      bits: HostObservationBits(bits, features: architecture.inputs, words: observation.wordCount),
      observations: UnsafePointer(address(observations.window, of: UInt32.self)), stride: observations.stride,
      indices: HostLayers.Indices(indices, offset), x: address(x.whole, of: Float.self), xStride: x.runStride,
      columns: ParameterLayout.padded(architecture.inputs))
  }

  func address<Element>(_ window: BufferWindow, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    window.address(of: type)
  }
}

extension HostLayers.Indices {
  init(_ window: RunWindow, _ offset: Int) {
    self.init(start: UnsafePointer(window.window.address(of: UInt32.self)) + offset, stride: window.stride)
  }
}

extension HostObservationBits {
  init(_ bits: ObservationBits, features: Int, words: Int) {
    self.init()
    self.features = UInt32(features)
    self.words = UInt32(words)
    guard let beliefs = bits.beliefs else { return }
    belief_slots = UInt32(beliefs.slots)
    belief_offset = UInt32(beliefs.offset)
    belief_pitch = UInt32(beliefs.pitch)
    belief_cards = UInt32(beliefs.cards)
    plane_word = UInt32(beliefs.planes.lowerBound)
    planes = UInt32(beliefs.planes.count)
    sum_word = UInt32(beliefs.sumWord)
  }
}
