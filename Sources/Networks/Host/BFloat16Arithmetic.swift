import CHostKernels
import VulkanCompute

/// The arithmetic of the host in mixed precision: operands of products are bfloat16 and lie so in memory; sums, biases,
/// logits, values, the time loop of a GRU between its products, and gradients by parameters are float32.
///
/// Rows between a part's count and the next multiple of 16 are 0 in every gradient and finite in every x, so that products
/// over rows take them along.
///
/// Unchecked: as `HostLayers`.
struct BFloat16Arithmetic: HostArithmetic, @unchecked Sendable {
  typealias Rounded = HostMatrix<UInt16>

  /// Numbers that are float32 or bfloat16.
  enum Numbers {
    case exact(HostMatrix<Float>)
    case rounded(Rounded)
  }

  /// Addresses for run 0 of the window.
  struct Layer {
    let shape: HostLayers.Layer
    /// nil where x is listed, and of a normalisation, which reads what its source has written.
    let x: Rounded?
    /// Rounded but for outputs of the network, sums that are normalised, and the layers of a GRU.
    let y: Numbers
    /// Gradient by the output before its activation; nil unless training, and where what reads it writes `dz`. Of a GRU by
    /// the hidden state.
    let dy: Numbers?
    /// Gradient by the product with the weights, as wide as they are; nil unless training.
    let dz: Rounded?
  }

  /// What is beside the layers where their inputs are dense.
  struct Inputs {
    /// nil where x is made rounded.
    let exact: HostMatrix<Float>?
    let rounded: Rounded
  }

  /// The time loop: x of the hidden layer and of its readers is rounded beside the states themselves.
  struct Recurrence {
    let layer: Int
    let previous, hidden: HostMatrix<Float>  // (C, Hp)
    let roundedPrevious, roundedHidden: Rounded
    /// Gradients by both products, (C, 3 Hp); nil unless training.
    let byGates, byRecurrent: Rounded?
  }

  let products: BFloat16Products
  let layers: [Layer]
  /// nil where inputs are listed.
  let inputs: Inputs?
  /// Biases are read here.
  let parameters: UnsafePointer<Float>
  /// The same sets, rounded; a set stands where a run does.
  let weights: Rounded
  let parameterCount: Int
  /// nil for feed-forward networks.
  let recurrence: Recurrence?

  private func weights(_ shape: HostLayers.Layer, _ set: Int) -> UnsafePointer<UInt16> {
    UnsafePointer(weights.at(set, 0)) + shape.weightOffset
  }

  private func padded(_ count: Int) -> Int {
    (count + BFloat16Products.rowStep - 1) / BFloat16Products.rowStep * BFloat16Products.rowStep
  }

  /// Zeros in some columns of the rows behind `rows` up to the next multiple of 16.
  private func clearBehind(_ rows: HostRows, _ matrix: Rounded, _ columns: Range<Int>? = nil) {
    let columns = columns ?? 0..<matrix.pitch
    for row in rows.count..<padded(rows.count) {
      (matrix.at(rows.run, rows.first + row) + columns.lowerBound).update(repeating: 0, count: columns.count)
    }
  }

  // MARK: Forward

  func prepareInputs(_ rows: HostRows) {
    guard let inputs else { return }
    if let exact = inputs.exact {
      host_round(
        inputs.rounded.at(rows.run, rows.first), exact.at(rows.run, rows.first), rows.count * exact.pitch)
    }
    clearBehind(rows, inputs.rounded)
  }

  func forward(_ index: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int) {
    let (layer, shape) = (layers[index], layers[index].shape)
    let bias = parameters + set * parameterCount + shape.biasOffset + columns.lowerBound
    if let lists = shape.lists {
      forward(lists, layer, rows, weights(shape, set), bias: bias)
    } else if let x = layer.x {
      forward(x, layer, columns, rows, weights(shape, set) + columns.lowerBound, bias: bias)
    }
    if case .rounded(let y) = layer.y { clearBehind(rows, y) }
  }

  private func forward(
    _ x: Rounded, _ layer: Layer, _ columns: Range<Int>, _ rows: HostRows, _ weights: UnsafePointer<UInt16>,
    bias: UnsafePointer<Float>
  ) {
    let (shape, count) = (layer.shape, padded(rows.count))
    func multiply(into result: BFloat16Products.Result, pitch: Int) {
      products.multiply(
        .init(x.at(rows.run, rows.first), pitch: x.pitch), .init(weights, pitch: shape.outputs), rows: count,
        columns: columns.count, depth: shape.inputs, into: result, pitch: pitch)
    }
    switch layer.y {
    case .rounded(let y):
      let activation: BFloat16Products.Activation =
        switch shape.activation {
        case .relu: .relu
        case .tanh: .tanh
        case nil: .none
        }
      multiply(into: .rounded(y.at(rows.run, rows.first), bias: bias, activation), pitch: y.pitch)
    case .exact(let y) where columns.count == shape.outputs:
      multiply(into: .biased(y.at(rows.run, rows.first), bias: bias), pitch: y.pitch)
    case .exact(let y):
      // Other rows have these columns, too.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count * columns.count) { scratch in
        guard let sums = scratch.baseAddress else { return }
        multiply(into: .biased(sums, bias: bias), pitch: columns.count)
        for row in 0..<rows.count {
          (y.at(rows.run, rows.first + row) + columns.lowerBound)
            .update(from: sums + row * columns.count, count: columns.count)
        }
      }
    }
  }

  /// Lists have all columns.
  private func forward(
    _ lists: HostLayers.Lists, _ layer: Layer, _ rows: HostRows, _ weights: UnsafePointer<UInt16>,
    bias: UnsafePointer<Float>
  ) {
    let (shape, own) = (layer.shape, lists.of(rows))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.outputs) { base in
      guard let base = base.baseAddress else { return }
      var staticCount = UInt32(lists.staticCount)
      host_rounded_sparse_linear(
        base, bias, weights, lists.staticEntries, lists.staticCount, &staticCount, nil, 1, shape.outputs)
      switch layer.y {
      case .rounded(let y):
        let activation =
          switch shape.activation {
          case .relu: HostActivationReLU
          case .tanh: HostActivationTanh
          case nil: HostActivationNone
          }
        host_rounded_sparse_forward(
          y.at(rows.run, rows.first), base, weights, own.entries, lists.pitch, own.lengths, own.indices, rows.count,
          shape.outputs, activation)
      case .exact(let y):
        host_rounded_sparse_linear(
          y.at(rows.run, rows.first), base, weights, own.entries, lists.pitch, own.lengths, own.indices, rows.count,
          shape.outputs)
      }
    }
  }

  /// Sums of the source are float32.
  func normalise(_ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int) {
    let (layer, shape) = (layers[index], layers[index].shape)
    guard let source = shape.source, case .exact(let z) = layers[source].y, case .rounded(let y) = layer.y else {
      return
    }
    let own = parameters + set * parameterCount
    let (bias, count) = (own + shape.biasOffset, rows.count * shape.outputs)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scratch in
      guard let normalised = scratch.baseAddress else { return }
      host_normalise(
        normalised, normalisation.moments.at(rows.run, rows.first), z.at(rows.run, rows.first),
        own + shape.weightOffset, ParameterLayout.normalisationEpsilon, rows.count, normalisation.width, shape.outputs)
      switch shape.activation {
      case .relu: host_add_bias_relu(normalised, bias, rows.count, shape.outputs)
      case .tanh: host_add_bias_tanh(normalised, bias, rows.count, shape.outputs)
      case nil: host_add_bias(normalised, shape.outputs, bias, rows.count, shape.outputs)
      }
      host_round(y.at(rows.run, rows.first), normalised, count)
    }
    clearBehind(rows, y)
  }

  // MARK: Backward

  func backwardNormalisation(_ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int) {
    let shape = layers[index].shape
    guard let source = shape.source, let dz = layers[source].dz else { return }
    let scale = parameters + set * parameterCount + shape.weightOffset
    withGradients(index, rows) { dy, z in
      let count = rows.count * shape.outputs
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scratch in
        guard let exact = scratch.baseAddress else { return }
        host_normalise_backward(
          exact, dy, z, normalisation.moments.at(rows.run, rows.first), scale, rows.count, normalisation.width,
          shape.outputs)
        host_round(dz.at(rows.run, rows.first), exact, count)
      }
    }
    clearBehind(rows, dz)
  }

  func backwardScaleAndBias(
    _ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (shape, strip) = (layers[index].shape, 64)
    for first in stride(from: 0, to: rows.count, by: strip) {
      let own = HostRows(run: rows.run, first: rows.first + first, count: min(strip, rows.count - first))
      withGradients(index, own) { dy, z in
        host_add_scale_gradients(
          gradients + shape.weightOffset, dy, z, normalisation.moments.at(own.run, own.first), own.count,
          shape.outputs)
        host_add_column_sums(gradients + shape.biasOffset, dy, shape.outputs, own.count, shape.outputs)
      }
    }
  }

  /// Calls `body` with the gradient by a normalisation's output before its activation, widened, and the sums that it
  /// normalises.
  private func withGradients(
    _ index: Int, _ rows: HostRows, _ body: (_ dy: UnsafePointer<Float>, _ z: UnsafePointer<Float>) -> Void
  ) {
    let layer = layers[index]
    guard let source = layer.shape.source, case .exact(let z) = layers[source].y, case .rounded(let dy)? = layer.dy
    else { return }
    let count = rows.count * layer.shape.outputs
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scratch in
      guard let exact = scratch.baseAddress else { return }
      host_widen(exact, dy.at(rows.run, rows.first), count)
      body(exact, z.at(rows.run, rows.first))
    }
  }

  func backwardActivation(_ index: Int, _ columns: Range<Int>, _ rows: HostRows) {
    let layer = layers[index]
    switch (layer.dy, layer.y) {
    case (.rounded(let dy)?, .rounded(let y)):
      let (gradients, outputs) = (dy.at(rows.run, rows.first), y.at(rows.run, rows.first))
      switch layer.shape.activation {
      case .relu: host_rounded_relu_backward(gradients, outputs, rows.count * dy.pitch)
      case .tanh: host_rounded_tanh_backward(gradients, outputs, rows.count * dy.pitch)
      case nil: break
      }
      clearBehind(rows, dy)
    case (.exact(let dy)?, _):
      // An output of the network.
      guard let dz = layer.dz else { return }
      for row in rows.first..<rows.first + rows.count {
        host_round(
          dz.at(rows.run, row) + columns.lowerBound, dy.at(rows.run, row) + columns.lowerBound, columns.count)
      }
      clearBehind(rows, dz, columns)
    default: break
    }
  }

  func backwardInput(_ index: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int, adds: Bool) {
    let (layer, shape) = (layers[index], layers[index].shape)
    guard let dz = layer.dz, let source = shape.source, let dx = layers[source].dy else { return }
    let result: BFloat16Products.Result =
      switch dx {
      case .rounded(let dx): .roundedSums(dx.at(rows.run, rows.first), accumulating: adds)
      case .exact(let dx): .sums(dx.at(rows.run, rows.first), accumulating: adds)
      }
    products.multiply(
      .init(dz.at(rows.run, rows.first) + columns.lowerBound, pitch: dz.pitch),
      .init(weights(shape, set) + columns.lowerBound, pitch: shape.outputs, transposed: true),
      rows: padded(rows.count), columns: shape.inputs, depth: columns.count, into: result, pitch: shape.inputs)
  }

  func backwardWeights(
    _ index: Int, _ columns: Range<Int>, inputs: Range<Int>, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (layer, shape) = (layers[index], layers[index].shape)
    guard let dz = layer.dz, let x = layer.x else { return }
    var done = 0
    for depth in Self.depths(padded(rows.count)) {
      products.multiply(
        .init(x.at(rows.run, rows.first + done) + inputs.lowerBound, pitch: x.pitch, transposed: true),
        .init(dz.at(rows.run, rows.first + done) + columns.lowerBound, pitch: dz.pitch), rows: inputs.count,
        columns: columns.count, depth: depth,
        into: .sums(
          gradients + shape.weightOffset + inputs.lowerBound * shape.outputs + columns.lowerBound, accumulating: true),
        pitch: shape.outputs)
      done += depth
    }
  }

  /// Rows of one sum in a few sizes, so that few products have to be prepared: 2,048 as often as possible, then 256, then the rest.
  static func depths(_ rows: Int) -> [Int] {
    var (rest, depths) = (rows, [Int]())
    for size in [2048, 256] {
      depths += Array(repeating: size, count: rest / size)
      rest %= size
    }
    return rest > 0 ? depths + [rest] : depths
  }

  func backwardLists(
    _ index: Int, _ columns: Range<Int>, _ lists: HostLayers.Lists, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (shape, own) = (layers[index].shape, lists.of(rows))
    guard let dz = layers[index].dz else { return }
    host_add_rounded_sparse_gradients(
      gradients + shape.weightOffset, dz.at(rows.run, rows.first), own.entries, lists.pitch, own.lengths, own.indices,
      rows.count, shape.outputs)
  }

  func backwardBias(
    _ index: Int, _ columns: Range<Int>, _ rows: HostRows, into gradients: UnsafeMutablePointer<Float>
  ) {
    let shape = layers[index].shape
    guard let dz = layers[index].dz else { return }
    host_add_rounded_column_sums(
      gradients + shape.biasOffset + columns.lowerBound - shape.biasColumns.lowerBound,
      dz.at(rows.run, rows.first) + columns.lowerBound, dz.pitch, rows.count, columns.count)
  }

  // MARK: The time loop

  func startIsThere(_ rows: HostRows) {
    guard let recurrence else { return }
    host_round(
      recurrence.roundedPrevious.at(rows.run, rows.first), recurrence.previous.at(rows.run, rows.first),
      rows.count * recurrence.previous.pitch)
  }

  func multiplyHidden(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>) {
    guard let recurrence else { return }
    let shape = layers[recurrence.layer].shape
    products.multiply(
      .init(recurrence.roundedPrevious.at(rows.run, rows.first), pitch: shape.inputs),
      .init(weights(shape, set), pitch: shape.outputs), rows: rows.count, columns: shape.outputs, depth: shape.inputs,
      into: .sums(sums, accumulating: false), pitch: shape.outputs)
  }

  func hiddenIsThere(_ rows: HostRows) {
    guard let recurrence else { return }
    host_round(
      recurrence.roundedHidden.at(rows.run, rows.first), recurrence.hidden.at(rows.run, rows.first),
      rows.count * recurrence.hidden.pitch)
  }

  func multiplyRecurrentGradients(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>) {
    guard let recurrence, let gradients = recurrence.byRecurrent else { return }
    let shape = layers[recurrence.layer].shape
    products.multiply(
      .init(gradients.at(rows.run, rows.first), pitch: shape.outputs),
      .init(weights(shape, set), pitch: shape.outputs, transposed: true), rows: rows.count, columns: shape.inputs,
      depth: shape.outputs, into: .sums(sums, accumulating: false), pitch: shape.inputs)
  }

  func writeGateGradients(
    _ rows: HostRows,
    _ body: (_ byGates: UnsafeMutablePointer<Float>, _ byRecurrent: UnsafeMutablePointer<Float>) -> Void
  ) {
    guard let byGates = recurrence?.byGates, let byRecurrent = recurrence?.byRecurrent else { return }
    let count = rows.count * byGates.pitch
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { scratch in
      guard let exact = scratch.baseAddress else { return }
      body(exact, exact + count)
      host_round(byGates.at(rows.run, rows.first), exact, count)
      host_round(byRecurrent.at(rows.run, rows.first), exact + count, count)
    }
  }

  func timeIsOver(_ rows: HostRows) {
    guard let recurrence else { return }
    for matrix in [
      recurrence.roundedPrevious, recurrence.roundedHidden, recurrence.byGates, recurrence.byRecurrent,
    ] {
      if let matrix { clearBehind(rows, matrix) }
    }
  }
}
