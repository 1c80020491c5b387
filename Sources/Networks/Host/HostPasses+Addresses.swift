import CHostKernels
import CShaders
import VulkanCompute

// What the host reads and writes, as addresses in the buffers of the workspace.
extension HostPasses {
  /// Everything that a pass uses: it lives as long as the recorded pass.
  func windows(_ rows: Rows, _ policies: Policies) -> [BufferWindow] {
    let inputs =
      switch workspace.inputs {
      case .dense(let inputs): [inputs.x.whole]
      case .listed(let lists): [lists.entries.whole, lists.lengths.whole, lists.staticEntries.whole]
      }
    let (observations, recurrence) = (rows.observations, workspace.recurrence)
    let listed = observations.lists.map { [$0.entries.whole, $0.lengths.whole] } ?? []
    let recurrent = [recurrence?.previous, recurrence?.products, recurrence?.gradients].compactMap { $0?.whole }
    let rounded = workspace.rounded?.buffers.map(\.whole) ?? []
    let moments = workspace.moments.values.map(\.whole)
    return inputs + listed + recurrent + rounded + moments + (workspace.activations + workspace.gradients).map(\.whole)
      + [
        observations.packed.window, rows.indices.window, rows.counts.window, policies.parameters,
        policies.indices.window,
      ]
      + (rows.sequences.map { [$0.resets.window] } ?? [])
  }

  /// - Returns: nil for feed-forward networks.
  func hostRecurrence(_ layers: HostLayers, _ rows: Rows, _ policies: Policies) -> HostRecurrence? {
    guard let (recurrence, sequences) = workspace.recurrence(of: rows) else { return nil }
    let (layer, width) = (recurrence.layer, recurrence.width)
    return HostRecurrence(
      work: layers, sequences: sequences.sequences, steps: sequences.steps, width: width,
      biasOffset: layout.layers[layer].biasOffset,
      parameters: UnsafePointer(policies.parameters.address(of: Float.self)), parameterCount: layout.count,
      resets: UnsafePointer(sequences.resets.window.address(of: UInt32.self)), resetStride: sequences.resets.stride,
      previous: HostMatrix(recurrence.previous, pitch: width),
      gates: HostMatrix(workspace.activations[layer - 1], pitch: 3 * width),
      hidden: HostMatrix(workspace.activations[layer], pitch: width),
      gradients: recurrence.products.map { products in
        HostRecurrence.Gradients(
          products: HostMatrix(products, pitch: width),
          byHidden: HostMatrix(workspace.gradients[layer], pitch: width))
      })
  }

  func hostLayers(_ rows: Rows, _ policies: Policies) -> HostLayers {
    let layers = layout.layers.indices.map { index in
      let layer = layout.layers[index]
      return HostLayers.Layer(
        inputs: layer.paddedInputs, outputs: layer.paddedOutputs, activation: layer.activation, source: layer.source,
        parts: workspace.parts(of: index).map { .init(columns: $0.columns, rowCount: Int($0.rowCount)) },
        lists: hostLists(of: layer, rows), weightOffset: layer.weightOffset, biasOffset: layer.biasOffset,
        biasColumns: layer.biasBegin..<layer.paddedOutputs,
        normalisation: workspace.moments[index].map {
          .init(width: layer.outputs, moments: HostMatrix($0, pitch: 2))
        })
    }
    let parameters = UnsafePointer(policies.parameters.address(of: Float.self))
    let arithmetic: any HostArithmetic
    if let rounded = workspace.rounded, let roundedProducts {
      arithmetic = bfloat16Arithmetic(layers, parameters, rounded, roundedProducts)
    } else {
      arithmetic = float32Arithmetic(layers, parameters)
    }
    return HostLayers(
      arithmetic: arithmetic, layers: layers, expand: expansion(rows), runs: rows.runs, rows: rows.count,
      counts: UnsafePointer(rows.counts.window.address(of: UInt32.self)), countStride: rows.counts.stride,
      policyIndices: UnsafePointer(policies.indices.window.address(of: UInt32.self)),
      policyIndexStride: policies.indices.stride)
  }

  private func float32Arithmetic(_ shapes: [HostLayers.Layer], _ parameters: UnsafePointer<Float>) -> Float32Arithmetic
  {
    let layers = shapes.enumerated().map { index, shape in
      // As wide as what the layer leaves behind: a GRU its hidden state, three times narrower than its weights.
      let width = index == layout.recurrentLayer ? shape.inputs : shape.outputs
      return Float32Arithmetic.Layer(
        shape: shape,
        x: workspace.denseSource(of: layout.layers[index]).map { HostMatrix($0, pitch: shape.inputs) },
        y: HostMatrix(workspace.activations[index], pitch: width),
        dy: workspace.gradients.isEmpty ? nil : HostMatrix(workspace.gradients[index], pitch: width),
        dz: workspace.outputGradients(index).map { HostMatrix($0, pitch: shape.outputs) })
    }
    return Float32Arithmetic(
      products: products, layers: layers, parameters: parameters, parameterCount: layout.count,
      recurrence: workspace.recurrence.map { recurrence in
        let width = recurrence.width
        return Float32Arithmetic.Recurrence(
          layer: recurrence.layer, previous: HostMatrix(recurrence.previous, pitch: width),
          byGates: workspace.outputGradients(recurrence.layer - 1).map { HostMatrix($0, pitch: 3 * width) },
          byRecurrent: recurrence.gradients.map { HostMatrix($0, pitch: 3 * width) })
      })
  }

  private func bfloat16Arithmetic(
    _ shapes: [HostLayers.Layer], _ parameters: UnsafePointer<Float>, _ rounded: RoundedWorkspace,
    _ products: BFloat16Products
  ) -> BFloat16Arithmetic {
    let (activations, gradients) = (workspace.activations, workspace.gradients)
    /// What readers of a layer multiply.
    func output(_ index: Int) -> HostMatrix<UInt16>? {
      if index == layout.recurrentLayer {
        return rounded.states.map { HostMatrix($0.after, pitch: shapes[index].inputs) }
      }
      return layout.isHidden(index) ? HostMatrix(activations[index], pitch: shapes[index].outputs) : nil
    }
    var inputs: BFloat16Arithmetic.Inputs?
    if case .dense(let dense) = workspace.inputs {
      inputs = .init(
        exact: rounded.inputs == nil ? nil : HostMatrix(dense.x, pitch: dense.width),
        rounded: HostMatrix(rounded.inputs ?? dense.x, pitch: dense.width))
    }
    let layers = shapes.enumerated().map { index, shape in
      let isHidden = layout.isHidden(index)
      let isRecurrent = index == layout.recurrentLayer
      let width = isRecurrent ? shape.inputs : shape.outputs
      let x: HostMatrix<UInt16>?
      if isRecurrent {
        x = rounded.states.map { HostMatrix($0.before, pitch: shape.inputs) }
      } else if let source = shape.source {
        x = output(source)
      } else {
        x = inputs.map(\.rounded)
      }
      let writesOperand = layout.layers[index].kind == .gruInput || layout.isNormalised(index)
      let dy: BFloat16Arithmetic.Numbers? =
        gradients.isEmpty || writesOperand
        ? nil
        : isHidden
          ? .rounded(HostMatrix(gradients[index], pitch: width)) : .exact(HostMatrix(gradients[index], pitch: width))
      let dz = rounded.outputGradients[index] ?? workspace.outputGradients(index)
      return BFloat16Arithmetic.Layer(
        shape: shape, x: x,
        y: isHidden
          ? .rounded(HostMatrix(activations[index], pitch: width))
          : .exact(HostMatrix(activations[index], pitch: width)),
        dy: dy, dz: dz.map { HostMatrix($0, pitch: shape.outputs) })
    }
    var recurrence: BFloat16Arithmetic.Recurrence?
    if let own = workspace.recurrence, let states = rounded.states {
      recurrence = .init(
        layer: own.layer, previous: HostMatrix(own.previous, pitch: own.width),
        hidden: HostMatrix(activations[own.layer], pitch: own.width),
        roundedPrevious: HostMatrix(states.before, pitch: own.width),
        roundedHidden: HostMatrix(states.after, pitch: own.width),
        byGates: workspace.outputGradients(own.layer - 1).map { HostMatrix($0, pitch: 3 * own.width) },
        byRecurrent: own.gradients.map { HostMatrix($0, pitch: 3 * own.width) })
    }
    return BFloat16Arithmetic(
      products: products, layers: layers, inputs: inputs, parameters: parameters,
      weights: HostMatrix(rounded.weights, pitch: layout.count), parameterCount: layout.count, recurrence: recurrence)
  }

  /// What the host does to make x of some rows; nil where a kernel has made it, or lists.
  private func expansion(_ rows: Rows) -> HostLayers.RowWork? {
    guard case .dense(let inputs) = workspace.inputs, let job = workspace.expansion(rows, of: inputs).onHost
    else { return nil }
    return { job($0, $1) }
  }

  /// - Returns: nil where a layer reads a matrix.
  private func hostLists(of layer: ParameterLayout.Layer, _ rows: Rows) -> HostLayers.Lists? {
    guard case .listed(let own) = workspace.source(of: layer) else { return nil }
    if let lists = rows.observations.lists {
      return hostLists(
        own, lists.entries, lists.lengths, rows.runs, HostLayers.Indices(rows.indices, rows.indexOffset))
    }
    return hostLists(own, own.entries, own.lengths, rows.runs, nil)
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
