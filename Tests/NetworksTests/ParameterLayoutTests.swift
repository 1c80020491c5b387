import Testing

@testable import Networks

@Suite struct ParameterLayoutTests {
  static func hanabi() throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 658, actions: 21, trunk: [512], actor: [512], critic: [512], activation: .relu)
  }

  @Test func hanabiForTwoPlayersHas874006Parameters() throws {
    #expect(ParameterLayout(try Self.hanabi()).parameterCount == 874_006)
  }

  @Test func layersFollowEachOtherWithoutOverlapAndAlignedForWideLoads() throws {
    for architecture in try PolicyNetworkTests.architectures() + [Self.hanabi()] {
      let layout = ParameterLayout(architecture)
      var end = 0
      for layer in layout.layers {
        #expect(layer.weightOffset == end)
        #expect(layer.weightOffset % 8 == 0 && layer.biasOffset % 8 == 0)
        #expect(layer.paddedInputs % 8 == 0 && layer.paddedInputs - layer.inputs < 8 && layer.paddedInputs > 0)
        end = layer.biasOffset + layer.paddedOutputs
      }
      #expect(layout.count >= end && layout.count - end < 64 && layout.count % 64 == 0)
    }
  }

  @Test func layersAreNamedAndConnectedByPart() throws {
    let shared = ParameterLayout(try PolicyNetworkTests.shared())
    #expect(
      shared.layers.map(\.name) == [
        "trunk.0", "trunk.1", "actor.0", "actor.output", "critic.0", "critic.1", "critic.output",
      ])
    #expect(shared.layers.map(\.source) == [nil, 0, 1, 2, 1, 4, 5])
    #expect(shared.layers.map { $0.activation == nil } == [false, false, false, true, false, false, true])
    let separate = ParameterLayout(try PolicyNetworkTests.separate())
    #expect(separate.layers.map(\.source) == [nil, 0, 1, nil, 3])
  }

  /// Scale and bias are two numbers per output; whoever reads the layer reads the normalised one.
  @Test func normalisationsStandBehindTheirLayers() throws {
    let layout = ParameterLayout(try PolicyNetworkTests.normalisedHeads())
    #expect(
      layout.layers.map(\.name) == [
        "actor.0", "actor.0.norm", "actor.1", "actor.1.norm", "actor.output", "critic.0", "critic.0.norm",
        "critic.output",
      ])
    #expect(layout.layers.map(\.source) == [nil, 0, 1, 2, 3, nil, 5, 6])
    #expect(layout.layers.map { $0.activation == nil } == [true, false, true, false, true, true, false, true])
    let shapes = Dictionary(uniqueKeysWithValues: layout.tensorShapes.map { ($0.name, $0.shape) })
    #expect(shapes["actor.1.norm.scale"] == [10] && shapes["actor.1.norm.bias"] == [10])
    #expect(shapes["actor.1.bias"] == [10] && shapes["actor.1.norm.weight"] == nil)
    let without = try NetworkArchitecture(
      inputs: 19, actions: 5, trunk: [], actor: [12, 10], critic: [9], activation: .relu)
    #expect(layout.parameterCount == ParameterLayout(without).parameterCount + 2 * (12 + 10 + 9))
  }

  /// Scales begin with 1, biases with 0, and all matrices are those of the network without normalisation.
  @Test func normalisationChangesNoInitialMatrix() throws {
    let layout = ParameterLayout(try PolicyNetworkTests.normalisedHeads())
    let plain = ParameterLayout(
      try NetworkArchitecture(inputs: 19, actions: 5, trunk: [], actor: [12, 10], critic: [9], activation: .relu))
    let found = layout.unpack(OrthogonalInitializer.parameters(layout, seeds: [3]))
    let expected = plain.unpack(OrthogonalInitializer.parameters(plain, seeds: [3]))
    #expect(found.filter { !$0.name.contains("norm") } == expected)
    for tensor in found where tensor.name.contains("norm") {
      #expect(tensor.values.allSatisfy { $0 == (tensor.name.hasSuffix("scale") ? 1 : 0) }, "\(tensor.name)")
    }
  }

  @Test(arguments: try [PolicyNetworkTests.shared(), PolicyNetworkTests.normalised()])
  func packingAndUnpackingAreInverse(architecture: NetworkArchitecture) throws {
    let layout = ParameterLayout(architecture)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: [3])
    let tensors = layout.unpack(parameters)
    #expect(tensors.map(\.name) == layout.tensorShapes.map(\.name))
    #expect(tensors.map(\.shape) == layout.tensorShapes.map(\.shape))
    #expect(tensors.reduce(0) { $0 + $1.values.count } == layout.parameterCount)
    #expect(try layout.pack(tensors.reversed()) == parameters)
  }

  @Test func packingRefusesTensorsThatDoNotFit() throws {
    let layout = ParameterLayout(try PolicyNetworkTests.linearHeads())
    let tensors = layout.unpack([Float](repeating: 1, count: layout.count))
    #expect(throws: ParameterLayout.Mismatch(description: "tensor trunk.0.weight [33, 17] is missing")) {
      try layout.pack(Array(tensors.dropFirst()))
    }
    #expect(
      throws: ParameterLayout.Mismatch(
        description: "tensor trunk.0.bias has shape [16] and 16 values; expected [17]")
    ) {
      var wrong = tensors
      wrong[1] = NamedTensor(name: "trunk.0.bias", shape: [16], values: [Float](repeating: 0, count: 16))
      return try layout.pack(wrong)
    }
    #expect(throws: ParameterLayout.Mismatch(description: "tensor gru.weight does not belong to this network")) {
      try layout.pack(tensors + [NamedTensor(name: "gru.weight", shape: [1], values: [0])])
    }
    #expect(throws: ParameterLayout.Mismatch(description: "two tensors have the same name")) {
      try layout.pack(tensors + tensors)
    }
  }
}
