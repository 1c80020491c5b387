import CHostKernels
import VulkanCompute

// From the gradients of outputs to those of all layers.
extension HostLayers {
  /// A part of a layer on the way back.
  struct BackwardStep {
    let layer: Int
    let part: Part
    /// Whether the layer's output gradient has still to go through its activation.
    let isFirst: Bool
    /// Whether another reader has written the gradient of the source.
    let adds: Bool
  }

  /// The layers of `order`, which lists readers before their sources and readers on all rows before readers on fewer.
  func backwardSteps(_ order: [Int]) -> [BackwardStep] {
    var written = Set<Int>()
    return order.flatMap { index in
      layers[index].parts.enumerated().map { position, part in
        BackwardStep(
          layer: index, part: part, isFirst: position == 0,
          adds: layers[index].source.map { !written.insert($0).inserted } ?? false)
      }
    }
  }

  /// dX = sum over the readers of (dY W^T), times act'(X).
  func backwardInputs(_ steps: [BackwardStep]) {
    HostPieces.perform(runs * blocks, operations: multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      backwardInputs(steps, run, block)
    }
  }

  /// The layers of `order`, `rowWork`, which turns outputs into their gradients, and `steps`, block by block while a
  /// block is in the cache.
  func learn(_ order: [Int], _ rowWork: RowWork, _ steps: [BackwardStep]) {
    HostPieces.perform(runs * blocks, operations: 2 * multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      forward(order, run, block)
      rowWork(run, blockRange(block))
      backwardInputs(steps, run, block)
    }
  }

  private func backwardInputs(_ steps: [BackwardStep], _ run: Int, _ block: Int) {
    let parameters = parameters(run)
    for step in steps {
      let layer = layers[step.layer]
      if step.isFirst { applyActivationGradient(layer, step.part, run, block) }
      guard let source = layer.source else { continue }
      backwardInput(layer, step.part, into: layers[source], run, block, parameters, adds: step.adds)
    }
  }

  private func applyActivationGradient(_ layer: Layer, _ part: Part, _ run: Int, _ block: Int) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0, let dy = layer.dy else { return }
    let offset = run * layer.yStride + first * layer.outputs
    switch layer.activation {
    case .relu: host_relu_backward(dy + offset, layer.y + offset, count * layer.outputs)
    case .tanh: host_tanh_backward(dy + offset, layer.y + offset, count * layer.outputs)
    case nil: break
    }
  }

  private func backwardInput(
    _ layer: Layer, _ part: Part, into source: Layer, _ run: Int, _ block: Int,
    _ parameters: UnsafePointer<Float>,
    adds: Bool
  ) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0, let dy = layer.dy, let dx = source.dy else { return }
    let column = part.columns.lowerBound
    products.multiply(
      .init(dy + run * layer.yStride + first * layer.outputs + column, pitch: layer.outputs),
      .init(parameters + layer.weightOffset + column, pitch: layer.outputs, transposed: true),
      rows: count,
      columns: layer.inputs, depth: part.columns.count,
      into: dx + run * source.yStride + first * layer.inputs,
      pitch: layer.inputs, accumulating: adds)
  }
}
