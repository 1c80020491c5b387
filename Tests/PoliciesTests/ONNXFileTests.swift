// The ONNX form of a policy: its weights, inputs, outputs and metadata. scripts/check-export compares what it computes.
import Foundation
import Networks
import Testing

@testable import Policies

struct ONNXFileTests {
  private func model(_ policy: Policy) throws -> Onnx_ModelProto {
    try Onnx_ModelProto(serializedBytes: try ONNXFile.data(policy))
  }

  @Test func weightsInputsAndOutputsAreNamed() throws {
    let policy = try PolicyFileTests.policy()
    let graph = try model(policy).graph
    #expect(graph.input.map(\.name) == ["observation", "legal_mask"])
    #expect(graph.output.map(\.name) == ["logits", "masked_logits", "value"])
    for parameter in policy.parameters {
      let tensor = try #require(graph.initializer.first { $0.name == parameter.name })
      #expect(tensor.dims == parameter.shape.map { Int64($0) })
      #expect(tensor.rawData == parameter.values.withUnsafeBytes { Data($0) })
    }
    let shapes = graph.input.map {
      $0.type.tensorType.shape.dim.map { $0.dimParam + ($0.dimParam.isEmpty ? "\($0.dimValue)" : "") }
    }
    #expect(shapes == [["batch", "5"], ["batch", "2"]])
  }

  @Test func metadataSaysWhoseWeightsTheyAre() throws {
    let policy = try PolicyFileTests.policy()
    let model = try model(policy)
    let metadata = Dictionary(uniqueKeysWithValues: model.metadataProps.map { ($0.key, $0.value) })
    #expect(metadata["weight_hash"] == policy.weightHash)
    #expect(metadata["format"] == PolicyFile.format)
    let description = try #require(metadata["policy"])
    #expect(try JSONDecoder().decode(PolicyDescription.self, from: Data(description.utf8)) == policy.description)
    #expect(model.opsetImport.map(\.version) == [17])
  }

  @Test func recurrentPoliciesCarryTheirState() throws {
    var description = try PolicyFileTests.description()
    description.architecture = try NetworkArchitecture(
      inputs: 5, actions: 2, trunk: [4], gru: 3, actor: [], critic: [], activation: .tanh)
    let graph = try model(try Policy(description, parameters: PolicyFileTests.parameters(description))).graph
    #expect(graph.input.map(\.name) == ["observation", "legal_mask", "hidden_state"])
    #expect(graph.output.map(\.name) == ["logits", "masked_logits", "value", "next_hidden_state"])
    // Every value is given once, before it is used.
    var known = Set(graph.input.map(\.name) + graph.initializer.map(\.name))
    for node in graph.node {
      #expect(node.input.allSatisfy(known.contains), "\(node.name)")
      for output in node.output { #expect(known.insert(output).inserted, "\(output)") }
    }
    #expect(graph.output.allSatisfy { known.contains($0.name) })
  }
}
