import Files
import Foundation
import Networks

/// Builds the graph of a policy layer by layer; every value is named after the layer that gives it.
struct ONNXGraph {
  /// GraphProto
  private(set) var message = ProtobufMessage()

  /// Element types of ONNX.
  private enum ElementType: Int {
    case float = 1
    case int64 = 7
    case boolean = 9
  }

  init(_ policy: Policy) {
    let architecture = policy.description.architecture
    let layout = ParameterLayout(architecture)
    typealias Graph = ONNXSchema.Graph
    message.add(Graph.name, "policy")
    message.add(Graph.inputs, value("observation", .float, architecture.inputs))
    message.add(Graph.inputs, value("legal_mask", .boolean, architecture.actions))
    if let width = architecture.gru { message.add(Graph.inputs, value("hidden_state", .float, width)) }
    for parameter in policy.parameters { initialize(parameter) }

    var outputs: [String] = []
    for layer in layout.layers {
      let input = layer.source.map { outputs[$0] } ?? "observation"
      let output =
        switch layer.kind {
        case .dense, .gruInput: addDense(layer, input)
        case .normalisation: addNormalisation(layer, input)
        case .gruHidden: addHiddenState(gates: input)
        }
      outputs.append(output)
    }
    add("Identity", [outputs[layout.actorOutput]], "logits")
    initialize("illegal_logit", [], [ONNXFile.illegalLogit])
    add("Where", ["legal_mask", "logits", "illegal_logit"], "masked_logits")
    initialize("value_axis", [1], [Int64(1)])
    add("Squeeze", [outputs[layout.criticOutput], "value_axis"], "value")
    for name in ["logits", "masked_logits"] {
      message.add(Graph.outputs, value(name, .float, architecture.actions))
    }
    message.add(Graph.outputs, value("value", .float))
    if let width = architecture.gru { message.add(Graph.outputs, value("next_hidden_state", .float, width)) }
  }

  /// `x W + b`, and the activation where there is one.
  private mutating func addDense(_ layer: ParameterLayout.Layer, _ input: String) -> String {
    let sums = "\(layer.name).sums"
    add("Gemm", [input, "\(layer.name).weight", "\(layer.name).bias"], sums)
    return addActivation(layer, sums)
  }

  /// Over the last axis, and the activation.
  private mutating func addNormalisation(_ layer: ParameterLayout.Layer, _ input: String) -> String {
    let sums = "\(layer.name).sums"
    add(
      "LayerNormalization", [input, layer.weightName, layer.biasName], [sums],
      attribute: .number("epsilon", ParameterLayout.normalisationEpsilon))
    return addActivation(layer, sums)
  }

  private mutating func addActivation(_ layer: ParameterLayout.Layer, _ sums: String) -> String {
    switch layer.activation {
    case .relu: add("Relu", [sums], layer.name)
    case .tanh: add("Tanh", [sums], layer.name)
    case nil: return sums
    }
    return layer.name
  }

  /// The equations of `ParameterLayout`, with `h' = n + z (h - n)`.
  /// - Parameter gates: What the input adds to the gates reset, update, candidate.
  private mutating func addHiddenState(gates: String) -> String {
    add("MatMul", ["hidden_state", "gru.hidden.weight"], "gru.hidden.sums")
    let names = ["reset", "update", "candidate"]
    add("Split", [gates], names.map { "gru.input.\($0)" }, attribute: .integer("axis", 1))
    add("Split", ["gru.hidden.sums"], names.map { "gru.hidden.\($0)" }, attribute: .integer("axis", 1))
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

  /// A setting of a node.
  private enum Attribute {
    case integer(String, Int)
    case number(String, Float)

    var message: ProtobufMessage {
      typealias Field = ONNXSchema.Attribute
      var message = ProtobufMessage()
      switch self {
      case .integer(let name, let value):
        message.add(Field.name, name)
        message.add(Field.integer, value)
        message.add(Field.type, Field.integerType)
      case .number(let name, let value):
        message.add(Field.name, name)
        message.add(Field.number, value)
        message.add(Field.type, Field.numberType)
      }
      return message
    }
  }

  private mutating func add(_ operation: String, _ inputs: [String], _ output: String) {
    add(operation, inputs, [output], attribute: nil)
  }

  private mutating func add(
    _ operation: String, _ inputs: [String], _ outputs: [String], attribute: Attribute?
  ) {
    var node = ProtobufMessage()
    for input in inputs { node.add(ONNXSchema.Node.input, input) }
    for output in outputs { node.add(ONNXSchema.Node.output, output) }
    node.add(ONNXSchema.Node.name, outputs[0])
    node.add(ONNXSchema.Node.operatorType, operation)
    if let attribute { node.add(ONNXSchema.Node.attribute, attribute.message) }
    message.add(ONNXSchema.Graph.nodes, node)
  }

  private mutating func initialize(_ parameter: NamedTensor) {
    initialize(parameter.name, parameter.shape, parameter.values)
  }

  private mutating func initialize(_ name: String, _ shape: [Int], _ values: [Float]) {
    initialize(name, .float, shape, values.map { $0.bitPattern.littleEndian })
  }

  private mutating func initialize(_ name: String, _ shape: [Int], _ values: [Int64]) {
    initialize(name, .int64, shape, values.map(\.littleEndian))
  }

  /// - Parameter words: The values in the byte order of the format.
  private mutating func initialize<Word: BitwiseCopyable>(
    _ name: String, _ type: ElementType, _ shape: [Int], _ words: [Word]
  ) {
    var tensor = ProtobufMessage()
    for extent in shape { tensor.add(ONNXSchema.Tensor.dimensions, extent) }
    tensor.add(ONNXSchema.Tensor.elementType, type.rawValue)
    tensor.add(ONNXSchema.Tensor.name, name)
    tensor.add(ONNXSchema.Tensor.rawData, words.withUnsafeBytes { Data($0) })
    message.add(ONNXSchema.Graph.initializers, tensor)
  }

  /// (batch, width), or (batch).
  private func value(_ name: String, _ type: ElementType, _ width: Int? = nil) -> ProtobufMessage {
    var shape = ProtobufMessage()
    var batch = ProtobufMessage()
    batch.add(ONNXSchema.Shape.name, "batch")
    shape.add(ONNXSchema.Shape.dimension, batch)
    if let width {
      var columns = ProtobufMessage()
      columns.add(ONNXSchema.Shape.length, width)
      shape.add(ONNXSchema.Shape.dimension, columns)
    }
    var tensor = ProtobufMessage()
    tensor.add(ONNXSchema.ValueType.elementType, type.rawValue)
    tensor.add(ONNXSchema.ValueType.shape, shape)
    var typed = ProtobufMessage()
    typed.add(ONNXSchema.ValueType.tensor, tensor)
    var value = ProtobufMessage()
    value.add(ONNXSchema.Value.name, name)
    value.add(ONNXSchema.Value.type, typed)
    return value
  }
}
