import Foundation
import Networks

/// Builds the graph of a policy layer by layer; every value is named after the layer that gives it.
struct ONNXGraph {
  private(set) var graph = Onnx_GraphProto()

  /// Element types of ONNX.
  private enum ElementType: Int32 {
    case float = 1
    case int64 = 7
    case boolean = 9
  }

  init(_ policy: Policy) {
    let architecture = policy.description.architecture
    let layout = ParameterLayout(architecture)
    graph.name = "policy"
    graph.input = [
      value("observation", .float, architecture.inputs), value("legal_mask", .boolean, architecture.actions),
    ]
    for parameter in policy.parameters { initialize(parameter) }

    var outputs: [String] = []
    for layer in layout.layers {
      let input = layer.source.map { outputs[$0] } ?? "observation"
      outputs.append(layer.kind == .gruHidden ? addHiddenState(gates: input) : addDense(layer, input))
    }
    add("Identity", [outputs[layout.actorOutput]], "logits")
    initialize("illegal_logit", [], [ONNXFile.illegalLogit])
    add("Where", ["legal_mask", "logits", "illegal_logit"], "masked_logits")
    initialize("value_axis", [1], [Int64(1)])
    add("Squeeze", [outputs[layout.criticOutput], "value_axis"], "value")
    graph.output = [
      value("logits", .float, architecture.actions), value("masked_logits", .float, architecture.actions),
      value("value", .float),
    ]
    if let width = architecture.gru {
      graph.input.append(value("hidden_state", .float, width))
      graph.output.append(value("next_hidden_state", .float, width))
    }
  }

  /// `x W + b`, and the activation where there is one.
  private mutating func addDense(_ layer: ParameterLayout.Layer, _ input: String) -> String {
    let sums = "\(layer.name).sums"
    add("Gemm", [input, "\(layer.name).weight", "\(layer.name).bias"], sums)
    guard let activation = layer.activation else { return sums }
    switch activation {
    case .relu: add("Relu", [sums], layer.name)
    case .tanh: add("Tanh", [sums], layer.name)
    }
    return layer.name
  }

  /// The equations of `ParameterLayout`, with `h' = n + z (h - n)`.
  /// - Parameter gates: What the input adds to the gates reset, update, candidate.
  private mutating func addHiddenState(gates: String) -> String {
    add("MatMul", ["hidden_state", "gru.hidden.weight"], "gru.hidden.sums")
    let names = ["reset", "update", "candidate"]
    add("Split", [gates], names.map { "gru.input.\($0)" }, axis: 1)
    add("Split", ["gru.hidden.sums"], names.map { "gru.hidden.\($0)" }, axis: 1)
    for gate in ["reset", "update"] {
      add("Add", ["gru.input.\(gate)", "gru.hidden.\(gate)"], "gru.\(gate).sums")
      add("Sigmoid", ["gru.\(gate).sums"], "gru.\(gate)")
    }
    add("Add", ["gru.hidden.candidate", "gru.hidden.bias"], "gru.hidden.candidate.biased")
    add("Mul", ["gru.reset", "gru.hidden.candidate.biased"], "gru.remembered")
    add("Add", ["gru.input.candidate", "gru.remembered"], "gru.candidate.sums")
    add("Tanh", ["gru.candidate.sums"], "gru.candidate")
    add("Sub", ["hidden_state", "gru.candidate"], "gru.difference")
    add("Mul", ["gru.update", "gru.difference"], "gru.kept")
    add("Add", ["gru.candidate", "gru.kept"], "next_hidden_state")
    return "next_hidden_state"
  }

  // MARK: Parts of a graph

  private mutating func add(_ operation: String, _ inputs: [String], _ output: String) {
    add(operation, inputs, [output], axis: nil)
  }

  private mutating func add(_ operation: String, _ inputs: [String], _ outputs: [String], axis: Int64?) {
    var node = Onnx_NodeProto()
    node.opType = operation
    node.name = outputs[0]
    node.input = inputs
    node.output = outputs
    if let axis {
      var attribute = Onnx_AttributeProto()
      attribute.name = "axis"
      attribute.type = .int
      attribute.i = axis
      node.attribute = [attribute]
    }
    graph.node.append(node)
  }

  private mutating func initialize(_ parameter: NamedTensor) {
    initialize(parameter.name, parameter.shape, parameter.values)
  }

  private mutating func initialize(_ name: String, _ shape: [Int], _ values: [Float]) {
    graph.initializer.append(tensor(name, .float, shape, values.map { $0.bitPattern.littleEndian }))
  }

  private mutating func initialize(_ name: String, _ shape: [Int], _ values: [Int64]) {
    graph.initializer.append(tensor(name, .int64, shape, values.map(\.littleEndian)))
  }

  /// - Parameter words: The values in the byte order of the format.
  private func tensor<Word: BitwiseCopyable>(
    _ name: String, _ type: ElementType, _ shape: [Int], _ words: [Word]
  ) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = type.rawValue
    tensor.dims = shape.map { Int64($0) }
    tensor.rawData = words.withUnsafeBytes { Data($0) }
    return tensor
  }

  /// (batch, width), or (batch).
  private func value(_ name: String, _ type: ElementType, _ width: Int? = nil) -> Onnx_ValueInfoProto {
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = type.rawValue
    value.type.tensorType.shape.dim = [batch]
    if let width {
      var columns = Onnx_TensorShapeProto.Dimension()
      columns.dimValue = Int64(width)
      value.type.tensorType.shape.dim.append(columns)
    }
    return value
  }
}
