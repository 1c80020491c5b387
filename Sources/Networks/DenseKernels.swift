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
  }

  /// Rows of every workspace buffer are padded to a multiple of this, so that tiles may read past the last row.
  static let rowAlignment = 64

  private let device: Device
  private var kernels: [String: Kernel] = [:]

  init(device: Device) { self.device = device }

  /// Records one operation of one layer.
  ///
  /// - Parameters:
  ///   - push: Its `inputs`, `columns` and `rows` give the grid; rows are covered up to the next whole tile.
  ///   - splits: Parts of the parameter gradients that are summed apart from each other (`backwardWeights` only).
  ///   - work: Of the whole operation, for timings.
  func dispatch(
    _ operation: Operation, _ recorder: CommandRecorder, _ bindings: [String: BufferWindow], push: DenseDispatch,
    runs: Int, splits: Int = 1, work: Work = Work()
  ) throws {
    let (down, across): (UInt32, UInt32) =
      switch operation {
      case .forward: (push.rows, push.columns)
      case .backwardInput: (push.rows, push.inputs)
      case .backwardWeights: (push.inputs, push.columns)
      }
    switch device.profile.matrixMultiply {
    case .flat:
      let tile = tileShape(operation, down: Int(down), across: Int(across))
      let kernel = try kernel(operation, suffix: "", tile: tile)
      let tiles = tileCount(Int(down), tile.rows) * tileCount(Int(across), tile.columns)
      for strip in strips(operation, push) {
        if strip.row_begin > push.row_begin { recorder.barrier() }
        let share = Double(strip.rows - strip.row_begin) / Double(push.rows - push.row_begin)
        recorder.dispatch(
          kernel, bindings, push: strip, groups: kernel.groups(for: tiles), splits, runs, work: work.scaled(by: share))
      }
    case .shared:
      let kernel = try kernel(operation, suffix: "_shared", tile: nil)
      let (tilesDown, tilesAcross) = (tileCount(Int(down), 64), tileCount(Int(across), 64))
      if operation == .backwardWeights {
        recorder.dispatch(
          kernel, bindings, push: push, groups: tilesDown * tilesAcross, splits, runs, work: work)
      } else {
        recorder.dispatch(kernel, bindings, push: push, groups: tilesAcross, tilesDown, runs, work: work)
      }
    case .host: preconditionFailure("the host multiplies matrices in HostLayers")
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

  private func tileCount(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }

  /// The register tile of one invocation, as measured on lavapipe: 16 x 16 is a tenth to a quarter faster on wide layers,
  /// where it is worth the longer compilation of its first use.
  private func tileShape(_ operation: Operation, down: Int, across: Int) -> (rows: Int, columns: Int) {
    let wide = across >= 256 && across % 16 == 0
    return switch operation {
    case .forward, .backwardInput: (16, wide ? 16 : 8)
    case .backwardWeights: (wide && down % 16 == 0 ? 16 : 8, across % 16 == 0 ? 16 : 8)
    }
  }

  /// What Network/activation.glsl asks for; nil is the identity.
  static func macros(_ activation: NetworkArchitecture.Activation?) -> [String: any CustomStringConvertible] {
    activation.map { ["ACTIVATION_\($0.rawValue.uppercased())": 1] } ?? [:]
  }

  private func kernel(_ operation: Operation, suffix: String, tile: (rows: Int, columns: Int)?) throws -> Kernel {
    let name: String
    var macros: [String: any CustomStringConvertible] = [:]
    switch operation {
    case .forward(let activation):
      name = "dense_forward"
      macros = Self.macros(activation)
    case .backwardInput(let activation, let accumulating):
      name = "dense_backward_input"
      macros = Self.macros(activation)
      if accumulating { macros["ACCUMULATE"] = 1 }
    case .backwardWeights:
      name = "dense_backward_weights"
    }
    if let tile {
      macros["TILE_ROWS"] = "\(tile.rows)u"
      macros["TILE_COLUMNS"] = "\(tile.columns)u"
    }
    let key = "\(name) \(macros.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " "))"
    if let kernel = kernels[key] { return kernel }
    let kernel = try device.kernel("Network/\(name)\(suffix).comp", macros: macros)
    kernels[key] = kernel
    return kernel
  }
}
