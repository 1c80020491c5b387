import CShaders
import VulkanCompute

extension DenseKernels {
  /// Refuses matrix units whose products are not those of the same operands by ordinary instructions.
  /// - Throws: `VulkanError` that names the device.
  func checkMatrixUnits(_ operation: Operation, _ tile: ProductTile) throws {
    let (expected, found) = try productsWithAndWithoutMatrixUnits(operation, tile)
    let error = Self.difference(expected, found)
    // Sums of some hundred products in another order; sums in float16 would be off by ten times as much.
    guard error < 3e-5 else {
      throw VulkanError(
        .unsuitableProducts,
        "the matrix units of \(device.description.name) disagree with its ordinary instructions "
          + "(\(operation.name), \(tile), is off by \(error)); use the shared kernels")
    }
  }

  /// An operation on made-up numbers, 150 x 88 x 152 for two runs, so that tiles have edges.
  func productsWithAndWithoutMatrixUnits(_ operation: Operation, _ tile: ProductTile) throws
    -> (without: [Float], with: [Float])
  {
    var product = TrialProduct(operation, rows: 150, inputs: 88, columns: 152, runs: 2, splits: 2)
    product.gradientScale = 64
    let buffers = try TrialBuffers(product, on: device)
    func result(_ family: ProductFamily, _ tile: ProductTile) throws -> [Float] {
      try device.run { recorder in
        recorder.copy(from: buffers.initialResult.whole, to: buffers.result.whole)
        try dispatch(
          operation, family, tile, recorder, buffers.bindings(operation), push: product.push, runs: product.runs,
          splits: product.splits)
      }
      return try buffers.result.read()
    }
    let (down, across) = operation.extent(product.push)
    let standard = ProductFamily.shared.tiles(operation, down: down, across: across, loads: device.profile.loads)[0]
    return (try result(.shared, standard), try result(.cooperative, tile))
  }

  /// The largest difference by the largest number of `expected`; infinite where something is not a finite number.
  static func difference(_ expected: [Float], _ found: [Float]) -> Float {
    let size = expected.map(abs).max() ?? 0
    guard size > 0, (expected + found).allSatisfy(\.isFinite) else { return .infinity }
    return zip(expected, found).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
  }
}
