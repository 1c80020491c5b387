// Weights of other programs: names are found, layouts turned, and what does not fit is named.
import Configuration
import Environments
import Files
import Foundation
import Networks
import TestSupport
import Testing

@testable import Policies

struct PolicyImportTests {
  let folder: TemporaryFolder
  let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.file("weights.safetensors")
  }

  static func policy(
    gru: Int? = nil, activation: NetworkArchitecture.Activation = .tanh, normalises: Bool = false
  ) throws -> Policy {
    var description = try PolicyFileTests.description()
    description.architecture = try NetworkArchitecture(
      inputs: 5, actions: 2, trunk: [4], gru: gru, actor: [3], critic: [6], activation: activation,
      layerNorm: normalises)
    return try Policy(description, parameters: PolicyFileTests.parameters(description))
  }

  /// Blocks of a tensor's outputs.
  static func split(_ tensor: NamedTensor, into count: Int) -> [NamedTensor] {
    let columns = tensor.shape[tensor.shape.count - 1]
    let width = columns / count
    return (0..<count).map { block in
      NamedTensor(
        name: tensor.name, shape: tensor.shape.dropLast() + [width],
        values: tensor.values.indices.filter { $0 % columns / width == block }.map { tensor.values[$0] })
    }
  }

  /// A policy as flax names it, with `separator` between the parts of a path.
  static func flax(_ policy: Policy, separator: String = ",") -> [Tensor] {
    func named(_ path: String, _ tensor: NamedTensor) -> Tensor {
      Tensor("params/\(path)".replacing("/", with: separator), shape: tensor.shape, tensor.values)
    }
    let tensors = Dictionary(uniqueKeysWithValues: policy.parameters.map { ($0.name, $0) })
    var (dense, normalisations) = (0, 0)
    return [
      "trunk.0", "trunk.0.norm", "gru.input", "gru.hidden", "actor.0", "actor.0.norm", "actor.output", "critic.0",
      "critic.0.norm", "critic.output",
    ].flatMap { layer -> [Tensor] in
      if let scale = tensors["\(layer).scale"], let bias = tensors["\(layer).bias"] {
        normalisations += 1
        let path = "LayerNorm_\(normalisations - 1)"
        return [named("\(path)/scale", scale), named("\(path)/bias", bias)]
      }
      guard let weight = tensors["\(layer).weight"], let bias = tensors["\(layer).bias"] else { return [] }
      guard layer.hasPrefix("gru") else {
        dense += 1
        return [named("Dense_\(dense - 1)/kernel", weight), named("Dense_\(dense - 1)/bias", bias)]
      }
      let cell = "ScannedRNN_0/GRUCell_0"
      let gates = layer == "gru.input" ? ["ir", "iz", "in"] : ["hr", "hz", "hn"]
      let kernels = zip(gates, split(weight, into: 3)).map { named("\(cell)/\($0)/kernel", $1) }
      guard layer == "gru.input" else { return kernels + [named("\(cell)/hn/bias", bias)] }
      return kernels + zip(gates, split(bias, into: 3)).map { named("\(cell)/\($0)/bias", $1) }
    }
  }

  private func read(
    _ architecture: NetworkArchitecture, _ mapping: WeightMapping? = nil
  ) throws -> (parameters: [NamedTensor], unused: [String]) {
    try PolicyImport.parameters(
      of: architecture, from: ArrayFile(url), mapping: mapping ?? WeightMapping(jaxMARL: architecture))
  }

  private func problem(_ architecture: NetworkArchitecture, _ mapping: WeightMapping? = nil) -> String? {
    #expect(throws: FileFailure.self) { try read(architecture, mapping) }?.problem
  }

  private func mapping(_ yaml: String) throws -> WeightMapping {
    let place = folder.file("mapping.yaml")
    try Data(yaml.utf8).write(to: place)
    return try WeightMapping(contentsOf: place)
  }

  @Test(arguments: [(nil, false), (7, false), (7, true)] as [(Int?, Bool)], [",", "/", "."])
  func policiesOfJaxMARLAreRead(network: (gru: Int?, normalises: Bool), separator: String) throws {
    let policy = try Self.policy(gru: network.gru, normalises: network.normalises)
    try SafetensorsWriter.write(Self.flax(policy, separator: separator), to: url)
    let found = try read(policy.description.architecture)
    #expect(found.parameters == policy.parameters)
    #expect(found.unused.isEmpty)
  }

  @Test func separateNetworksAreCountedThroughTheActorFirst() throws {
    let architecture = try NetworkArchitecture(
      inputs: 5, actions: 2, trunk: [], actor: [3, 4], critic: [6], activation: .tanh)
    let mapping = WeightMapping(jaxMARL: architecture)
    #expect(mapping.pieces["actor.0.weight"]?.map(\.array) == ["Dense_0/kernel"])
    #expect(mapping.pieces["actor.output.bias"]?.map(\.array) == ["Dense_2/bias"])
    #expect(mapping.pieces["critic.output.weight"]?.map(\.array) == ["Dense_4/kernel"])
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let policy = try Self.policy(gru: 7)
    let tensors = Self.flax(policy)
    try SafetensorsWriter.write(tensors, to: url)
    func network(trunk: [Int] = [4], gru: Int? = 7, actor: [Int] = [3]) throws -> NetworkArchitecture {
      try NetworkArchitecture(
        inputs: 5, actions: 2, trunk: trunk, gru: gru, actor: actor, critic: [6], activation: .tanh)
    }
    #expect(
      problem(try network(trunk: [9]))
        == "params,Dense_0,kernel has the shape [5, 4]; trunk.0.weight needs [5, 9]")
    #expect(
      problem(try network(gru: 8)) == """
        params,ScannedRNN_0,GRUCell_0,ir,kernel has the shape [4, 7], 3 pieces with 21 outputs in all; \
        gru.input.weight needs [4, 24]
        """)
    #expect(problem(try network(gru: nil))?.contains("Dense_1,kernel has the shape [7, 3]") == true)
    #expect(problem(try network(trunk: [4, 4]))?.contains("trunk.1.weight needs [4, 4]") == true)
    let policyWithoutCritic = tensors.filter { !$0.name.contains("Dense_4") }
    try SafetensorsWriter.write(policyWithoutCritic, to: url)
    #expect(problem(try network())?.hasPrefix("holds no Dense_4/kernel; it has params,Dense_0,bias ") == true)
    try SafetensorsWriter.write(tensors + [Tensor("params,Dense_5,kernel", shape: [1, 1], [0] as [Float])], to: url)
    #expect(
      problem(try network())
        == "params,Dense_5,kernel [1, 1] has no place in the network; give it the layers that were trained")
    try SafetensorsWriter.write(tensors + [Tensor("old,Dense_0,bias", shape: [4], [0, 0, 0, 0] as [Float])], to: url)
    #expect(
      problem(try network())
        == "holds several Dense_0/bias: old,Dense_0,bias params,Dense_0,bias; give a mapping that says which")
  }

  /// PyTorch's layers have outputs before inputs, its GRU a bias on both sides of every gate.
  @Test func aMappingReadsLayersOfPyTorch() throws {
    let policy = try Self.policy(gru: 7)
    let tensors = Dictionary(uniqueKeysWithValues: policy.parameters.map { ($0.name, $0) })
    func transposed(_ name: String, _ source: String) throws -> Tensor {
      let tensor = try #require(tensors[source])
      let (rows, columns) = (tensor.shape[0], tensor.shape[1])
      return Tensor(
        name, shape: [columns, rows],
        (0..<columns).flatMap { column in (0..<rows).map { tensor.values[$0 * columns + column] } })
    }
    let bias = try #require(tensors["gru.input.bias"]).values
    let hidden = try #require(tensors["gru.hidden.bias"]).values
    let half = bias.map { $0 / 2 }
    var written = [
      try transposed("rnn.weight_ih", "gru.input.weight"), try transposed("rnn.weight_hh", "gru.hidden.weight"),
      Tensor("rnn.bias_ih", shape: [21], Array(half[0..<14] + bias[14...])),
      Tensor("rnn.bias_hh", shape: [21], Array(half[0..<14]) + hidden), Tensor("step", shape: [1], [5] as [Int64]),
    ]
    var lines = """
      gru.input.weight: {array: rnn.weight_ih, transpose: true}
      gru.input.bias:
        - {array: rnn.bias_ih, plus: rnn.bias_hh, outputs: [0, 14]}
        - {array: rnn.bias_ih, outputs: [14, 21]}
      gru.hidden.weight: {array: rnn.weight_hh, transpose: true}
      gru.hidden.bias: {array: rnn.bias_hh, outputs: [14, 21]}

      """
    for layer in ["trunk.0", "actor.0", "actor.output", "critic.0", "critic.output"] {
      written.append(try transposed("\(layer).W", "\(layer).weight"))
      let bias = try #require(tensors["\(layer).bias"])
      written.append(Tensor("\(layer).b", shape: bias.shape, bias.values))
      lines += "\(layer).weight: {array: \(layer).W, transpose: true}\n\(layer).bias: \(layer).b\n"
    }
    try SafetensorsWriter.write(written, to: url)
    let found = try read(policy.description.architecture, mapping(lines))
    #expect(found.parameters == policy.parameters)
    #expect(found.unused == ["step"])
  }

  @Test func wrongMappingsAreExplained() throws {
    let policy = try Self.policy()
    try SafetensorsWriter.write(policy.parameters.map { Tensor($0.name, shape: $0.shape, $0.values) }, to: url)
    let same = policy.parameters.map { "\($0.name): \($0.name)\n" }.joined()
    let architecture = policy.description.architecture
    #expect(try read(architecture, mapping(same)).parameters == policy.parameters)
    #expect(
      problem(architecture, try mapping("trunk.0.weight: trunk.0.weight"))
        == "the mapping does not say where trunk.0.bias [4] is")
    let surplus = problem(architecture, try mapping(same + "trunk.7.bias: b"))
    #expect(surplus?.hasPrefix("the mapping names trunk.7.bias") == true)
    let turned = same.replacing(
      "trunk.0.weight: trunk.0.weight", with: "trunk.0.weight: {array: trunk.0.weight, transpose: true}")
    #expect(
      problem(architecture, try mapping(turned)) == "trunk.0.weight has the shape [4, 5]; trunk.0.weight needs [5, 4]")
    let cut = same.replacing("trunk.0.bias: trunk.0.bias", with: "trunk.0.bias: {array: trunk.0.bias, outputs: [0, 9]}")
    #expect(problem(architecture, try mapping(cut)) == "trunk.0.bias has the shape [4]; it has no outputs [0, 9]")
    for (yaml, text) in [
      ("- a", "is not a mapping of names: the whole has the wrong type"), ("a: [", "is not a mapping of names"),
      ("a: {array: b, outputs: [3, 2]}", "[3, 2] is not [first, behind the last]"),
      ("a: {transpose: true}", "array is missing"),
    ] {
      let failure = #expect(throws: FileFailure.self) { try mapping(yaml) }
      #expect(failure?.problem.contains(text) == true, "\(yaml): \(failure?.problem ?? "")")
    }
  }

  // MARK: What a policy computes

  static let networks: [(gru: Int?, normalises: Bool)] = [(nil, false), (7, false), (nil, true), (7, true)]

  /// Rows of inputs, and what the network's twin makes of them.
  private func examples(_ policy: Policy) throws -> (tensors: [String: Tensor], step: PolicyStep) {
    let (rows, architecture) = (3, policy.description.architecture)
    func numbers(_ count: Int, _ scale: Float) -> [Float] {
      (0..<count).map { Float($0 * 7 % 11) * scale - 0.5 }
    }
    let observations = numbers(rows * 5, 0.1)
    let states = architecture.gru.map { numbers(rows * $0, 0.05) } ?? []
    let step = PolicyStep(policy, observations: observations, hiddenStates: states)
    var tensors = [
      Tensor("observations", shape: [rows, 5], observations),
      Tensor("logits", shape: [rows, 2], step.logits.map { Float($0) }),
      Tensor("values", shape: [rows], step.values.map { Float($0) }),
    ]
    if let width = architecture.gru {
      tensors += [
        Tensor("hidden_states", shape: [rows, width], states),
        Tensor("next_hidden_states", shape: [rows, width], step.nextHiddenStates.map { Float($0) }),
      ]
    }
    let twin = PolicyNetworkTwin(architecture, parameters: policy.packed.map { Double($0) })
    func row(_ values: [Float], _ row: Int, _ width: Int) -> [Double] {
      values[row * width..<(row + 1) * width].map { Double($0) }
    }
    for r in 0..<rows {
      let sequences = architecture.gru.map { width in
        GRULayer.Sequences(firstStates: [row(states, r, width)], resets: [false])
      }
      let outputs = twin.forward([row(observations, r, 5)], sequences)
      let logits = Array(step.logits[r * 2..<r * 2 + 2])
      for action in 0..<2 { #expect(abs(outputs.logits[0][action] - logits[action]) < 1e-12) }
      #expect(abs(outputs.values[0] - step.values[r]) < 1e-12)
    }
    return (Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) }), step)
  }

  @Test(arguments: networks, NetworkArchitecture.Activation.allCases)
  func givenExamplesAgree(
    network: (gru: Int?, normalises: Bool), activation: NetworkArchitecture.Activation
  ) throws {
    let policy = try Self.policy(gru: network.gru, activation: activation, normalises: network.normalises)
    try SafetensorsWriter.write(Array(try examples(policy).tensors.values), to: url)
    let agreement = try ImportExamples(url).check(policy)
    #expect(agreement.rows == 3)
    #expect(
      agreement.differences.map(\.name) == ["logits", "values"] + (network.gru == nil ? [] : ["next_hidden_states"]))
    #expect(agreement.differences.allSatisfy { $0.difference < 1e-6 })
  }

  @Test func otherExamplesAreRefused() throws {
    let policy = try Self.policy()
    let (tensors, step) = try examples(policy)
    func write(_ change: (inout [String: Tensor]) -> Void) throws {
      var changed = tensors
      change(&changed)
      try SafetensorsWriter.write(Array(changed.values), to: url)
    }
    func problem(of policy: Policy, _ change: (inout [String: Tensor]) -> Void) throws -> String {
      try write(change)
      return #expect(throws: FileFailure.self) { try ImportExamples(url).check(policy) }?.problem ?? ""
    }
    #expect(try problem(of: Self.policy(activation: .relu)) { _ in }.hasPrefix("logits differ: row "))
    var values = step.values.map { Float($0) }
    values[1] += 0.01
    #expect(
      try problem(of: policy) { $0["values"] = Tensor("values", shape: [3], values) }
        .hasPrefix("values differ: row 1 has"))
    #expect(
      try problem(of: policy) { $0["observations"] = nil }.hasPrefix("holds no observations (rows, 5)"))
    #expect(try problem(of: policy) { $0["logits"] = nil }.hasPrefix("holds no logits [3, 2]"))
    #expect(
      try problem(of: policy) { $0["values"] = Tensor("values", shape: [3, 1], values) }
        == "values has the shape [3, 1]; the policy needs [3]")
    #expect(try problem(of: Self.policy(gru: 7)) { _ in }.hasPrefix("holds no hidden_states [3, 7]"))
    // Where an action is illegal, the logit may be anything.
    var logits = step.logits.map { Float($0) }
    logits[4] = -1e10
    let masked = Tensor("logits", shape: [3, 2], logits)
    #expect(try problem(of: policy) { $0["logits"] = masked }.hasPrefix("logits differ: row 2 has -1e+10"))
    try write {
      $0["logits"] = masked
      $0["legal_masks"] = Tensor("legal_masks", shape: [3, 2], [1, 1, 1, 1, 0, 1] as [UInt8])
    }
    #expect(try ImportExamples(url).check(policy).rows == 3)
  }
}
