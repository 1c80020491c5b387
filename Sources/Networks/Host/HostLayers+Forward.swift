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
    let set = parameterSet(run)
    if order.contains(where: { layers[$0].source == nil && layers[$0].lists == nil }) {
      expand?(run, blockRange(block))
      if let rows = blockPart(block, Int(ROW_COUNT_ALL), run) { arithmetic.prepareInputs(rows) }
    }
    for index in order {
      for part in layers[index].parts {
        guard let rows = blockPart(block, part.rowCount, run) else { continue }
        if let normalisation = layers[index].normalisation {
          arithmetic.normalise(index, normalisation, rows, set: set)
        } else {
          arithmetic.forward(index, part.columns, rows, set: set)
        }
      }
    }
  }
}
