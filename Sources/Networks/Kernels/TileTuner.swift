import CShaders
import VulkanCompute

/// Measures which tile of a product is the fastest on a device, once per shape, and keeps the answer on disk
/// (`MeasuredChoices`).
///
/// Every candidate computes the same made-up product (`TrialProduct`). One whose result differs from that of the standard tile
/// in a single bit is out, so that bytes never depend on what was measured.
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
  /// Tiles that computed something else than the standard one, which no kernel of ours should.
  private(set) var rejected: [ProductTile] = []

  /// - Parameter name: Of the file with the choices.
  init(_ kernels: DenseKernels, device: Device, precision: Precision, name: String = "tiles") {
    self.kernels = kernels
    self.device = device
    self.precision = precision
    let sources = ShaderCompiler.embeddedFiles.filter { $0.key.hasPrefix("Network/") || $0.key.hasPrefix("Common/") }
    let texts = sources.sorted { $0.key < $1.key }.map(\.value).joined()
    choices = MeasuredChoices(name, on: device.description, version: texts)
  }

  /// The fastest of `tiles`, the first of which is the standard one; that one where nothing can be measured.
  func tile(
    _ operation: DenseKernels.Operation, among tiles: [ProductTile], push: DenseDispatch,
    storage: ProductStorage = ProductStorage(), runs: Int, splits: Int
  ) -> ProductTile {
    guard tiles.count > 1, device.description.timestampPeriod > 0 else { return tiles[0] }
    let family = kernels.family
    let product = TrialProduct(operation, push, storage: storage, runs: runs, splits: splits)
      .shrunk(for: device.description)
    let key = "\(family.rawValue) \(precision.rawValue) \(device.profile.loads.rawValue) \(product.key)"
    if let known = choices[key].flatMap({ ProductTile($0) }), tiles.contains(known) { return known }
    measuredShapes += 1
    // A device that fails here, for want of memory, may still do the work itself.
    guard let choice = try? measure(tiles, family, product) else { return tiles[0] }
    choices.record(choice.description, for: key)
    return choice
  }

  /// First how operands are read, with the standard tile; then the other tiles that read them so.
  private func measure(_ tiles: [ProductTile], _ family: ProductFamily, _ product: TrialProduct) throws -> ProductTile {
    let buffers = try TrialBuffers(product, family, on: device)
    func isStandard(_ tile: ProductTile) -> Bool { (tile.rows, tile.columns) == (tiles[0].rows, tiles[0].columns) }
    let standard = try trials(tiles.filter(isStandard), family, product, buffers)
    let loads = Self.fastest(standard).loads
    let others = try trials(tiles.filter { $0.loads == loads && !isStandard($0) }, family, product, buffers)
    let trials = standard + others
    rejected += trials.filter { $0.result != trials[0].result }.map(\.tile)
    return Self.fastest(trials)
  }

  /// The first trial's tile, unless another with the same result takes less than 97 % of its time.
  static func fastest(_ trials: [Trial]) -> ProductTile {
    let standard = trials[0]
    let best = trials.filter { $0.result == standard.result }.min { $0.seconds < $1.seconds } ?? standard
    return best.seconds < 0.97 * standard.seconds ? best.tile : standard.tile
  }

  /// Every tile once, to compile it and for its result; then in turns, of which the best counts.
  private func trials(
    _ tiles: [ProductTile], _ family: ProductFamily, _ product: TrialProduct, _ buffers: TrialBuffers
  ) throws -> [Trial] {
    let sequences = try tiles.map { tile in
      try device.recordTimed { recorder in
        recorder.copy(from: buffers.initialResult.whole, to: buffers.result.whole)
        try kernels.dispatch(
          product.operation, family, tile, recorder, buffers.bindings(product.operation), push: product.push,
          storage: product.storage, runs: product.runs, splits: product.splits)
      }
    }
    let results = try sequences.map { sequence in
      try device.submit(sequence).wait()
      return ContentHash(of: try buffers.resultWords())
    }
    var seconds = tiles.map { _ in Double.infinity }
    for _ in 0..<3 {
      for (place, sequence) in sequences.enumerated() {
        try device.submit(sequence).wait()
        let own = try sequence.timings().filter { $0.label.hasPrefix("Network/") }.reduce(0) { $0 + $1.seconds }
        seconds[place] = min(seconds[place], own)
      }
    }
    return tiles.indices.map { Trial(tile: tiles[$0], seconds: seconds[$0], result: results[$0]) }
  }
}
