import CShaders
import VulkanCompute

/// The memory that passes over a network work in, C rows per run, whoever computes: inputs x (C, Dp) or lists of them, the
/// activated output of every layer (C, Np) and, for training, their gradients. It is scratch and belongs to positions in
/// the window, not to runs.
final class NetworkWorkspace {
  enum Inputs {
    case dense(DenseInputs)
    case listed(ListedInputs)
  }

  struct DenseInputs {
    /// (C, Dp), or (C, Dp / 2) words of two bfloat16 or float16
    let x: Buffer<Float>
    let expand: Operation
    /// Whether they are expanded to 16-bit numbers.
    let isRounded: Bool
    /// Dp
    let width: Int
  }

  let architecture: NetworkArchitecture
  let layout: ParameterLayout
  let windowRuns: Int
  /// C
  let rowCapacity: Int
  /// Rows of every buffer: C, padded so that tiles may read past the last row.
  let paddedRows: Int
  /// Columns of the logits that are computed for rows with a wide action only: the wide actions, less what stands in a
  /// group of 8 with others.
  let wideColumns: Range<Int>?

  /// What the first layers read.
  let inputs: Inputs
  /// What a recurrent layer needs beside the buffers of all layers; nil for feed-forward networks.
  let recurrence: Recurrence?
  /// Activated output of every layer, (C, Np), in the order of `layout.layers`; of a GRU the gates and the hidden state. Where
  /// numbers are rounded (`halves`), hidden dense layers have (C, Np / 2) words of two 16-bit numbers.
  let activations: [Buffer<Float>]
  /// Gradient of the loss by every layer's output before its activation, (C, Np); empty unless training. Rounded where the
  /// output is, and of sums that are normalised; where the host rounds also of a GRU's gates.
  let gradients: [Buffer<Float>]
  /// nil where everything is float32.
  let halves: HalfFormat?

  /// Mean and 1 / standard deviation of every row of the sums that a normalisation reads, (C, 2), by its index in the layout.
  let moments: [Int: Buffer<Float>]

  /// What the host has of its own in mixed precision; nil in float32 and for kernels.
  let rounded: RoundedWorkspace?

  let observation: ObservationSource
  /// Where every row is seen through a symmetry of its own.
  let symmetries: SymmetryTable?

  /// - Parameter halves: What is kept of x, hidden outputs and their gradients; nil for float32.
  init(
    _ name: String, architecture: NetworkArchitecture, observation: ObservationSource, device: Device,
    wideActions: Range<Int>?, symmetries: SymmetryTable?, table: BufferTable, windowRuns: Int, rowCapacity: Int,
    halves: HalfFormat?, training: Bool
  ) throws {
    let layout = ParameterLayout(architecture)
    self.architecture = architecture
    self.layout = layout
    self.observation = observation
    self.symmetries = symmetries
    self.windowRuns = windowRuns
    self.rowCapacity = rowCapacity
    self.halves = halves
    let rounds = halves == .bfloat16
    wideColumns = wideActions.flatMap { Self.wideColumns($0, layout, isListed: observation.list != nil) }
    let alignment = DenseKernels.rowAlignment
    let rows = (rowCapacity + alignment - 1) / alignment * alignment
    paddedRows = rows
    func register(_ part: String, _ axis: String, _ width: Int) -> Buffer<Float> {
      table.register(
        "\(name).\(part)", of: Float.self, runs: windowRuns, perRun: [("C", rows), (axis, width)],
        persistence: .scratch)
    }
    let macros = symmetries == nil ? observation.macros : observation.macros.merging(["SYMMETRIES": "1"]) { $1 }
    if let list = observation.list {
      inputs = try .listed(
        ListedInputs(
          name, list, macros: macros, features: architecture.inputs, device: device, table: table,
          windowRuns: windowRuns, rows: rows))
    } else {
      let body = symmetries == nil ? observation.expansion : nil
      let halved = rounds && body != nil || halves == .float16
      let rounding = rounds ? "ROUNDED_INPUTS" : "HALF_ROWS"
      let expand = try device.operation(
        "Network/expand_observations.comp", macros: halved ? macros.merging([rounding: "1"]) { $1 } : macros,
        includes: ["ENVIRONMENT_OBSERVATION": observation.include], host: body)
      let width = ParameterLayout.padded(architecture.inputs)
      inputs = .dense(
        DenseInputs(
          x: register("inputs", halved ? "D/2" : "D", halved ? width / 2 : width), expand: expand, isRounded: halved,
          width: width))
    }
    let widths = layout.layers.map { $0.kind == .gruHidden ? $0.paddedInputs : $0.paddedOutputs }
    func register(_ layer: Int, _ part: String, halved: Bool) -> Buffer<Float> {
      register("\(layout.layers[layer].name).\(part)", halved ? "H/2" : "H", halved ? widths[layer] / 2 : widths[layer])
    }
    let isRounded = layout.layers.indices.map { halves != nil && layout.isHidden($0) }
    activations = layout.layers.indices.map { register($0, "activation", halved: isRounded[$0]) }
    gradients =
      training
      ? layout.layers.indices.map { index in
        let isOperand = rounds && layout.layers[index].kind == .gruInput || halves != nil && layout.isNormalised(index)
        return register(index, "gradient", halved: isRounded[index] || isOperand)
      } : []
    recurrence = try layout.recurrentLayer.map { layer in
      try Recurrence(
        layout.layers[layer], layer: layer, device: device, rounds: rounds, training: training, register: register)
    }
    let normalisations = layout.layers.indices.filter { layout.layers[$0].kind == .normalisation }
    moments = Dictionary(
      uniqueKeysWithValues: normalisations.map { ($0, register("\(layout.layers[$0].name).moments", "2", 2)) })
    // x that a kernel makes is float32.
    let exactWidth: Int? = if case .dense(let inputs) = inputs, !inputs.isRounded { inputs.width } else { nil }
    rounded =
      rounds
      ? RoundedWorkspace(
        name, layout, inputs: exactWidth,
        table: table, windowRuns: windowRuns, rows: rows, training: training) : nil
  }

  private static func wideColumns(_ actions: Range<Int>, _ layout: ParameterLayout, isListed: Bool) -> Range<Int>? {
    let output = layout.layers[layout.actorOutput]
    if isListed, output.source == nil { return nil }  // lists are added up for all columns
    if layout.recurrentLayer != nil { return nil }  // rows are in the order of time
    let begin = ParameterLayout.padded(actions.lowerBound)
    let end = actions.upperBound / ParameterLayout.alignment * ParameterLayout.alignment
    return begin < end && (begin > 0 || end < output.paddedOutputs) ? begin..<end : nil
  }

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

  /// Layers by depth: those of one step do not depend on each other.
  func forwardSteps(heads: Set<PolicyNetwork.Head>) -> [[Int]] {
    let actor = heads.contains(.actor) ? indices(.actor) : []
    let critic = heads.contains(.critic) ? indices(.critic) : []
    let headSteps = (0..<max(actor.count, critic.count)).map { depth in
      [actor, critic].compactMap { depth < $0.count ? $0[depth] : nil }
    }
    return indices(.trunk).map { [$0] } + headSteps
  }

  /// The layers of a part of the network, first to last.
  func indices(_ part: ParameterLayout.Part) -> [Int] {
    layout.layers.indices.filter { layout.layers[$0].part == part }
  }

  /// How kernels find x, and y or its gradient, of a dense layer in memory.
  func storage(of index: Int, gradients: Bool) -> ProductStorage {
    guard halves == .float16 else { return ProductStorage() }
    let layer = layout.layers[index]
    let inputs: NumberFormat =
      if layer.kind == .gruHidden {
        .float32
      } else {
        layer.source.map { layout.isHidden($0) ? .float16 : .float32 } ?? .float16
      }
    let isRounded = layout.isHidden(index) || gradients && layout.isNormalised(index)
    return ProductStorage(inputs: inputs, outputs: isRounded ? .float16 : .float32)
  }

  enum Source {
    case dense(Buffer<Float>)
    case listed(ListedInputs)
  }

  /// What a layer's weights multiply: x, or lists of it, or the activated output of the layer before, or the hidden state.
  func source(of layer: ParameterLayout.Layer) -> Source {
    if layer.kind == .gruHidden, let recurrence { return .dense(recurrence.previous) }
    if let source = layer.source { return .dense(activations[source]) }
    return switch inputs {
    case .dense(let inputs): .dense(inputs.x)
    case .listed(let lists): .listed(lists)
    }
  }

  /// The same, but nil where it is listed.
  func denseSource(of layer: ParameterLayout.Layer) -> Buffer<Float>? {
    if case .dense(let x) = source(of: layer) { x } else { nil }
  }

  /// Gradient by x W + b of a layer, (C, columns); nil unless training.
  func outputGradients(_ index: Int) -> Buffer<Float>? {
    if let recurrence, index == recurrence.layer { return recurrence.gradients }
    return gradients.isEmpty ? nil : gradients[index]
  }

  /// The recurrent layer with the sequences that it walks through; nil for feed-forward networks.
  func recurrence(of rows: Rows) -> (layer: Recurrence, sequences: SequenceRows)? {
    guard let recurrence, let sequences = rows.sequences else { return nil }
    return (recurrence, sequences)
  }

  func check(_ rows: Rows) {
    precondition((rows.observations.symmetries == nil) == (symmetries == nil), "symmetries are for a network of them")
    precondition((rows.sequences == nil) == (recurrence == nil), "sequences of rows are for recurrent networks")
    if let sequences = rows.sequences {
      precondition(rows.count == sequences.sequences * sequences.steps, "rows are whole sequences")
    }
    precondition(
      (1...windowRuns).contains(rows.runs) && (1...rowCapacity).contains(rows.count),
      "\(rows.runs) runs of \(rows.count) rows do not fit a workspace for \(windowRuns) runs of \(rowCapacity) rows")
  }

  /// x of `rows` from their packed observations, for networks with dense inputs.
  func expansion(_ rows: Rows, of inputs: DenseInputs) -> BoundOperation {
    let push = ExpandDispatch(
      rows: UInt32(rows.count), features: UInt32(architecture.inputs), padded_features: UInt32(inputs.width),
      observation_words: UInt32(observation.wordCount), observation_stride: UInt32(rows.observations.packed.stride),
      row_index_stride: UInt32(rows.indices.stride), row_index_offset: UInt32(rows.indexOffset),
      row_count_stride: UInt32(rows.counts.stride),
      input_stride: UInt32((inputs.isRounded ? 2 : 1) * inputs.x.runStride),
      symmetry_stride: UInt32(rows.observations.symmetries?.stride ?? 0))
    var bindings = [
      "observations": rows.observations.packed.window, "row_indices": rows.indices.window,
      "row_counts": rows.counts.window, "inputs": inputs.x.window(runs: 0..<rows.runs),
    ]
    bindings["symmetries"] = rows.observations.symmetries?.window
    bindings["feature_table"] = symmetries?.features.whole
    return inputs.expand.bind(
      bindings, push: push,
      over: .items(rows.count, invocations: inputs.width / 8, runs: rows.runs), work: expandWork(rows))
  }
}
