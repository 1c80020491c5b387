import CShaders
import VulkanCompute

/// How operands of a product lie in memory; weights that matrix units multiply are always float16.
struct ProductStorage: Hashable, CustomStringConvertible {
  /// X and dX.
  var inputs = NumberFormat.float32
  /// Y, or dY.
  var outputs = NumberFormat.float32

  /// "float16, float32"
  var description: String { "\(inputs.rawValue), \(outputs.rawValue)" }

  /// Of kernels for matrix units.
  var constants: [UInt32: UInt32] {
    [
      UInt32(PRODUCT_FLOAT32_INPUTS): inputs == .float32 ? 1 : 0,
      UInt32(PRODUCT_FLOAT32_OUTPUTS): outputs == .float32 ? 1 : 0,
    ]
  }

  /// What an operation computes.
  func result(of operation: DenseKernels.Operation) -> NumberFormat {
    switch operation {
    case .forward: outputs
    case .backwardInput: inputs
    case .backwardWeights: .float32
    }
  }
}

extension MatrixUnits {
  /// How a workgroup shares out a tile among its subgroups, and what it keeps in shared memory, as specialisation constants.
  func constants(_ tile: ProductTile) -> [UInt32: UInt32] {
    let subgroups = Int(PRODUCT_INVOCATIONS) / subgroupSize
    // The squarest parts, since a part reads as many numbers of A as it has rows, and of B as it has columns.
    let choices = (0...subgroups.trailingZeroBitCount).map { 1 << $0 }.filter { across in
      tile.columns % (across * columns) == 0 && tile.rows % (subgroups / across * rows) == 0
    }
    func perimeter(_ across: Int) -> Int { tile.columns / across + tile.rows * across / subgroups }
    guard let across = choices.min(by: { perimeter($0) < perimeter($1) }) else {
      preconditionFailure("\(subgroups) subgroups cannot share \(tile) in fragments of \(rows) x \(columns)")
    }
    // Tiles of A and B in octets of float16, rows of either with one more (fragments.glsl); or rows of C as float32.
    let depth = Int(PRODUCT_DEPTH)
    func octets(_ extent: Int) -> Int { max(extent * (depth / 8 + 1), depth * (extent / 8 + 1)) }
    let shared = max(
      octets(tile.rows) + octets(tile.columns), rows * tile.columns / 4, subgroups * rows * columns / 4)
    return [
      UInt32(PRODUCT_GROUP_ROWS): UInt32(tile.rows), UInt32(PRODUCT_GROUP_COLUMNS): UInt32(tile.columns),
      UInt32(PRODUCT_FRAGMENT_ROWS): UInt32(rows), UInt32(PRODUCT_FRAGMENT_COLUMNS): UInt32(columns),
      UInt32(PRODUCT_FRAGMENT_DEPTH): UInt32(self.depth), UInt32(PRODUCT_SUBGROUP_SIZE): UInt32(subgroupSize),
      UInt32(PRODUCT_SUBGROUPS_ACROSS): UInt32(across), UInt32(PRODUCT_SHARED_OCTETS): UInt32(shared),
    ]
  }
}
