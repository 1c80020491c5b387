import CShaders
import VulkanCompute

/// Measures which tile of a product is the fastest on a device, once per shape, and keeps the answer on disk
/// (`MeasuredChoices`).
///
/// Every candidate computes the same made-up product, at most a few milliseconds of work. One whose result differs from that
/// of the standard tile in a single bit is out, so that bytes never depend on what was measured.
final class TileTuner {
  struct Trial {
    let tile: ProductTile
    let seconds: Double
    let result: ContentHash
  }

  private unowned let kernels: DenseKernels
  private let device: Device
  private let precision: Precision
  private let choices: MeasuredChoices
  /// Shapes that were measured since the start.
  private(set) var measuredShapes = 0

  /// - Parameter name: Of the file with the choices.
  init(_ kernels: DenseKernels, device: Device, precision: Precision, name: String = "tiles") {
    self.kernels = kernels
    self.device = device
    self.precision = precision
    let sources = ShaderCompiler.embeddedFiles.filter { $0.key.hasPrefix("Network/") || $0.key.hasPrefix("Common/") }
    let texts = sources.sorted { $0.key < $1.key }.map(\.value).joined()
    choices = MeasuredChoices(name, on: device.description, version: texts)
  }

  /// The fastest of `tiles`, the first of which is the standard one; that one where there is nothing to measure with.
  func tile(
    _ operation: DenseKernels.Operation, among tiles: [ProductTile], push: DenseDispatch, runs: Int, splits: Int
  ) throws -> ProductTile {
    guard tiles.count > 1, device.description.timestampPeriod > 0, let family = kernels.family else { return tiles[0] }
    let product = TrialProduct(operation, push, runs: runs, splits: splits, on: device.description)
    let key = "\(family.rawValue) \(precision.rawValue) \(device.profile.loads.rawValue) \(product.key)"
    if let known = choices[key].flatMap({ ProductTile($0) }), tiles.contains(known) { return known }
    guard product.floats <= 1 << 26 else { return tiles[0] }
    measuredShapes += 1
    let buffers = try TrialBuffers(product, on: device)
    // First how operands are read, with the standard tile; then the other tiles that read them so.
    func isStandard(_ tile: ProductTile) -> Bool { (tile.rows, tile.columns) == (tiles[0].rows, tiles[0].columns) }
    var trials = try tiles.filter(isStandard).map { try measure($0, family, product, buffers) }
    let loads = Self.fastest(trials).loads
    trials += try tiles.filter { $0.loads == loads && !isStandard($0) }
      .map { try measure($0, family, product, buffers) }
    let choice = Self.fastest(trials)
    choices.record(choice.description, for: key)
    return choice
  }

  /// The first trial's tile, unless another with the same result takes less than 97 % of its time.
  static func fastest(_ trials: [Trial]) -> ProductTile {
    let standard = trials[0]
    let best = trials.filter { $0.result == standard.result }.min { $0.seconds < $1.seconds } ?? standard
    return best.seconds < 0.97 * standard.seconds ? best.tile : standard.tile
  }

  private func measure(
    _ tile: ProductTile, _ family: ProductFamily, _ product: TrialProduct, _ buffers: TrialBuffers
  ) throws -> Trial {
    let sequence = try device.recordTimed { recorder in
      recorder.fill(buffers.result.whole, with: 0)
      recorder.barrier()
      try kernels.dispatch(
        product.operation, family, tile, recorder, buffers.bindings(product.operation), push: product.push,
        runs: product.runs, splits: product.splits)
    }
    let seconds = try (0..<4).map { _ in
      try device.submit(sequence).wait()
      return try sequence.timings().filter { $0.label.hasPrefix("Network/") }.reduce(0) { $0 + $1.seconds }
    }
    let rest = seconds.dropFirst()  // the first compiles
    return Trial(tile: tile, seconds: rest.min() ?? 0, result: ContentHash(of: try buffers.result.read()))
  }
}
