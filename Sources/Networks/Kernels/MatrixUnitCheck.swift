import CShaders
import VulkanCompute

extension DenseKernels {
  /// Refuses matrix units whose products are not those of the same operands by ordinary instructions.
  /// - Throws: `VulkanError` that names the device.
  func checkMatrixUnits(_ operation: Operation, _ tile: ProductTile, _ storage: ProductStorage) throws {
    let (expected, found) = try productsWithAndWithoutMatrixUnits(operation, tile, storage)
    let error = Self.difference(expected, found)
    guard error < Self.tolerance(storage.result(of: operation)) else {
      throw VulkanError(
        .unsuitableProducts,
        "the matrix units of \(device.description.name) disagree with its ordinary instructions "
          + "(\(operation.name), \(tile), is off by \(error)); use the shared kernels")
    }
  }

  /// By the largest number of a result: sums of some hundred products in another order, where sums in float16 would be off by
  /// ten times as much; and half a unit of the last place of float16, and a little, where the result is rounded to it.
  static func tolerance(_ result: NumberFormat) -> Float { result == .float32 ? 3e-5 : 0x1p-11 + 3e-5 }

  /// An operation on made-up numbers, 278 x 168 x 152 for two runs, so that tiles have edges and insides; all operands are
  /// float16.
  func productsWithAndWithoutMatrixUnits(
    _ operation: Operation, _ tile: ProductTile, _ storage: ProductStorage
  ) throws -> (without: [Float], with: [Float]) {
    var product = TrialProduct(
      operation, storage: storage, rows: 278, inputs: 168, columns: 152, runs: 2, splits: 2)
    product.gradientScale = 64
    func result(_ family: ProductFamily, _ tile: ProductTile) throws -> [Float] {
      let buffers = try TrialBuffers(product, family, on: device)
      try device.run { recorder in
        recorder.copy(from: buffers.initialResult.whole, to: buffers.result.whole)
        try dispatch(
          operation, family, tile, recorder, buffers.bindings(operation), push: product.push, storage: storage,
          runs: product.runs, splits: product.splits)
      }
      return try buffers.resultNumbers(scale: operation.isBackward ? product.gradientScale : 1)
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
