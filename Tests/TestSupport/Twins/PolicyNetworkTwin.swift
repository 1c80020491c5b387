import Networks

/// Float64 twin of `PolicyNetwork` for one run: plain layers, one after the other.
public struct PolicyNetworkTwin {
  public let layout: ParameterLayout
  public let layers: [DenseLayer]

  /// What a forward pass leaves behind.
  public struct Outputs {
    public let inputs: [[Double]]  // (rows, D)
    public let activations: [[[Double]]]  // per layer (rows, outputs)
    public let logits: [[Double]]  // (rows, K)
    public let values: [Double]  // (rows)
  }

  /// - Parameter parameters: One padded parameter set (P).
  public init(_ architecture: NetworkArchitecture, parameters: [Double]) {
    let layout = ParameterLayout(architecture)
    self.layout = layout
    layers = layout.layers.map { layer in
      DenseLayer(
        weights: (0..<layer.inputs).map { row in
          let start = layer.weightOffset + row * layer.paddedOutputs
          return Array(parameters[start..<start + layer.outputs])
        },
        bias: Array(parameters[layer.biasOffset..<layer.biasOffset + layer.outputs]), activation: layer.activation)
    }
  }

  public func forward(_ inputs: [[Double]]) -> Outputs {
    var activations: [[[Double]]] = []
    for (index, layer) in layers.enumerated() {
      let source = layout.layers[index].source.map { activations[$0] } ?? inputs
      activations.append(layer.forward(source))
    }
    return Outputs(
      inputs: inputs, activations: activations, logits: activations[layout.actorOutput],
      values: activations[layout.criticOutput].map { $0[0] })
  }

  /// Gradient by the parameters, padded as they are (P), of a loss with these gradients by logits and values.
  public func gradient(_ outputs: Outputs, logits: [[Double]], values: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: layout.count)
    var gradients = outputs.activations.map { $0.map { $0.map { _ in 0.0 } } }
    gradients[layout.actorOutput] = logits
    gradients[layout.criticOutput] = values.map { [$0] }
    for (index, layer) in layers.enumerated().reversed() {
      let place = layout.layers[index]
      let x = place.source.map { outputs.activations[$0] } ?? outputs.inputs
      let (weights, bias) = layer.backwardWeights(x: x, dy: gradients[index])
      for (row, values) in weights.enumerated() {
        for (column, value) in values.enumerated() {
          result[place.weightOffset + row * place.paddedOutputs + column] = value
        }
      }
      for (column, value) in bias.enumerated() { result[place.biasOffset + column] = value }
      guard let source = place.source else { continue }
      let dx = layer.backwardInput(gradients[index], x: x, inputActivation: layout.layers[source].activation)
      for row in dx.indices {
        for column in dx[row].indices { gradients[source][row][column] += dx[row][column] }
      }
    }
    return result
  }
}
