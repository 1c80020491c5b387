import CHostKernels
import CShaders
import VulkanCompute

// From inputs to outputs.
extension HostLayers {
  /// What the caller does to rows of the workspace of one run of the window, between or behind the layers.
  typealias RowWork = @Sendable (_ run: Int, _ rows: Range<Int>) -> Void

  /// Y = act(X W + b) for the layers of `order`, which lists sources before their readers; then `rowWork`.
  func forward(_ order: [Int], then rowWork: RowWork? = nil) {
    HostPieces.perform(runs * blocks, operations: multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      forward(order, run, block)
      rowWork?(run, blockRange(block))
    }
  }

  func forward(_ order: [Int], _ run: Int, _ block: Int) {
    let parameters = parameters(run)
    if let expand, order.contains(where: { layers[$0].source == nil }) { expand(run, blockRange(block)) }
    for index in order {
      for part in layers[index].parts { forward(layers[index], part, run, block, parameters) }
    }
  }

  private func forward(
    _ layer: Layer, _ part: Part, _ run: Int, _ block: Int, _ parameters: UnsafePointer<Float>
  ) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0 else { return }
    let y = layer.y + run * layer.yStride + first * layer.outputs + part.columns.lowerBound
    let weights = parameters + layer.weightOffset + part.columns.lowerBound
    switch layer.x {
    case .dense(let x, let stride):
      products.multiply(
        .init(x + run * stride + first * layer.inputs, pitch: layer.inputs),
        .init(weights, pitch: layer.outputs),
        rows: count, columns: part.columns.count, depth: layer.inputs, into: y,
        pitch: layer.outputs,
        accumulating: false)
    case .sparse(let lists):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: layer.outputs) { base in
        guard let base = base.baseAddress else { return }
        var staticCount = UInt32(lists.staticCount)
        host_sparse_forward(
          base, nil, weights, lists.staticEntries, lists.staticCount, &staticCount, nil, 1,
          layer.outputs)
        let place = lists.indices == nil ? first : 0
        host_sparse_forward(
          y, base, weights, lists.entries + run * lists.entryStride + place * lists.pitch,
          lists.pitch,
          lists.lengths + run * lists.lengthStride + place,
          lists.indices.map { $0.start + run * $0.stride + first }, count, layer.outputs)
      }
    }
    let bias = parameters + layer.biasOffset + part.columns.lowerBound
    switch layer.activation {
    case .relu: host_add_bias_relu(y, bias, count, layer.outputs)
    case .tanh: host_add_bias_tanh(y, bias, count, layer.outputs)
    case nil: host_add_bias(y, layer.outputs, bias, count, part.columns.count)
    }
  }
}
