import CShaders
import VulkanCompute

/// The kernels of a GRU's time loop. In the flat family a dispatch is one step; in the others one dispatch is the whole
/// loop.
struct RecurrentKernels {
  let forward: Steps
  let backward: Steps?  // for training
  /// The weights of the hidden state with rows and columns exchanged, where the backward kernel reads such.
  let transposed: TransposedWeights?

  /// W^T of every run of a window, and the kernel that makes it.
  struct TransposedWeights {
    let kernel: Kernel
    let weights: Buffer<Float>  // (window, 3 Hp, Hp)
  }

  /// A kernel of the time loop and its grid.
  struct Steps {
    let kernel: Kernel
    /// Steps that one dispatch takes; nil for all.
    let stepsPerDispatch: Int?
    let groups: (_ sequences: Int) -> Int
  }

  /// - Parameters:
  ///   - name: Prefix of the buffers in `table`.
  ///   - training: Whether there is a backward pass.
  init(
    _ recurrence: Recurrence, _ name: String, family: ProductFamily, training: Bool, device: Device,
    table: BufferTable, windowRuns: Int
  ) throws {
    let width = recurrence.width
    let macros: [String: any CustomStringConvertible] = training ? ["TRAINING": 1] : [:]
    forward = try Self.steps("gru_forward", macros, sharedRow: width, width: width, family: family, device: device)
    backward =
      try training
      ? Self.steps("gru_backward", [:], sharedRow: 3 * width, width: width, family: family, device: device) : nil
    transposed =
      try training && family != .flat
      ? TransposedWeights(
        kernel: device.kernel("Network/transpose_weights.comp"),
        weights: table.register(
          "\(name).gru.transposed_weights", of: Float.self, runs: windowRuns,
          perRun: [("3H", 3 * width), ("H", width)], persistence: .scratch)) : nil
  }

  /// Sequences of one invocation of the flat kernels, `TILE_ROWS`.
  private static let flatRows = 4
  /// Half of what every device has, and more, so that more than one workgroup fits a processor.
  private static let sharedFloats = 24 * 1024 / 4

  /// - Parameter sharedRow: Floats of shared memory that the kernel needs for one sequence.
  private static func steps(
    _ name: String, _ macros: [String: any CustomStringConvertible], sharedRow: Int, width: Int, family: ProductFamily,
    device: Device
  ) throws -> Steps {
    switch family {
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
