import CShaders
import VulkanCompute

/// The kernels of dense layers in the family of the device profile, made on demand and shared by layers of like shape.
final class DenseKernels {
  enum Operation: Hashable {
    /// `Y = act(X W + b)`; nil is the identity.
    case forward(NetworkArchitecture.Activation?)
    /// `dX (+)= (dY W^T) * act'(X)`.
    case backwardInput(NetworkArchitecture.Activation?, accumulating: Bool)
    /// `dW += X^T dY, db += sum dY`.
    case backwardWeights

    var name: String {
      switch self {
      case .forward: "dense_forward"
      case .backwardInput: "dense_backward_input"
      case .backwardWeights: "dense_backward_weights"
      }
    }

    /// Whether it computes gradients.
    var isBackward: Bool { if case .forward = self { false } else { true } }

    /// What tells its kernel from others of the same name.
    var macros: [String: any CustomStringConvertible] {
      switch self {
      case .forward(let activation): return DenseKernels.macros(activation)
      case .backwardInput(let activation, let accumulating):
        var macros = DenseKernels.macros(activation)
        if accumulating { macros["ACCUMULATE"] = 1 }
        return macros
      case .backwardWeights: return [:]
      }
    }

    /// The same as specialisation constants of kernels for matrix units.
    var constants: [UInt32: UInt32] {
      func code(_ activation: NetworkArchitecture.Activation?) -> UInt32 {
        switch activation {
        case .relu: ACTIVATION_IS_RELU
        case .tanh: ACTIVATION_IS_TANH
        case nil: 0
        }
      }
      return switch self {
      case .forward(let activation): [UInt32(PRODUCT_ACTIVATION): code(activation)]
      case .backwardInput(let activation, let accumulating):
        [UInt32(PRODUCT_ACTIVATION): code(activation), UInt32(PRODUCT_ACCUMULATES): accumulating ? 1 : 0]
      case .backwardWeights: [:]
      }
    }

    /// Name and macros.
    var key: String { ([name] + macros.keys.sorted()).joined(separator: " ") }

    /// Bindings that are read four floats at a time.
    var wideBindings: [String] {
      switch self {
      case .forward: ["inputs", "parameters"]
      case .backwardInput: ["output_gradients", "parameters", "inputs"]
      case .backwardWeights: ["inputs", "output_gradients"]
      }
    }

    /// Rows and columns of what it computes, for one run.
    func extent(_ push: DenseDispatch) -> (down: Int, across: Int) {
      switch self {
      case .forward: (Int(push.rows), Int(push.columns))
      case .backwardInput: (Int(push.rows), Int(push.inputs))
      case .backwardWeights: (Int(push.inputs), Int(push.columns))
      }
    }
  }

  /// Rows of every workspace buffer are padded to a multiple of this, so that tiles may read past the last row.
  static let rowAlignment = 64

  let family: ProductFamily
  let device: Device
  private let precision: Precision
  private var kernels: [String: Kernel] = [:]
  /// Kernels for real matrix units whose products were compared with those of ordinary instructions.
  private var checkedOnMatrixUnits: Set<ObjectIdentifier> = []
  /// Those of the device, or what is emulated.
  private let units: MatrixUnits
  private lazy var tuner = TileTuner(self, device: device, precision: precision)

  /// - Parameter emulated: What is emulated where matrix units are.
  /// - Throws: `VulkanError` for tiles that the family does not have.
  init(device: Device, precision: Precision = .float32, emulated: MatrixUnits = .emulated) throws {
    self.device = device
    self.precision = precision
    units = device.profile.emulatesMatrixUnits ? emulated : device.description.matrixUnits ?? emulated
    let family = ProductFamily(device.profile, precision)
    self.family = family
    guard case .shape(let rows, let columns) = device.profile.tiles else { return }
    guard family.shapes.contains(where: { $0 == (rows, columns) }) else {
      let known = family.shapes.map { "\($0.0)x\($0.1)" }.joined(separator: ", ")
      throw VulkanError(
        .unsuitableProducts,
        "the \(family.rawValue) kernels have no tiles of \(rows)x\(columns); choose from \(known)")
    }
  }

  /// Records one operation of one layer.
  ///
  /// - Parameters:
  ///   - push: Its `inputs`, `columns` and `rows` give the grid; rows are covered up to the next whole tile.
  ///   - storage: How operands lie in memory, which is a choice for matrix units only.
  ///   - splits: Parts of the parameter gradients that are summed apart from each other (`backwardWeights` only).
  ///   - work: Of the whole operation, for timings.
  func dispatch(
    _ operation: Operation, _ recorder: CommandRecorder, _ bindings: [String: BufferWindow], push: DenseDispatch,
    storage: ProductStorage = ProductStorage(), runs: Int, splits: Int = 1, work: Work = Work()
  ) throws {
    let (down, across) = operation.extent(push)
    let widest = operation.wideBindings.compactMap { bindings[$0]?.byteCount }.max() ?? 0
    let tiles = family.tiles(operation, down: down, across: across, loads: device.profile.loads).filter { tile in
      tile.loads == device.profile.loads
        || (tile.loads == .storage || device.description.allowsTexelLoads)
          && widest <= device.description.bindingBytes(tile.loads)
    }
    let tile: ProductTile =
      switch device.profile.tiles {
      case .standard: tiles[0]
      case .measured where recorder.onlyCounts: tiles[0]
      case .measured:
        tuner.tile(operation, among: tiles, push: push, storage: storage, runs: runs, splits: splits)
      case .shape(let rows, let columns): tiles.first { ($0.rows, $0.columns) == (rows, columns) } ?? tiles[0]
      }
    if family == .cooperative, !device.profile.emulatesMatrixUnits, !recorder.onlyCounts {
      let kernel = ObjectIdentifier(try kernel(operation, family, tile, storage))
      if !checkedOnMatrixUnits.contains(kernel) {
        try checkMatrixUnits(operation, tile, storage)
        checkedOnMatrixUnits.insert(kernel)
      }
    }
    try dispatch(
      operation, family, tile, recorder, bindings, push: push, storage: storage, runs: runs, splits: splits, work: work)
  }

  /// The same with given kernels.
  func dispatch(
    _ operation: Operation, _ family: ProductFamily, _ tile: ProductTile, _ recorder: CommandRecorder,
    _ bindings: [String: BufferWindow], push: DenseDispatch, storage: ProductStorage, runs: Int, splits: Int,
    work: Work = Work()
  ) throws {
    let kernel = try kernel(operation, family, tile, storage)
    let (down, across) = operation.extent(push)
    guard let perGroup = family.tilesPerGroup else {
      let tiles = count(down, tile.rows) * count(across, tile.columns)
      for strip in strips(operation, push) {
        let share = Double(strip.rows - strip.row_begin) / Double(push.rows - push.row_begin)
        recorder.dispatch(
          kernel, bindings, push: strip, groups: kernel.groups(for: tiles), splits, runs, work: work.scaled(by: share))
      }
      return
    }
    let (groupsDown, groupsAcross) = (count(down, perGroup * tile.rows), count(across, perGroup * tile.columns))
    if operation == .backwardWeights {
      recorder.dispatch(kernel, bindings, push: push, groups: groupsDown * groupsAcross, splits, runs, work: work)
    } else {
      recorder.dispatch(kernel, bindings, push: push, groups: groupsAcross, groupsDown, runs, work: work)
    }
  }

  /// The weight gradients of wide layers are summed over 512 rows at a time, which software devices hold in their cache;
  /// sums go on where the strip before ended, so the result is the same.
  private func strips(_ operation: Operation, _ push: DenseDispatch) -> [DenseDispatch] {
    guard operation == .backwardWeights, push.inputs + push.columns > 512 else { return [push] }
    return stride(from: push.row_begin, to: push.rows, by: 512).map { begin in
      var strip = push
      strip.row_begin = begin
      strip.rows = min(push.rows, begin + 512)
      return strip
    }
  }

  private func count(_ extent: Int, _ size: Int) -> Int { (extent + size - 1) / size }

  /// What Network/activation.glsl asks for; nil is the identity.
  static func macros(_ activation: NetworkArchitecture.Activation?) -> [String: any CustomStringConvertible] {
    activation.map { ["ACTIVATION_\($0.rawValue.uppercased())": 1] } ?? [:]
  }

  private func kernel(
    _ operation: Operation, _ family: ProductFamily, _ tile: ProductTile, _ storage: ProductStorage
  ) throws -> Kernel {
    let key = "\(family.rawValue) \(operation.key) \(tile) \(storage)"
    if let kernel = kernels[key] { return kernel }
    let name = "Network/\(operation.name)\(family.suffix).comp"
    let kernel: Kernel
    if family == .cooperative {
      let constants = units.constants(tile).merging(operation.constants) { $1 }.merging(storage.constants) { $1 }
      kernel =
        device.profile.emulatesMatrixUnits
        ? try device.kernel(
          name, macros: ["EMULATED_FRAGMENTS": 1], constants: constants, variant: tile.description)
        : try device.builtKernel(
          name, constants: constants, subgroupSize: units.subgroupSize, variant: tile.description)
    } else {
      var macros = tile.macros.merging(operation.macros) { $1 }
      if precision == .mixed { macros["PRECISION_MIXED"] = 1 }
      kernel = try device.kernel(name, macros: macros, loads: tile.loads, variant: tile.description)
    }
    kernels[key] = kernel
    return kernel
  }
}
