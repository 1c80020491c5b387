import CHostLayers
import CShaders
import VulkanCompute

/// The dense layers of a window of runs on the host, in the buffers of a network's workspace.
///
/// Work is cut into pieces by the shape of one run only and each piece is one thread's, so that results depend neither
/// on the number of threads nor on the other runs:
///
///     forward    (run, block of rows): the block's inputs from packed bits, then all layers, one after the other
///     backward   (run, block of rows): gradients of all layers' outputs, last layer to first
///     recurrence (run, block of sequences): all steps, forwards or backwards in time (HostRecurrence.swift)
///                (run, layer, tile of inputs): dW += X^T dY over all rows, db += sum dY; a list is one tile
///
/// Unchecked: it holds addresses of buffers that the recorder keeps alive, used by one step of the host at a time.
struct HostLayers: @unchecked Sendable {
  /// One layer of the network in the workspace: addresses for run 0 of the window, elements from one run to the next.
  struct Layer {
    let inputs, outputs: Int  // padded
    let activation: NetworkArchitecture.Activation?
    let source: Int?
    let parts: [Part]
    let weightOffset, biasOffset: Int
    let x: Inputs
    let y: UnsafeMutablePointer<Float>
    let yStride: Int
    /// Gradient by the output before its activation; nil unless training. Of a GRU by the hidden state.
    let dy: UnsafeMutablePointer<Float>?
    /// Gradient by the product with the weights, as wide as they are: `dy` but for a GRU.
    let dz: UnsafeMutablePointer<Float>?
    let dzStride: Int
    /// Columns that have a bias.
    let biasColumns: Range<Int>
  }

  /// Some columns of a layer's output with the rows that they are computed for. Only linear layers have several.
  struct Part {
    let columns: Range<Int>
    /// `ROW_COUNT_…`
    let rowCount: Int
  }

  enum Inputs {
    case dense(UnsafePointer<Float>, stride: Int)
    case sparse(Lists)
  }

  /// Rows of observations or lists by workspace row, for run 0 of the window; strides in words from one run to the next.
  struct Indices {
    let start: UnsafePointer<UInt32>
    let stride: Int
  }

  /// `ObservationLists` for run 0 of the window; strides in words from one run to the next.
  struct Lists {
    let entries: UnsafePointer<UInt32>
    let entryStride, pitch: Int
    let lengths: UnsafePointer<UInt32>
    let lengthStride: Int
    /// nil where workspace row r has list r.
    let indices: Indices?
    let staticEntries: UnsafePointer<UInt32>
    let staticCount: Int
  }

  /// Where x comes from that stands in no workspace yet: packed bits, for run 0 of the window.
  struct PackedInputs {
    let bits: HostObservationBits
    let observations: UnsafePointer<UInt32>
    let stride: Int
    let indices: Indices
    let x: UnsafeMutablePointer<Float>
    let xStride, columns: Int
  }

  let layers: [Layer]
  let packed: PackedInputs?
  let runs, rows: Int
  let counts: UnsafePointer<UInt32>
  let countStride: Int
  let policyIndices: UnsafePointer<UInt32>
  let policyIndexStride: Int
  let parameters: UnsafePointer<Float>
  let parameterCount: Int

  /// Rows of one piece of work: half of the rows for two pieces at least, but few enough for a processor's cache.
  private var blockRows: Int { min(max((rows / 2 + 15) / 16 * 16, 64), 512) }
  private var blocks: Int { (rows + blockRows - 1) / blockRows }

  /// Of one forward pass over all layers, as if all rows and columns took part.
  private var multiplyAdds: Int { runs * rows * layers.reduce(0) { $0 + multiplyAddsPerRow($1) } }

  private func multiplyAddsPerRow(_ layer: Layer) -> Int {
    if case .sparse(let lists) = layer.x { lists.pitch / 2 * layer.outputs } else { layer.inputs * layer.outputs }
  }

  func parameters(_ run: Int) -> UnsafePointer<Float> {
    parameters + Int(policyIndices[run * policyIndexStride]) * parameterCount
  }

  /// Rows of a run that a part of a layer is computed for; they come first.
  private func rowCount(_ part: Part, _ run: Int) -> Int {
    min(rows, Int(counts[run * countStride + part.rowCount]))
  }

  /// Those of them in block `block`: first, and how many.
  private func blockPart(_ block: Int, _ part: Part, _ run: Int) -> (first: Int, count: Int) {
    let first = block * blockRows
    return (first, max(0, min(blockRows, rowCount(part, run) - first)))
  }

  // MARK: Forward

  /// Y = act(X W + b) for the layers of `order`, which lists sources before their readers.
  func forward(_ order: [Int]) {
    let readsInputs = order.contains { layers[$0].source == nil }
    HostPieces.perform(runs * blocks, operations: multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      let parameters = parameters(run)
      if readsInputs, let packed { expand(packed, run, block) }
      for index in order {
        for part in layers[index].parts { forward(layers[index], part, run, block, parameters) }
      }
    }
  }

  private func expand(_ packed: PackedInputs, _ run: Int, _ block: Int) {
    let first = block * blockRows
    let count = min(blockRows, min(rows, Int(counts[run * countStride + Int(ROW_COUNT_ALL)])) - first)
    guard count > 0 else { return }
    var bits = packed.bits
    host_expand_observations(
      &bits, packed.observations + run * packed.stride, packed.indices.start + run * packed.indices.stride + first,
      count, packed.x + run * packed.xStride + first * packed.columns, packed.columns)
  }

  private func forward(_ layer: Layer, _ part: Part, _ run: Int, _ block: Int, _ parameters: UnsafePointer<Float>) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0 else { return }
    let y = layer.y + run * layer.yStride + first * layer.outputs + part.columns.lowerBound
    let weights = parameters + layer.weightOffset + part.columns.lowerBound
    switch layer.x {
    case .dense(let x, let stride):
      HostProducts.multiply(
        .init(x + run * stride + first * layer.inputs, pitch: layer.inputs), .init(weights, pitch: layer.outputs),
        rows: count, columns: part.columns.count, depth: layer.inputs, into: y, pitch: layer.outputs,
        accumulating: false)
    case .sparse(let lists):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: layer.outputs) { base in
        guard let base = base.baseAddress else { return }
        var staticCount = UInt32(lists.staticCount)
        host_sparse_forward(
          base, nil, weights, lists.staticEntries, lists.staticCount, &staticCount, nil, 1, layer.outputs)
        let place = lists.indices == nil ? first : 0
        host_sparse_forward(
          y, base, weights, lists.entries + run * lists.entryStride + place * lists.pitch, lists.pitch,
          lists.lengths + run * lists.lengthStride + place,
          lists.indices.map { $0.start + run * $0.stride + first }, count, layer.outputs)
      }
    }
    let bias = parameters + layer.biasOffset + part.columns.lowerBound
    switch layer.activation {
    case .relu: host_add_bias_relu(y, bias, count, layer.outputs)
    case .tanh: host_add_bias_tanh(y, bias, count, layer.outputs)
    case nil: host_add_bias(y, layer.outputs, bias, count, part.columns.count)
    }
  }

  // MARK: Backward

  /// A part of a layer on the way back.
  struct BackwardStep {
    let layer: Int
    let part: Part
    /// Whether the layer's output gradient has still to go through its activation.
    let isFirst: Bool
    /// Whether another reader has written the gradient of the source.
    let adds: Bool
  }

  /// The layers of `order`, which lists readers before their sources and readers on all rows before readers on fewer.
  func backwardSteps(_ order: [Int]) -> [BackwardStep] {
    var written = Set<Int>()
    return order.flatMap { index in
      layers[index].parts.enumerated().map { position, part in
        BackwardStep(
          layer: index, part: part, isFirst: position == 0,
          adds: layers[index].source.map { !written.insert($0).inserted } ?? false)
      }
    }
  }

  /// dX = sum over the readers of (dY W^T), times act'(X).
  func backwardInputs(_ steps: [BackwardStep]) {
    HostPieces.perform(runs * blocks, operations: multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      let parameters = parameters(run)
      for step in steps {
        let layer = layers[step.layer]
        if step.isFirst { applyActivationGradient(layer, step.part, run, block) }
        guard let source = layer.source else { continue }
        backwardInput(layer, step.part, into: layers[source], run, block, parameters, adds: step.adds)
      }
    }
  }

  private func applyActivationGradient(_ layer: Layer, _ part: Part, _ run: Int, _ block: Int) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0, let dy = layer.dy else { return }
    let offset = run * layer.yStride + first * layer.outputs
    switch layer.activation {
    case .relu: host_relu_backward(dy + offset, layer.y + offset, count * layer.outputs)
    case .tanh: host_tanh_backward(dy + offset, layer.y + offset, count * layer.outputs)
    case nil: break
    }
  }

  private func backwardInput(
    _ layer: Layer, _ part: Part, into source: Layer, _ run: Int, _ block: Int, _ parameters: UnsafePointer<Float>,
    adds: Bool
  ) {
    let (first, count) = blockPart(block, part, run)
    guard count > 0, let dy = layer.dy, let dx = source.dy else { return }
    let column = part.columns.lowerBound
    HostProducts.multiply(
      .init(dy + run * layer.yStride + first * layer.outputs + column, pitch: layer.outputs),
      .init(parameters + layer.weightOffset + column, pitch: layer.outputs, transposed: true), rows: count,
      columns: layer.inputs, depth: part.columns.count, into: dx + run * source.yStride + first * layer.inputs,
      pitch: layer.inputs, accumulating: adds)
  }

  /// A part of one weight gradient: inputs from `first` on, at most `tileInputs`, or all of a list.
  struct WeightTile {
    let layer: Int
    let part: Part
    let first: Int
  }

  private static let tileInputs = 128

  func weightTiles() -> [WeightTile] {
    layers.indices.flatMap { index in
      layers[index].parts.flatMap { part in
        let isList = if case .sparse = layers[index].x { true } else { false }
        return stride(from: 0, to: isList ? 1 : layers[index].inputs, by: Self.tileInputs).map {
          WeightTile(layer: index, part: part, first: $0)
        }
      }
    }
  }

  /// Adds to the gradients (P per run, `stride` floats apart).
  func backwardWeights(_ tiles: [WeightTile], into gradients: UnsafeMutablePointer<Float>, stride: Int) {
    nonisolated(unsafe) let gradients = gradients
    HostPieces.perform(runs * tiles.count, operations: multiplyAdds) { job in
      let (run, tile) = job.quotientAndRemainder(dividingBy: tiles.count)
      let (layer, part, first) = (layers[tiles[tile].layer], tiles[tile].part, tiles[tile].first)
      let count = rowCount(part, run)
      guard count > 0, let dz = layer.dz else { return }
      let column = part.columns.lowerBound
      let rowGradients = dz + run * layer.dzStride + column
      let target = gradients + run * stride + column
      switch layer.x {
      case .dense(let x, let stride):
        HostProducts.multiply(
          .init(x + run * stride + first, pitch: layer.inputs, transposed: true),
          .init(rowGradients, pitch: layer.outputs), rows: min(Self.tileInputs, layer.inputs - first),
          columns: part.columns.count, depth: count, into: target + layer.weightOffset + first * layer.outputs,
          pitch: layer.outputs, accumulating: true)
      case .sparse(let lists):
        host_add_sparse_gradients(
          target + layer.weightOffset, rowGradients, lists.entries + run * lists.entryStride, lists.pitch,
          lists.lengths + run * lists.lengthStride, lists.indices.map { $0.start + run * $0.stride }, count,
          layer.outputs)
      }
      if first == 0 {
        let biased = part.columns.clamped(to: layer.biasColumns)
        host_add_column_sums(
          target - column + layer.biasOffset + biased.lowerBound - layer.biasColumns.lowerBound,
          rowGradients - column + biased.lowerBound, layer.outputs, count, biased.count)
      }
    }
  }
}
