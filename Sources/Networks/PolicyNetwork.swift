import CShaders
import Environments
import VulkanCompute

/// The kernels and the workspace of one architecture, for all runs of a window at once.
///
/// The workspace holds C rows per run: inputs x (C, Dp) or lists of them (`SparseInputs`), the activated output of every
/// layer (C, Np) and, for training, their gradients. It is scratch and belongs to positions in the window, not to runs. Parameters stay with the caller,
/// and so do the hidden states of a recurrent network, between one call and the next (`SequenceRows`).
///
///     network.recordExpand(…)    packed observations -> x
///     network.recordForward(…)   x -> logits, values
///     network.recordBackward(…)  logitGradients, valueGradients -> parameter gradients
///
/// Each call ends with a barrier. Rows at and beyond a run's count are neither computed nor written, so a row's bytes
/// depend on nothing but its observation and its parameters; where the host multiplies, also on its place in the
/// workspace, since a BLAS rounds the last rows of a matrix in another way.
public final class PolicyNetwork {
  /// How kernels read the packed observations of a game.
  public struct ObservationSource {
    /// File below Shaders/ that defines `float observation_value(uint row_base, uint feature)`.
    public let include: String
    public let macros: [String: String]
    /// W, words of one packed observation.
    public let wordCount: Int
    /// How to list what is not static; nil for dense first layers.
    public let list: ObservationList?
    /// How the host expands packed observations; nil where kernels have to.
    public let bits: ObservationBits?

    public init(
      include: String, macros: [String: String], wordCount: Int, list: ObservationList? = nil,
      bits: ObservationBits? = nil
    ) {
      self.include = include
      self.macros = macros
      self.wordCount = wordCount
      self.list = list
      self.bits = bits
    }
  }

  public enum Head: Sendable { case actor, critic }

  enum Inputs {
    /// x (C, Dp)
    case dense(Buffer<Float>, expand: Kernel)
    case sparse(SparseInputs)
  }

  public let architecture: NetworkArchitecture
  public let layout: ParameterLayout
  /// Runs that the workspace has room for.
  public let windowRuns: Int
  /// C, workspace rows per run.
  public let rowCapacity: Int
  /// Columns of the logits that are computed for rows with a wide action only: the wide actions, less what stands in a
  /// group of 8 with others.
  let wideColumns: Range<Int>?

  /// What the first layers read.
  let inputs: Inputs
  /// What a recurrent layer needs beside the buffers of all layers; nil for feed-forward networks.
  let recurrence: Recurrence?
  /// Activated output of every layer, (C, Np), in the order of `layout.layers`; of a GRU the gates and the hidden state.
  let activations: [Buffer<Float>]
  /// Gradient of the loss by every layer's output before its activation, (C, Np); empty unless training.
  let gradients: [Buffer<Float>]

  let observation: ObservationSource
  /// Where every row is seen through a symmetry of its own.
  let symmetries: SymmetryTable?
  let kernels: DenseKernels
  /// nil where kernels multiply matrices.
  let blas: HostBLAS?

  /// - Parameters:
  ///   - name: Prefix of the workspace buffers in `table`.
  ///   - windowRuns: Runs of the largest window.
  ///   - rowCapacity: C; for training a multiple of `SPLIT_BLOCK_ROWS` where a minibatch has more than one chunk.
  ///   - wideActions: Actions whose logits are computed only for rows that may take one of them (`ROW_COUNT_WIDE`).
  ///   - symmetries: Whose elements `recordExpand` applies to the rows; nil for rows as they are.
  ///   - precision: What products are made of; `mixed` where kernels multiply only.
  ///   - training: Whether `recordBackward` will be used.
  /// - Throws: `VulkanError`, also for mixed precision where the host multiplies, and for tiles that no kernel has.
  public init(
    _ name: String = "network", architecture: NetworkArchitecture, observation: ObservationSource, device: Device,
    wideActions: Range<Int>? = nil, symmetries: SymmetryTable? = nil, table: BufferTable, windowRuns: Int,
    rowCapacity: Int, precision: Precision = .float32, training: Bool
  ) throws {
    guard precision == .float32 || device.profile.matrixMultiply != .host else {
      throw VulkanError(
        .unsupported,
        "precision: mixed is for products on the device, and the host multiplies for \(device.description.name); "
          + "use precision: float32 or --matmul flat, shared or cooperative")
    }
    let layout = ParameterLayout(architecture)
    self.architecture = architecture
    self.layout = layout
    self.observation = observation
    self.symmetries = symmetries
    let macros = symmetries == nil ? observation.macros : observation.macros.merging(["SYMMETRIES": "1"]) { $1 }
    let readsLists = observation.list != nil && layout.layers[layout.actorOutput].source == nil
    wideColumns = wideActions.flatMap { actions in
      if readsLists { return nil }  // lists are added up for all columns
      if layout.recurrentLayer != nil { return nil }  // rows are in the order of time
      let begin = ParameterLayout.padded(actions.lowerBound)
      let end = actions.upperBound / ParameterLayout.alignment * ParameterLayout.alignment
      return begin < end && (begin > 0 || end < layout.layers[layout.actorOutput].paddedOutputs) ? begin..<end : nil
    }
    self.windowRuns = windowRuns
    self.rowCapacity = rowCapacity
    kernels = try DenseKernels(device: device, precision: precision)
    blas = device.profile.matrixMultiply == .host ? HostBLAS.shared : nil

    let alignment = DenseKernels.rowAlignment
    let rows = (rowCapacity + alignment - 1) / alignment * alignment
    func register(_ part: String, _ axis: String, _ width: Int) -> Buffer<Float> {
      table.register(
        "\(name).\(part)", of: Float.self, runs: windowRuns, perRun: [("C", rows), (axis, width)],
        persistence: .scratch)
    }
    if let list = observation.list {
      inputs = try .sparse(
        SparseInputs(
          name, list, macros: macros, layout: layout, device: device, table: table, windowRuns: windowRuns,
          rows: rows))
    } else {
      let kernel = try device.kernel(
        "Network/expand_observations.comp", macros: macros,
        includes: ["ENVIRONMENT_OBSERVATION": observation.include])
      inputs = .dense(register("inputs", "D", ParameterLayout.padded(architecture.inputs)), expand: kernel)
    }
    let widths = layout.layers.map { $0.kind == .gruHidden ? $0.paddedInputs : $0.paddedOutputs }
    activations = zip(layout.layers, widths).map { register("\($0.name).activation", "H", $1) }
    gradients = training ? zip(layout.layers, widths).map { register("\($0.name).gradient", "H", $1) } : []
    recurrence = try layout.recurrentLayer.map { layer in
      try Recurrence(layout.layers[layer], layer: layer, device: device, training: training, register: register)
    }
  }

  /// The columns of `logits` that are computed for rows with a wide action only; nil where there are none.
  public var wideLogits: Range<Int>? { wideColumns }

  /// What kernels that list rows or read logits must know about wide actions.
  public var rowMacros: [String: String] {
    wideColumns.map { ["WIDE_BEGIN": "\($0.lowerBound)u", "WIDE_END": "\($0.upperBound)u"] } ?? [:]
  }

  /// Numbers per run in `WorkspaceRows.counts`.
  public static let rowCountWords = Int(ROW_COUNT_WIDE) + 1

  /// Some columns of a layer's output with the rows that they are computed for.
  struct LayerPart {
    let columns: Range<Int>
    /// `ROW_COUNT_…`
    let rowCount: UInt32
  }

  /// The parts of a layer, which together are all its columns; the first is computed for all rows of the others.
  func parts(of index: Int) -> [LayerPart] {
    let layer = layout.layers[index]
    let all = 0..<layer.paddedOutputs
    guard index == layout.actorOutput, let wideColumns else {
      return [LayerPart(columns: all, rowCount: layer.part == .actor ? ROW_COUNT_ACTING : ROW_COUNT_ALL)]
    }
    let narrow = [0..<wideColumns.lowerBound, wideColumns.upperBound..<all.upperBound].filter { !$0.isEmpty }
    return narrow.map { LayerPart(columns: $0, rowCount: ROW_COUNT_ACTING) }
      + [LayerPart(columns: wideColumns, rowCount: ROW_COUNT_WIDE)]
  }

  /// Words of one row in the buffers of a workspace, gradients left out: for planning.
  public static func workspaceWidths(_ architecture: NetworkArchitecture, _ list: ObservationList?) -> [Int] {
    let inputs = list.map { $0.capacity + 1 } ?? ParameterLayout.padded(architecture.inputs)
    return ParameterLayout(architecture).layers.flatMap { layer in
      layer.kind == .gruHidden ? [layer.paddedOutputs, layer.paddedInputs] : [layer.paddedOutputs]
    } + [inputs]
  }

  /// Whether lists are made once per rollout (`recordList`) and read where they stand: entries per row, else nil.
  public static func rolloutListCapacity(_ list: ObservationList?, on device: Device) -> Int? {
    device.profile.matrixMultiply == .host ? list?.capacity : nil
  }

  /// Parts of the parameter gradients that are summed apart from each other on `device`: kernels need the parallelism.
  public static func gradientSplits(on device: Device) -> Int { device.profile.matrixMultiply == .host ? 1 : 4 }

  /// (C, Kp): K logits per row, then padding that stays 0.
  public var logits: Buffer<Float> { activations[layout.actorOutput] }
  /// (C, 8): the value in column 0, then padding that stays 0.
  public var values: Buffer<Float> { activations[layout.criticOutput] }
  /// (C, Kp): gradient of the loss by the logits, written by the caller for acting rows; the padding must stay 0.
  public var logitGradients: Buffer<Float> { gradients[layout.actorOutput] }
  /// (C, 8): gradient of the loss by the value in column 0, for all rows; the padding must stay 0.
  public var valueGradients: Buffer<Float> { gradients[layout.criticOutput] }
  /// (C, Hp) each: hidden states before and after every row, resets done; nil for feed-forward networks.
  public var hiddenStates: (before: Buffer<Float>, after: Buffer<Float>)? {
    recurrence.map { ($0.previous, activations[$0.layer]) }
  }
  /// Floats from one workspace row to the next in `logits` and `logitGradients` (Kp).
  public var logitPitch: Int { layout.layers[layout.actorOutput].paddedOutputs }
  /// Floats from one workspace row to the next in `values` and `valueGradients` (8).
  public var valuePitch: Int { layout.layers[layout.criticOutput].paddedOutputs }
}
