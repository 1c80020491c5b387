/// A dense tensor with its name, as it stands in files: "trunk.0.weight" (inputs, outputs), "trunk.0.bias" (outputs).
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
    layers.flatMap { layer in
      [("\(layer.name).weight", [layer.inputs, layer.outputs]), ("\(layer.name).bias", [layer.outputs])]
    }
  }

  /// One padded parameter set (P) as dense tensors.
  public func unpack(_ parameters: [Float]) -> [NamedTensor] {
    precondition(parameters.count == count, "a parameter set has \(count) floats, not \(parameters.count)")
    return layers.flatMap { layer in
      let weights = (0..<layer.inputs).flatMap { row in
        let start = layer.weightOffset + row * layer.paddedOutputs
        return parameters[start..<start + layer.outputs]
      }
      let bias = Array(parameters[layer.biasOffset..<layer.biasOffset + layer.outputs])
      return [
        NamedTensor(name: "\(layer.name).weight", shape: [layer.inputs, layer.outputs], values: weights),
        NamedTensor(name: "\(layer.name).bias", shape: [layer.outputs], values: bias),
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
      let weights = try take("\(layer.name).weight", [layer.inputs, layer.outputs])
      for row in 0..<layer.inputs {
        let start = layer.weightOffset + row * layer.paddedOutputs
        parameters.replaceSubrange(
          start..<start + layer.outputs, with: weights[row * layer.outputs..<(row + 1) * layer.outputs])
      }
      let bias = try take("\(layer.name).bias", [layer.outputs])
      parameters.replaceSubrange(layer.biasOffset..<layer.biasOffset + layer.outputs, with: bias)
    }
    if let unknown = remaining.keys.min() {
      throw Mismatch(description: "tensor \(unknown) does not belong to this network")
    }
    return parameters
  }
}
