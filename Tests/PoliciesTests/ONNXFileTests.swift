// The ONNX form of a policy: its weights, inputs, outputs and metadata. scripts/check-export compares what it computes.
import Foundation
import Networks
import TestSupport
import Testing

@testable import Policies

struct ONNXFileTests {
  private typealias Graph = ONNXSchema.Graph

  private func model(_ policy: Policy) throws -> ProtobufReader { try ProtobufReader(ONNXFile.data(policy)) }

  private func graph(_ policy: Policy) throws -> ProtobufReader { try model(policy).message(ONNXSchema.Model.graph) }

  /// Of inputs, outputs (`Value.name`) or initializers (`Tensor.name`).
  private func names(_ messages: [ProtobufReader], _ field: Int) throws -> [String] {
    try messages.flatMap { try $0.texts(field) }
  }

  @Test func weightsInputsAndOutputsAreNamed() throws {
    let policy = try PolicyFileTests.policy()
    let graph = try graph(policy)
    let inputs = try graph.messages(Graph.inputs)
    #expect(try names(inputs, ONNXSchema.Value.name) == ["observation", "legal_mask"])
    let outputs = try names(graph.messages(Graph.outputs), ONNXSchema.Value.name)
    #expect(outputs == ["logits", "masked_logits", "value"])
    let initializers = try graph.messages(Graph.initializers)
    for parameter in policy.parameters {
      let tensor = try #require(try initializers.first { try $0.texts(ONNXSchema.Tensor.name) == [parameter.name] })
      #expect(try tensor.integers(ONNXSchema.Tensor.dimensions) == parameter.shape)
      #expect(try tensor.data(ONNXSchema.Tensor.rawData) == [parameter.values.withUnsafeBytes { Data($0) }])
      #expect(try tensor.integers(ONNXSchema.Tensor.elementType) == [1])
    }
    let shapes = try inputs.map { input in
      let tensor = try input.message(ONNXSchema.Value.type).message(ONNXSchema.ValueType.tensor)
      return try tensor.message(ONNXSchema.ValueType.shape).messages(ONNXSchema.Shape.dimension).flatMap { dimension in
        try dimension.texts(ONNXSchema.Shape.name) + dimension.integers(ONNXSchema.Shape.length).map(String.init)
      }
    }
    #expect(shapes == [["batch", "5"], ["batch", "2"]])
  }

  @Test func metadataSaysWhoseWeightsTheyAre() throws {
    let policy = try PolicyFileTests.policy()
    let model = try model(policy)
    let entries = try model.messages(ONNXSchema.Model.metadata).map { entry in
      (try entry.texts(ONNXSchema.Entry.key)[0], try entry.texts(ONNXSchema.Entry.value)[0])
    }
    let metadata = Dictionary(uniqueKeysWithValues: entries)
    #expect(metadata["weight_hash"] == policy.weightHash)
    #expect(metadata["format"] == "crossplay-policy-2")
    let description = try #require(metadata["policy"])
    #expect(try JSONDecoder().decode(PolicyDescription.self, from: Data(description.utf8)) == policy.description)
    let operators = try model.message(ONNXSchema.Model.operatorSets)
    #expect(try operators.integers(ONNXSchema.OperatorSet.version) == [17])
    #expect(try operators.texts(ONNXSchema.OperatorSet.domain) == [""])
    #expect(try model.integers(ONNXSchema.Model.irVersion) == [8])
  }

  /// Every layer's sums go through the operator with scale, bias and epsilon, then through the activation.
  @Test func normalisedLayersAreOneOperatorEach() throws {
    let policy = try PolicyImportTests.policy(normalises: true)
    let nodes = try graph(policy).messages(Graph.nodes)
    func node(_ name: String) throws -> ProtobufReader {
      try #require(try nodes.first { try $0.texts(ONNXSchema.Node.name) == [name] }, "\(name)")
    }
    for (name, reader) in [
      ("trunk.0", "actor.0.sums"), ("actor.0", "actor.output.sums"), ("critic.0", "critic.output.sums"),
    ] {
      let norm = try node("\(name).norm.sums")
      #expect(try norm.texts(ONNXSchema.Node.operatorType) == ["LayerNormalization"])
      #expect(
        try norm.texts(ONNXSchema.Node.input) == ["\(name).sums", "\(name).norm.scale", "\(name).norm.bias"])
      let attribute = try norm.message(ONNXSchema.Node.attribute)
      #expect(try attribute.texts(ONNXSchema.Attribute.name) == ["epsilon"])
      #expect(try attribute.floats(ONNXSchema.Attribute.number) == [ParameterLayout.normalisationEpsilon])
      #expect(try attribute.integers(ONNXSchema.Attribute.type) == [1])
      let activation = try node("\(name).norm")
      #expect(try activation.texts(ONNXSchema.Node.operatorType) == ["Tanh"])
      #expect(try activation.texts(ONNXSchema.Node.input) == ["\(name).norm.sums"])
      #expect(try node(reader).texts(ONNXSchema.Node.input).first == "\(name).norm")
    }
    let entries = try model(policy).messages(ONNXSchema.Model.metadata)
    #expect(try entries.contains { try $0.texts(ONNXSchema.Entry.value) == ["crossplay-policy-3"] })
  }

  @Test func recurrentPoliciesCarryTheirState() throws {
    var description = try PolicyFileTests.description()
    description.architecture = try NetworkArchitecture(
      inputs: 5, actions: 2, trunk: [4], gru: 3, actor: [], critic: [], activation: .tanh)
    let graph = try graph(try Policy(description, parameters: PolicyFileTests.parameters(description)))
    let inputs = try names(graph.messages(Graph.inputs), ONNXSchema.Value.name)
    let outputs = try names(graph.messages(Graph.outputs), ONNXSchema.Value.name)
    #expect(inputs == ["observation", "legal_mask", "hidden_state"])
    #expect(outputs == ["logits", "masked_logits", "value", "next_hidden_state"])
    // Every value is given once, before it is used.
    var known = Set(inputs + (try names(graph.messages(Graph.initializers), ONNXSchema.Tensor.name)))
    for node in try graph.messages(Graph.nodes) {
      let name = try node.texts(ONNXSchema.Node.name)
      #expect(try node.texts(ONNXSchema.Node.input).allSatisfy(known.contains), "\(name)")
      for output in try node.texts(ONNXSchema.Node.output) { #expect(known.insert(output).inserted, "\(output)") }
    }
    #expect(outputs.allSatisfy(known.contains))
    // The axis of what splits the gates.
    let attributes = try graph.messages(Graph.nodes).flatMap { try $0.messages(ONNXSchema.Node.attribute) }
    #expect(try attributes.map { try $0.texts(ONNXSchema.Attribute.name) } == [["axis"], ["axis"]])
    #expect(try attributes.map { try $0.integers(ONNXSchema.Attribute.integer) } == [[1], [1]])
  }
}
