import CShaders
import VulkanCompute

/// The kernels and the further workspace of a recurrent layer.
///
/// Products that do not depend on the step before (those of the layer's input, and all weight gradients) are those of dense
/// layers, over all rows at once; the kernels here walk through time. In the flat family a dispatch is one step; in the
/// shared-memory family one dispatch is the whole loop.
final class Recurrence {
  /// Index of `gru.hidden` in the layout.
  let layer: Int
  /// Hp
  let width: Int
  /// The state that every row starts from, (C, Hp): what the weights of the hidden state multiply.
  let previous: Buffer<Float>
  /// The candidate's product q = h W_n + b_n, (C, Hp); nil unless training.
  let products: Buffer<Float>?
  /// Gradient by h W and q, (C, 3 Hp); nil unless training.
  let gradients: Buffer<Float>?

  let loadStates: Kernel
  let storeStates: Kernel
  let forward: Steps?
  let backward: Steps?

  /// A kernel of the time loop and its grid.
  struct Steps {
    let kernel: Kernel
    /// Steps that one dispatch takes; nil for all.
    let stepsPerDispatch: Int?
    let groups: (_ sequences: Int) -> Int
  }

  init(
    _ layer: ParameterLayout.Layer, layer index: Int, device: Device, training: Bool,
    register: (_ part: String, _ axis: String, _ width: Int) -> Buffer<Float>
  ) throws {
    self.layer = index
    width = layer.paddedInputs
    previous = register("\(layer.name).previous", "H", width)
    products = training ? register("\(layer.name).products", "H", width) : nil
    gradients = training ? register("\(layer.name).gate_gradients", "3H", 3 * width) : nil
    loadStates = try device.kernel("Network/gru_load_states.comp")
    storeStates = try device.kernel("Network/gru_store_states.comp")
    let macros: [String: any CustomStringConvertible] = training ? ["TRAINING": 1] : [:]
    forward = try Self.steps("gru_forward", macros, sharedRow: width, width: width, device: device)
    backward = try training ? Self.steps("gru_backward", [:], sharedRow: 3 * width, width: width, device: device) : nil
  }

  /// Sequences of one invocation of the flat kernels, `TILE_ROWS`.
  private static let flatRows = 4
  /// Half of what every device has, and more, so that more than one workgroup fits a processor.
  private static let sharedFloats = 24 * 1024 / 4

  /// - Parameter sharedRow: Floats of shared memory that the kernel needs for one sequence.
  /// - Returns: nil where the host takes the steps.
  private static func steps(
    _ name: String, _ macros: [String: any CustomStringConvertible], sharedRow: Int, width: Int, device: Device
  ) throws -> Steps? {
    switch device.profile.matrixMultiply {
    case .host: return nil
    case .flat:
      let kernel = try device.kernel("Network/\(name).comp", macros: macros)
      return Steps(kernel: kernel, stepsPerDispatch: 1) { sequences in
        kernel.groups(for: (sequences + flatRows - 1) / flatRows * width / 8)
      }
    case .shared, .cooperative:
      let perGroup = [16, 8, 4, 2].first { $0 * sharedRow <= sharedFloats } ?? 2
      let kernel = try device.kernel(
        "Network/\(name)_shared.comp",
        macros: macros.merging(["SEQUENCES": "\(perGroup)u", "HIDDEN_QUADS": "\(width / 4)u"]) { $1 })
      return Steps(kernel: kernel, stepsPerDispatch: nil) { ($0 + perGroup - 1) / perGroup }
    }
  }
}
