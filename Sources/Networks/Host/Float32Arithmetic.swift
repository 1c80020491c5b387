import CHostKernels
import VulkanCompute

/// The arithmetic of the host in float32.
///
/// Unchecked: as `HostLayers`.
struct Float32Arithmetic: HostArithmetic, @unchecked Sendable {
  /// Addresses for run 0 of the window, elements from one run to the next.
  struct Layer {
    let shape: HostLayers.Layer
    /// nil where x is listed.
    let x: HostMatrix<Float>?
    let y: HostMatrix<Float>
    /// Gradient by the output before its activation; nil unless training. Of a GRU by the hidden state.
    let dy: HostMatrix<Float>?
    /// Gradient by the product with the weights, as wide as they are: `dy` but for a GRU.
    let dz: HostMatrix<Float>?
  }

  let products: HostProducts
  let layers: [Layer]
  let parameters: UnsafePointer<Float>
  let parameterCount: Int
  /// The time loop; nil for feed-forward networks.
  let recurrence: Recurrence?

  struct Recurrence {
    let layer: Int
    let previous: HostMatrix<Float>  // (C, Hp)
    /// Gradients by both products, (C, 3 Hp); nil unless training.
    let byGates, byRecurrent: HostMatrix<Float>?
  }

  private func weights(_ layer: HostLayers.Layer, _ set: Int) -> UnsafePointer<Float> {
    parameters + set * parameterCount + layer.weightOffset
  }

  func prepareInputs(_ rows: HostRows) {}

  func forward(_ index: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int) {
    let (layer, column) = (layers[index], columns.lowerBound)
    let (shape, y) = (layer.shape, layer.y.at(rows.run, rows.first) + column)
    let weights = weights(shape, set) + column
    if let x = layer.x {
      products.multiply(
        .init(x.at(rows.run, rows.first), pitch: shape.inputs), .init(weights, pitch: shape.outputs), rows: rows.count,
        columns: columns.count, depth: shape.inputs, into: y, pitch: shape.outputs, accumulating: false)
    } else if let lists = shape.lists {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.outputs) { base in
        guard let base = base.baseAddress else { return }
        var staticCount = UInt32(lists.staticCount)
        host_sparse_forward(
          base, nil, weights, lists.staticEntries, lists.staticCount, &staticCount, nil, 1, shape.outputs)
        let own = lists.of(rows)
        host_sparse_forward(
          y, base, weights, own.entries, lists.pitch, own.lengths, own.indices, rows.count, shape.outputs)
      }
    }
    finish(y, shape, columns, rows, set: set)
  }

  /// Y = act(Y + b)
  private func finish(
    _ y: UnsafeMutablePointer<Float>, _ shape: HostLayers.Layer, _ columns: Range<Int>, _ rows: HostRows, set: Int
  ) {
    let bias = parameters + set * parameterCount + shape.biasOffset + columns.lowerBound
    switch shape.activation {
    case .relu: host_add_bias_relu(y, bias, rows.count, shape.outputs)
    case .tanh: host_add_bias_tanh(y, bias, rows.count, shape.outputs)
    case nil: host_add_bias(y, shape.outputs, bias, rows.count, columns.count)
    }
  }

  func normalise(_ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int) {
    let shape = layers[index].shape
    guard let z = layers[index].x else { return }
    let y = layers[index].y.at(rows.run, rows.first)
    host_normalise(
      y, normalisation.moments.at(rows.run, rows.first), z.at(rows.run, rows.first), weights(shape, set),
      ParameterLayout.normalisationEpsilon, rows.count, normalisation.width, shape.outputs)
    finish(y, shape, 0..<shape.outputs, rows, set: set)
  }

  func backwardNormalisation(_ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int) {
    let (layer, shape) = (layers[index], layers[index].shape)
    guard let dy = layer.dy, let z = layer.x, let source = shape.source, let dz = layers[source].dy else { return }
    host_normalise_backward(
      dz.at(rows.run, rows.first), dy.at(rows.run, rows.first), z.at(rows.run, rows.first),
      normalisation.moments.at(rows.run, rows.first), weights(shape, set), rows.count, normalisation.width,
      shape.outputs)
  }

  func backwardScaleAndBias(
    _ index: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (layer, shape) = (layers[index], layers[index].shape)
    guard let dy = layer.dy?.at(rows.run, rows.first), let z = layer.x else { return }
    host_add_scale_gradients(
      gradients + shape.weightOffset, dy, z.at(rows.run, rows.first), normalisation.moments.at(rows.run, rows.first),
      rows.count, shape.outputs)
    host_add_column_sums(gradients + shape.biasOffset, dy, shape.outputs, rows.count, shape.outputs)
  }

  func backwardActivation(_ index: Int, _ columns: Range<Int>, _ rows: HostRows) {
    guard let dy = layers[index].dy?.at(rows.run, rows.first) else { return }
    let (shape, y) = (layers[index].shape, layers[index].y.at(rows.run, rows.first))
    switch shape.activation {
    case .relu: host_relu_backward(dy, y, rows.count * shape.outputs)
    case .tanh: host_tanh_backward(dy, y, rows.count * shape.outputs)
    case nil: break
    }
  }

  func backwardInput(_ index: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int, adds: Bool) {
    let shape = layers[index].shape
    guard let dy = layers[index].dy, let source = shape.source, let dx = layers[source].dy else { return }
    products.multiply(
      .init(dy.at(rows.run, rows.first) + columns.lowerBound, pitch: shape.outputs),
      .init(weights(shape, set) + columns.lowerBound, pitch: shape.outputs, transposed: true), rows: rows.count,
      columns: shape.inputs, depth: columns.count, into: dx.at(rows.run, rows.first), pitch: shape.inputs,
      accumulating: adds)
  }

  func backwardWeights(
    _ index: Int, _ columns: Range<Int>, inputs: Range<Int>, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let shape = layers[index].shape
    guard let dz = layers[index].dz, let x = layers[index].x else { return }
    products.multiply(
      .init(x.at(rows.run, rows.first) + inputs.lowerBound, pitch: shape.inputs, transposed: true),
      .init(dz.at(rows.run, rows.first) + columns.lowerBound, pitch: shape.outputs), rows: inputs.count,
      columns: columns.count, depth: rows.count,
      into: gradients + shape.weightOffset + inputs.lowerBound * shape.outputs + columns.lowerBound,
      pitch: shape.outputs, accumulating: true)
  }

  func backwardLists(
    _ index: Int, _ columns: Range<Int>, _ lists: HostLayers.Lists, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let (shape, own) = (layers[index].shape, lists.of(rows))
    guard let dz = layers[index].dz else { return }
    host_add_sparse_gradients(
      gradients + shape.weightOffset + columns.lowerBound, dz.at(rows.run, rows.first) + columns.lowerBound,
      own.entries,
      lists.pitch, own.lengths, own.indices, rows.count, shape.outputs)
  }

  func backwardBias(
    _ index: Int, _ columns: Range<Int>, _ rows: HostRows, into gradients: UnsafeMutablePointer<Float>
  ) {
    let shape = layers[index].shape
    guard let dz = layers[index].dz else { return }
    host_add_column_sums(
      gradients + shape.biasOffset + columns.lowerBound - shape.biasColumns.lowerBound,
      dz.at(rows.run, rows.first) + columns.lowerBound, shape.outputs, rows.count, columns.count)
  }

  func multiplyHidden(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>) {
    guard let recurrence else { return }
    let shape = layers[recurrence.layer].shape
    products.multiply(
      .init(recurrence.previous.at(rows.run, rows.first), pitch: shape.inputs),
      .init(weights(shape, set), pitch: shape.outputs), rows: rows.count, columns: shape.outputs, depth: shape.inputs,
      into: sums, pitch: shape.outputs, accumulating: false)
  }

  func startIsThere(_ rows: HostRows) {}
  func hiddenIsThere(_ rows: HostRows) {}

  func multiplyRecurrentGradients(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>) {
    guard let recurrence, let gradients = recurrence.byRecurrent else { return }
    let shape = layers[recurrence.layer].shape
    products.multiply(
      .init(gradients.at(rows.run, rows.first), pitch: shape.outputs),
      .init(weights(shape, set), pitch: shape.outputs, transposed: true), rows: rows.count, columns: shape.inputs,
      depth: shape.outputs, into: sums, pitch: shape.inputs, accumulating: false)
  }

  func writeGateGradients(
    _ rows: HostRows,
    _ body: (_ byGates: UnsafeMutablePointer<Float>, _ byRecurrent: UnsafeMutablePointer<Float>) -> Void
  ) {
    guard let byGates = recurrence?.byGates, let byRecurrent = recurrence?.byRecurrent else { return }
    body(byGates.at(rows.run, rows.first), byRecurrent.at(rows.run, rows.first))
  }

  func timeIsOver(_ rows: HostRows) {}
}
