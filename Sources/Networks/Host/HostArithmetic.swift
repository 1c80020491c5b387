/// Some rows of one run of the window, from `first` on.
struct HostRows {
  let run, first, count: Int
}

/// What the host computes of one layer for some rows: in float32 (`Float32Arithmetic`), or with operands in bfloat16
/// (`BFloat16Arithmetic`). Layers are places in `ParameterLayout.layers`, columns those of a layer's output; `set` is the
/// parameter set of the rows' run.
///
/// First rows are multiples of 16. A call may write up to the next multiple of 16 behind its rows where no other rows of the
/// layer stand.
protocol HostArithmetic: Sendable {
  /// x of rows whose observations have been expanded, as products read it.
  func prepareInputs(_ rows: HostRows)

  /// Y = act(X W + b)
  func forward(_ layer: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int)

  /// Y = act(scale n + b) of a layer that normalises: n are the sums of its source, normalised. Keeps the moments.
  func normalise(_ layer: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int)

  /// The gradient by the sums of its source, from that by scale n + b.
  func backwardNormalisation(_ layer: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows, set: Int)

  /// dscale += sum dY n, db += sum dY
  func backwardScaleAndBias(
    _ layer: Int, _ normalisation: HostLayers.Normalisation, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>)

  /// dY *= act'(Y); for the columns of one part of a layer, and once per layer, where parts have other rows.
  func backwardActivation(_ layer: Int, _ columns: Range<Int>, _ rows: HostRows)

  /// dX = dY W^T for the source of a layer, or dX += dY W^T.
  func backwardInput(_ layer: Int, _ columns: Range<Int>, _ rows: HostRows, set: Int, adds: Bool)

  /// dW += X^T dY, for some inputs of a layer with dense ones.
  func backwardWeights(
    _ layer: Int, _ columns: Range<Int>, inputs: Range<Int>, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>)

  /// dW += X^T dY of a layer that reads lists.
  func backwardLists(
    _ layer: Int, _ columns: Range<Int>, _ lists: HostLayers.Lists, _ rows: HostRows,
    into gradients: UnsafeMutablePointer<Float>)

  /// db += sum dY
  func backwardBias(
    _ layer: Int, _ columns: Range<Int>, _ rows: HostRows, into gradients: UnsafeMutablePointer<Float>)

  /// sums (rows, 3 H) = h W of a step of a GRU.
  func multiplyHidden(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>)

  /// The states that some rows start from have been written.
  func startIsThere(_ rows: HostRows)

  /// The hidden states of some rows have been written.
  func hiddenIsThere(_ rows: HostRows)

  /// sums (rows, H) = dg W^T of a step of a GRU.
  func multiplyRecurrentGradients(_ rows: HostRows, set: Int, into sums: UnsafeMutablePointer<Float>)

  /// Calls `body` with where the gradients by both products of a GRU, (rows, 3 H) each, belong.
  func writeGateGradients(
    _ rows: HostRows,
    _ body: (_ byGates: UnsafeMutablePointer<Float>, _ byRecurrent: UnsafeMutablePointer<Float>) -> Void)

  /// All steps of the time loop of a run are done.
  func timeIsOver(_ rows: HostRows)
}
