import VulkanCompute

/// The part of a product that one invocation (with matrix units: one workgroup) keeps in registers, and how it reads
/// operands. Every tile of a family adds in the same order, so results do not depend on it.
struct ProductTile: Hashable, CustomStringConvertible {
  let rows, columns: Int
  let loads: DeviceProfile.Loads

  init(_ rows: Int, _ columns: Int, _ loads: DeviceProfile.Loads) {
    (self.rows, self.columns, self.loads) = (rows, columns, loads)
  }

  /// "8x4 storage"
  var description: String { "\(rows)x\(columns) \(loads.rawValue)" }

  /// - Returns: nil for text that no tile is described by.
  init?(_ description: some StringProtocol) {
    guard let match = String(description).wholeMatch(of: /(\d+)x(\d+) (\w+)/), let rows = Int(match.1),
      let columns = Int(match.2), let loads = DeviceProfile.Loads(rawValue: String(match.3))
    else { return nil }
    self.init(rows, columns, loads)
  }

  var macros: [String: any CustomStringConvertible] { ["TILE_ROWS": "\(rows)u", "TILE_COLUMNS": "\(columns)u"] }
}

/// Kernels that multiply in the same way, with the tiles that they can have.
enum ProductFamily: String {
  case flat, shared, cooperative

  /// The family of matrix kernels on a device with this profile.
  init(_ profile: DeviceProfile, _ precision: Precision) {
    switch profile.matrixMultiply {
    case .flat, .host: self = .flat
    case .shared: self = .shared
    case .cooperative: self = precision == .mixed ? .cooperative : .shared
    }
  }

  /// What the names of the kernels end in.
  var suffix: String { self == .flat ? "" : "_\(rawValue)" }

  /// Rows and columns that a workgroup covers per row and column of a tile; nil where every invocation is on its own.
  var tilesPerGroup: Int? {
    switch self {
    case .flat: nil
    case .shared: 16
    case .cooperative: 1
    }
  }

  /// Sizes of tiles, rows and columns.
  var shapes: [(Int, Int)] {
    switch self {
    case .flat: [(8, 8), (8, 16), (16, 8), (16, 16)]
    case .shared: [(4, 4), (8, 4), (4, 8), (8, 8)]
    case .cooperative: [(64, 32), (64, 64), (128, 64), (128, 128)]
    }
  }

  /// The tiles that fit a product of `down` x `across` (flat kernels have no code for edges), the standard one first.
  func tiles(_ operation: DenseKernels.Operation, down: Int, across: Int, loads: DeviceProfile.Loads) -> [ProductTile] {
    let standard = standardShape(operation, down: down, across: across)
    let fitting = shapes.filter { rows, columns in
      self != .flat || across % columns == 0 && (operation != .backwardWeights || down % rows == 0)
    }
    let ordered = [standard] + fitting.filter { $0 != standard }
    let otherLoads: DeviceProfile.Loads = loads == .texel ? .storage : .texel
    if self == .cooperative { return ordered.map { ProductTile($0.0, $0.1, .storage) } }
    return [loads, otherLoads].flatMap { loads in ordered.map { ProductTile($0.0, $0.1, loads) } }
  }

  /// With matrix units, the largest that is not mostly empty. As measured on lavapipe for flat kernels: 16 x 16 is a tenth to a quarter faster on wide layers, where it is worth
  /// the longer compilation of its first use.
  private func standardShape(_ operation: DenseKernels.Operation, down: Int, across: Int) -> (Int, Int) {
    switch self {
    case .shared: return (4, 4)
    case .cooperative:
      if across <= 32 { return (64, 32) }
      return across <= 64 || down <= 64 ? (64, 64) : (128, 128)
    case .flat:
      let wide = across >= 256 && across % 16 == 0
      return operation == .backwardWeights
        ? (wide && down % 16 == 0 ? 16 : 8, across % 16 == 0 ? 16 : 8) : (16, wide ? 16 : 8)
    }
  }
}
