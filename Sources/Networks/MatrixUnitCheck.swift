import CShaders
import VulkanCompute

extension DenseKernels {
  /// Refuses matrix units whose products are not those of the same operands by ordinary instructions.
  /// - Throws: `VulkanError` that names the device.
  func checkMatrixUnits(_ operation: Operation) throws {
    let error = try matrixUnitError(operation)
    guard error < 1e-3 else {
      throw VulkanError(
        .unsupported,
        "the matrix units of \(device.description.name) compute other products than its ordinary instructions "
          + "(\(operation.name) is off by \(error)); use --matmul shared")
    }
  }

  /// The largest difference between an operation by matrix units and by shared-memory kernels, on 192 x 88 x 152 made-up
  /// numbers, by the largest result; infinite where one of them is not a number.
  func matrixUnitError(_ operation: Operation) throws -> Float {
    var push = DenseDispatch()
    (push.rows, push.inputs, push.columns) = (192, 88, 152)
    let product = TrialProduct(operation, push, runs: 2, splits: 2, on: device.description)
    let buffers = try TrialBuffers(product, on: device)
    func result(_ family: ProductFamily) throws -> [Float] {
      let (down, across) = operation.extent(product.push)
      let tile = family.tiles(operation, down: down, across: across, loads: device.profile.loads)[0]
      try device.run { recorder in
        recorder.fill(buffers.result.whole, with: 0)
        recorder.barrier()
        try dispatch(
          operation, family, tile, recorder, buffers.bindings(operation), push: product.push, runs: product.runs,
          splits: product.splits)
      }
      return try buffers.result.read()
    }
    let (expected, found) = (try result(.shared), try result(.cooperative))
    let size = expected.map(abs).max() ?? 0
    guard size.isFinite, size > 0, found.allSatisfy(\.isFinite) else { return .infinity }
    return zip(expected, found).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
  }
}
