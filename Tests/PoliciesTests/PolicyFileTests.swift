// Exported policies: names, shapes, description and hash survive; anything else is refused.
import Configuration
import Environments
import Files
import Foundation
import Networks
import TestSupport
import Testing
import Training

@testable import Policies

struct PolicyFileTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.file("policy.safetensors")
  }

  static func description(trunk: [Int] = [4], actor: [Int] = [3], critic: [Int] = []) throws -> PolicyDescription {
    let configuration = try TrainingConfiguration(
      yaml: "environment: {name: hanabi}\nsweep: {gamma: [0.9, 0.99]}", file: "test.yaml")
    return PolicyDescription(
      architecture: try .init(inputs: 5, actions: 2, trunk: trunk, actor: actor, critic: critic, activation: .relu),
      environment: .init(
        name: "hanabi", version: 1, parameters: ["players": .integer(2), "counts": .list([.integer(2), .integer(1)])]),
      agents: 2,
      observation: [
        .init(name: "hands", offset: 0, encoding: .bits, axes: [.init("card", count: 5)], meaning: "the card in hand")
      ], actionNames: ["left", "right"],
      run: configuration.runs[9], update: 12, envSteps: 1200)
  }

  static func parameters(_ description: PolicyDescription) -> [NamedTensor] {
    var next: Float = 0
    return ParameterLayout(description.architecture).tensorShapes.map { name, shape in
      let values = (0..<shape.reduce(1, *)).map { _ in
        next += 0.25
        return next.truncatingRemainder(dividingBy: 3) - 1.5
      }
      return NamedTensor(name: name, shape: shape, values: values)
    }
  }

  static func policy() throws -> Policy {
    let description = try description()
    return try Policy(description, parameters: parameters(description))
  }

  @Test func aPolicyReadsBack() throws {
    let policy = try Self.policy()
    try PolicyFile.write(policy, to: url)
    #expect(try PolicyFile.read(url) == policy)
    let file = try SafetensorsFile(url)
    #expect(file.metadata["format"] == "crossplay-policy-2")
    #expect(file.metadata["weight_hash"] == policy.weightHash)
    #expect(file.entries["actor.output.weight"]?.shape == [3, 2])
  }

  @Test func theOrderOfParametersDoesNotMatter() throws {
    let description = try Self.description()
    let parameters = Self.parameters(description)
    #expect(try Policy(description, parameters: parameters.reversed()) == Policy(description, parameters: parameters))
  }

  @Test func theHashTellsWeightsApart() throws {
    let description = try Self.description()
    var parameters = Self.parameters(description)
    let first = try Policy(description, parameters: parameters).weightHash
    #expect(first.count == 32)
    let bias = parameters[3]
    parameters[3] = NamedTensor(name: bias.name, shape: bias.shape, values: bias.values.map { $0 + 1 })
    #expect(try Policy(description, parameters: parameters).weightHash != first)
  }

  @Test func parametersThatDoNotFitTheArchitectureAreRefused() throws {
    let description = try Self.description()
    let parameters = Self.parameters(description)
    func problem(_ change: (inout [NamedTensor]) -> Void) -> String? {
      var changed = parameters
      change(&changed)
      return #expect(throws: Policy.Invalid.self) { try Policy(description, parameters: changed) }?.description
    }
    #expect(problem { $0.removeFirst() } == "trunk.0.weight is missing")
    func replaced(_ old: NamedTensor, shape: [Int]? = nil, first: Float? = nil) -> NamedTensor {
      var values = old.values
      values[0] = first ?? values[0]
      return NamedTensor(name: old.name, shape: shape ?? old.shape, values: values)
    }
    #expect(
      problem { $0[0] = replaced($0[0], shape: [4, 5]) }
        == "trunk.0.weight has the shape [4, 5]; the architecture needs [5, 4]")
    #expect(problem { $0[1] = replaced($0[1], first: .nan) } == "trunk.0.bias holds a NaN or an infinity")
    #expect(
      problem { $0.append(.init(name: "extra", shape: [1], values: [0])) } == "extra is not part of the architecture")
  }

  @Test func anotherSafetensorsFileIsNoPolicy() throws {
    try SafetensorsWriter.write([Tensor("a", shape: [1], [1] as [Float])], to: url)
    let failure = #expect(throws: FileFailure.self) { try PolicyFile.read(url) }
    #expect(
      failure?.problem
        == "is not an exported policy of this version: its format is none; expected crossplay-policy-2 or "
        + "crossplay-policy-3, so export it again"
    )
  }

  @Test func aChangedWeightIsFound() throws {
    try PolicyFile.write(try Self.policy(), to: url)
    var data = try Data(contentsOf: url)
    data[data.count - 4] ^= 1
    try data.write(to: url)
    let failure = #expect(throws: FileFailure.self) { try PolicyFile.read(url) }
    #expect(failure?.problem.hasPrefix("is damaged") == true)
  }

  @Test func aWrongDescriptionIsNamed() throws {
    let metadata = ["format": "crossplay-policy-2", "policy": "{\"version\":2,\"architecture\":{\"inputs\":5}}"]
    try SafetensorsWriter.write([], metadata: metadata, to: url)
    let failure = #expect(throws: FileFailure.self) { try PolicyFile.read(url) }
    #expect(failure?.problem == "has a wrong description: architecture.actions is missing")
  }

  @Test func anExportHoldsPolicyDescriptionAndExamples() throws {
    let policy = try Self.policy()
    let examples = PolicyExamples(
      steps: 1, agents: 2, observations: .init(repeating: 1, count: 10), legalMasks: [1, 0, 1, 1],
      logits: [1, 2, 3, 4], values: [5, 6], actions: [0, 1], rewards: [0.5, 0.25], dones: [0, 1])
    let export = folder.file("export")
    try PolicyExport.write(policy, examples: examples, to: export)
    #expect(try PolicyFile.read(export.appendingPathComponent("policy.safetensors")) == policy)
    let json = try Data(contentsOf: export.appendingPathComponent("policy.json"))
    #expect(try JSONDecoder().decode(PolicyDescription.self, from: json) == policy.description)
    let file = try SafetensorsFile(export.appendingPathComponent("examples.safetensors"))
    #expect(try file.read("observations", as: Float.self, shape: [2, 5]).count == 10)
    #expect(try file.read("legal_masks", shape: [2, 2]) == [1, 0, 1, UInt8(1)])
    #expect(try file.read("values", shape: [2]) == [5, Float(6)])
    #expect(try file.read("actions", shape: [2]) == [0, Int32(1)])
    #expect(try file.read("rewards", shape: [2]) == [0.5, Float(0.25)])
    #expect(try file.read("dones", shape: [2]) == [0, UInt8(1)])
    #expect(file.metadata["weight_hash"] == policy.weightHash)
    #expect(file.metadata["steps"] == "1" && file.metadata["games"] == "1" && file.metadata["agents"] == "2")
  }

  @Test func aDescriptionOfAnotherVersionIsRefused() throws {
    let metadata = ["format": "crossplay-policy-2", "policy": "{\"version\":4}"]
    try SafetensorsWriter.write([], metadata: metadata, to: url)
    let failure = #expect(throws: FileFailure.self) { try PolicyFile.read(url) }
    #expect(
      failure?.problem
        == "has a wrong description: version: 4 is not among the versions 2 to 3 that this program reads; export the policy "
        + "again")
  }

  /// Readers that know nothing of normalisation refuse such a policy; all others are written as before.
  @Test func normalisedPoliciesHaveAVersionOfTheirOwn() throws {
    let policy = try PolicyImportTests.policy(gru: 7, normalises: true)
    try PolicyFile.write(policy, to: url)
    #expect(try PolicyFile.read(url) == policy)
    let file = try SafetensorsFile(url)
    #expect(file.metadata["format"] == "crossplay-policy-3")
    #expect(file.metadata["policy"]?.contains("\"layer_norm\":true") == true)
    #expect(file.metadata["policy"]?.contains("\"version\":3") == true)
    #expect(file.entries["trunk.0.norm.scale"]?.shape == [4])
    let plain = try PolicyFile.metadata(PolicyImportTests.policy(gru: 7))
    #expect(plain["policy"]?.contains("layer_norm") == false && plain["policy"]?.contains("\"version\":2") == true)
  }
}
