import CHostLayers
import CShaders
import Environments
import VulkanCompute

// Passes over the network where the host multiplies matrices.
extension PolicyNetwork {
  /// What the caller does on the host to some rows of one run of the window, in the workspace and elsewhere.
  public struct HostRowWork {
    let label: String
    let buffers: [BufferWindow]
    let work: Work
    let rows: @Sendable (_ run: Int, _ rows: Range<Int>) -> Void
    let afterwards: (@Sendable (_ run: Int) -> Void)?

    /// - Parameters:
    ///   - label: What it is, for timings.
    ///   - buffers: What it uses beside the workspace.
    ///   - work: What it has to do, for timings.
    ///   - rows: Called once for every row, for blocks of them, from several threads.
    ///   - afterwards: Called once for every run, when all its rows are done.
    public init(
      _ label: String, using buffers: [BufferWindow], work: Work,
      rows: @escaping @Sendable (_ run: Int, _ rows: Range<Int>) -> Void,
      afterwards: (@Sendable (_ run: Int) -> Void)? = nil
    ) {
      self.label = label
      self.buffers = buffers
      self.work = work
      self.rows = rows
      self.afterwards = afterwards
    }
  }

  /// `recordForward`, then `rowWork` on its rows; without its `afterwards`.
  func recordForwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow,
    heads: Set<Head>, then rowWork: HostRowWork? = nil
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let order = forwardSteps(heads: heads).flatMap { $0 }
    let buffers = hostBuffers(rows, parameters, policyIndices) + (rowWork?.buffers ?? [])
    let counted = forwardWork(order, rows) + (rowWork?.work ?? Work())
    let label = (["network forward"] + (rowWork.map { [$0.label] } ?? [])).joined(separator: ", ")
    let then = rowWork?.rows
    guard let recurrence else {
      recorder.host(label, using: buffers, work: counted) { work.forward(order, then: then) }
      return
    }
    let place = order.firstIndex(of: recurrence.layer) ?? order.startIndex
    let (before, after) = (Array(order[..<place]), Array(order[(place + 1)...]))
    let loop = hostRecurrence(recurrence, work, rows)
    recordLoadStates(recorder, recurrence, rows)
    recorder.host(label, using: buffers, work: counted) {
      work.forward(before)
      loop.forward()
      work.forward(after, then: then)
    }
    recordStoreStates(recorder, recurrence, rows)
    recorder.barrier()
  }

  /// `recordForward`, `loss`, which writes the gradients of the outputs, and `recordBackward` in one step of the host,
  /// where the host multiplies.
  public func recordGradientOnHost(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    loss: HostRowWork, gradients parameterGradients: RunWindow
  ) {
    guard let blas else { preconditionFailure("kernels multiply here") }
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let order = forwardSteps(heads: [.actor, .critic]).flatMap { $0 }
    let (heads, shared) = backwardSteps(work)
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    let buffers = hostBuffers(rows, parameters, policyIndices) + loss.buffers + [parameterGradients.window]
    let counted = forwardWork(order, rows) + loss.work + backwardWork(rows)
    let label = "network forward, \(loss.label), network backward"
    let (lossOfRows, afterwards) = (loss.rows, loss.afterwards)
    guard let recurrence else {
      recorder.host(label, using: buffers, work: counted) {
        work.learn(order, lossOfRows, heads + shared)
        work.backwardWeights(tiles, into: target, stride: stride, beside: afterwards)
      }
      return
    }
    let place = order.firstIndex(of: recurrence.layer) ?? order.startIndex
    let (before, after) = (Array(order[..<place]), Array(order[(place + 1)...]))
    let loop = hostRecurrence(recurrence, work, rows)
    recordLoadStates(recorder, recurrence, rows)
    recorder.host(label, using: buffers, work: counted) {
      work.forward(before)
      loop.forward()
      work.learn(after, lossOfRows, heads)
      loop.backward()
      work.backwardInputs(shared)
      work.backwardWeights(tiles, into: target, stride: stride, beside: afterwards)
    }
    recordStoreStates(recorder, recurrence, rows)
    recorder.barrier()
  }

  func recordBackwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow, gradients parameterGradients: RunWindow
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let (heads, shared) = backwardSteps(work)
    let loop = recurrence.map { hostRecurrence($0, work, rows) }
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    recorder.host(
      "network backward", using: hostBuffers(rows, parameters, policyIndices) + [parameterGradients.window],
      work: backwardWork(rows)
    ) {
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

  /// Of the heads and of the trunk; its recurrent layer goes back through time between the two.
  private func backwardSteps(_ work: HostLayers) -> (
    heads: [HostLayers.BackwardStep], shared: [HostLayers.BackwardStep]
  ) {
    func layers(_ part: ParameterLayout.Part) -> [Int] {
      layout.layers.indices.filter { layout.layers[$0].part == part }.reversed()
    }
    return (
      work.backwardSteps(layers(.critic) + layers(.actor)),
      work.backwardSteps(layers(.trunk).filter { $0 != layout.recurrentLayer })
    )
  }

  private func hostBuffers(_ rows: WorkspaceRows, _ parameters: BufferWindow, _ policyIndices: RunWindow)
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

  private func hostInputs(of layer: ParameterLayout.Layer, _ rows: WorkspaceRows) -> HostLayers.Inputs {
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

  private func hostLists(
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

  private func packedInputs(_ rows: WorkspaceRows) -> HostLayers.PackedInputs? {
    guard case .packed(let observations, let indices, let offset) = rows.onHost, case .dense(let x, _) = inputs,
      let bits = observation.bits
    else { return nil }
    return HostLayers.PackedInputs(
      bits: HostObservationBits(bits, features: architecture.inputs, words: observation.wordCount),
      observations: UnsafePointer(address(observations.window, of: UInt32.self)), stride: observations.stride,
      indices: HostLayers.Indices(indices, offset), x: address(x.whole, of: Float.self), xStride: x.runStride,
      columns: ParameterLayout.padded(architecture.inputs))
  }

  private func address<Element>(_ window: BufferWindow, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    window.address(of: type)
  }

  /// `recordFinishBackward`: every static entry adds its multiple of the bias gradient.
  func recordFinishBackwardOnHost(
    _ recorder: CommandRecorder, runs: Int, gradients: RunWindow, lists: SparseInputs
  ) {
    let layers = layout.layers.filter { $0.source == nil }.map { ($0.weightOffset, $0.biasOffset, $0.paddedOutputs) }
    let (count, stride) = (lists.staticCount, gradients.stride)
    nonisolated(unsafe) let (start, entries) = (
      address(gradients.window, of: Float.self), address(lists.staticEntries.whole, of: UInt32.self)
    )
    recorder.host("static gradients", using: [gradients.window, lists.staticEntries.whole]) {
      var length = UInt32(count)
      for run in 0..<runs {
        let gradients = start + run * stride
        for (weights, bias, outputs) in layers {
          host_add_sparse_gradients(
            gradients + weights, gradients + bias, entries, count, &length, nil, 1, outputs)
        }
      }
    }
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
