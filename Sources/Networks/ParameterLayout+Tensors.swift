/// A dense tensor with its name, as it stands in files: "trunk.0.weight" (inputs, outputs), "trunk.0.bias" (outputs);
/// of a GRU of width H "gru.input.weight" (inputs, 3 H), "gru.input.bias" (3 H), "gru.hidden.weight" (H, 3 H) and
/// "gru.hidden.bias" (H), the candidate's; columns are those of the reset gate, the update gate, the candidate; of a
/// normalisation "trunk.0.norm.scale" (outputs) and "trunk.0.norm.bias" (outputs).
public struct NamedTensor: Hashable, Sendable {
  public let name: String
  public let shape: [Int]
  /// Row-major.
  public let values: [Float]

  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension ParameterLayout {
  /// Tensors that do not fit the layout.
  public struct Mismatch: Error, CustomStringConvertible, Equatable {
    public let description: String
  }

  /// Names and shapes of the dense tensors, in the order of the layers, weight before bias.
  public var tensorShapes: [(name: String, shape: [Int])] {
    layers.flatMap { layer in [(layer.weightName, layer.weightShape), (layer.biasName, [layer.biasCount])] }
  }

  /// One padded parameter set (P) as dense tensors.
  public func unpack(_ parameters: [Float]) -> [NamedTensor] {
    precondition(parameters.count == count, "a parameter set has \(count) floats, not \(parameters.count)")
    return layers.flatMap { layer in
      [
        NamedTensor(
          name: layer.weightName, shape: layer.weightShape, values: layer.weightPlaces.map { parameters[$0] }),
        NamedTensor(
          name: layer.biasName, shape: [layer.biasCount], values: layer.biasPlaces.map { parameters[$0] }),
      ]
    }
  }

  /// Dense tensors, in any order, as one padded parameter set (P). Refuses missing, unknown and misshapen tensors.
  public func pack(_ tensors: [NamedTensor]) throws -> [Float] {
    var remaining = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard remaining.count == tensors.count else { throw Mismatch(description: "two tensors have the same name") }
    func take(_ name: String, _ shape: [Int]) throws -> [Float] {
      guard let tensor = remaining.removeValue(forKey: name) else {
        throw Mismatch(description: "tensor \(name) \(shape) is missing")
      }
      guard tensor.shape == shape, tensor.values.count == shape.reduce(1, *) else {
        throw Mismatch(
          description: "tensor \(name) has shape \(tensor.shape) and \(tensor.values.count) values; expected \(shape)")
      }
      return tensor.values
    }

    var parameters = [Float](repeating: 0, count: count)
    for layer in layers {
      let weights = try take(layer.weightName, layer.weightShape)
      for (place, weight) in zip(layer.weightPlaces, weights) { parameters[place] = weight }
      let bias = try take(layer.biasName, [layer.biasCount])
      for (place, bias) in zip(layer.biasPlaces, bias) { parameters[place] = bias }
    }
    if let unknown = remaining.keys.min() {
      throw Mismatch(description: "tensor \(unknown) does not belong to this network")
    }
    return parameters
  }
}

extension ParameterLayout.Layer {
  public var weightName: String { kind == .normalisation ? "\(name).scale" : "\(name).weight" }
  public var biasName: String { "\(name).bias" }
  var weightShape: [Int] { kind == .normalisation ? [outputs] : [inputs, outputs] }

  /// Where the weights stand in a parameter set, row by row, without padding.
  public var weightPlaces: [Int] {
    let columns = (0..<outputs).map(column)
    return (0..<weightRows).flatMap { row in columns.map { weightOffset + row * paddedOutputs + $0 } }
  }

  /// Where the biases stand in a parameter set, without padding.
  public var biasPlaces: [Int] {
    (outputs - biasCount..<outputs).map { biasOffset + column($0) - biasBegin }
  }
}
