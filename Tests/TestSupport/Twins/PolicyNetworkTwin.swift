import Networks

/// Float64 twin of `PolicyNetwork` for one run: plain layers, one after the other; the layer of a GRU's hidden state walks
/// through time (`GRULayer`).
public struct PolicyNetworkTwin {
  public let layout: ParameterLayout
  public let layers: [DenseLayer]
  /// What operands of products are rounded to, and gradients among them.
  private let round, roundGradient: (Double) -> Double

  /// What a forward pass leaves behind.
  public struct Outputs {
    public let inputs: [[Double]]  // (rows, D)
    public let activations: [[[Double]]]  // per layer (rows, outputs)
    public let logits: [[Double]]  // (rows, K)
    public let values: [Double]  // (rows)
    public let sequences: GRULayer.Sequences?
    public let recurrent: [GRULayer.Row]
    /// Hidden states after every row, (rows, H).
    public var hidden: [[Double]] { recurrent.map(\.hidden) }
  }

  /// - Parameters:
  ///   - parameters: One padded parameter set (P).
  ///   - round: What inputs, weights, hidden outputs and gradients by outputs are rounded to, of feed-forward networks.
  ///   - roundGradient: The same of gradients, where it is something else.
  public init(
    _ architecture: NetworkArchitecture, parameters: [Double], rounding round: @escaping (Double) -> Double = { $0 },
    gradients roundGradient: ((Double) -> Double)? = nil
  ) {
    let layout = ParameterLayout(architecture)
    self.layout = layout
    self.round = round
    self.roundGradient = roundGradient ?? round
    layers = layout.layers.map { layer in
      DenseLayer(
        weights: (0..<layer.weightRows).map { row in
          layer.weightPlaces[row * layer.outputs..<(row + 1) * layer.outputs].map {
            layer.kind == .normalisation ? parameters[$0] : round(parameters[$0])
          }
        }, bias: layer.biasPlaces.map { parameters[$0] }, activation: layer.activation)
    }
  }

  /// - Parameter sequences: How the rows hang together; nil for feed-forward networks.
  public func forward(_ inputs: [[Double]], _ sequences: GRULayer.Sequences? = nil) -> Outputs {
    precondition((sequences == nil) == (layout.recurrentLayer == nil))
    var activations: [[[Double]]] = []
    var recurrent: [GRULayer.Row] = []
    for (index, layer) in layers.enumerated() {
      let source = layout.layers[index].source.map { activations[$0] } ?? inputs.map { $0.map(round) }
      if let sequences, index == layout.recurrentLayer {
        recurrent = GRULayer(weights: layer.weights, bias: layer.bias).forward(source, sequences)
        activations.append(recurrent.map(\.hidden))
      } else if let norm = normalisation(index) {
        activations.append(norm.forward(source).map { $0.map(round) })
      } else {
        let outputs = layer.forward(source)
        activations.append(layer.activation == nil ? outputs : outputs.map { $0.map(round) })
      }
    }
    return Outputs(
      inputs: inputs, activations: activations, logits: activations[layout.actorOutput],
      values: activations[layout.criticOutput].map { $0[0] }, sequences: sequences, recurrent: recurrent)
  }

  /// Gradient by the parameters, padded as they are (P), of a loss with these gradients by logits and values.
  public func gradient(_ outputs: Outputs, logits: [[Double]], values: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: layout.count)
    var gradients = outputs.activations.map { $0.map { $0.map { _ in 0.0 } } }
    gradients[layout.actorOutput] = logits.map { $0.map(roundGradient) }
    gradients[layout.criticOutput] = values.map { [roundGradient($0)] }
    for (index, layer) in layers.enumerated().reversed() {
      let place = layout.layers[index]
      if layer.activation != nil {
        for row in gradients[index].indices {
          for column in gradients[index][row].indices {
            let y = outputs.activations[index][row][column]
            gradients[index][row][column] = roundGradient(
              gradients[index][row][column] * DenseLayer.derivative(y, layer.activation))
          }
        }
      }
      if let sequences = outputs.sequences, index == layout.recurrentLayer {
        let gru = GRULayer(weights: layer.weights, bias: layer.bias)
        let (gates, recurrent) = gru.backward(outputs.recurrent, gradients[index], sequences)
        gradients[index - 1] = gates
        let byProduct = DenseLayer(weights: layer.weights, bias: gates[0].map { _ in 0 }, activation: nil)
          .backwardWeights(x: outputs.recurrent.map(\.previous), dy: recurrent)
        write(byProduct.weights, Array(byProduct.bias.suffix(layer.bias.count)), at: place, into: &result)
        continue
      }
      if let norm = normalisation(index), let source = place.source {
        let z = outputs.activations[source]
        let (scale, bias) = norm.backwardParameters(gradients[index], z: z)
        write([scale], bias, at: place, into: &result)
        gradients[source] = norm.backward(gradients[index], z: z).map { $0.map(roundGradient) }
        continue
      }
      let x = place.source.map { outputs.activations[$0] } ?? outputs.inputs.map { $0.map(round) }
      let (weights, bias) = layer.backwardWeights(x: x, dy: gradients[index])
      write(weights, bias, at: place, into: &result)
      guard let source = place.source else { continue }
      let dx = layer.backwardInput(gradients[index], x: x, inputActivation: nil)
      for row in dx.indices {
        for column in dx[row].indices {
          gradients[source][row][column] = roundGradient(gradients[source][row][column] + dx[row][column])
        }
      }
    }
    return result
  }

  /// nil for layers that multiply.
  private func normalisation(_ index: Int) -> LayerNorm? {
    guard layout.layers[index].kind == .normalisation else { return nil }
    return LayerNorm(scale: layers[index].weights[0], bias: layers[index].bias, activation: layers[index].activation)
  }

  private func write(
    _ weights: [[Double]], _ bias: [Double], at place: ParameterLayout.Layer, into result: inout [Double]
  ) {
    for (position, value) in zip(place.weightPlaces, weights.joined()) { result[position] = value }
    for (position, value) in zip(place.biasPlaces, bias) { result[position] = value }
  }
}
