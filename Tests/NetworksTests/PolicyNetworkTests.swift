import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite(.serialized) struct PolicyNetworkTests {
  static func shared(_ activation: NetworkArchitecture.Activation = .relu) throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 37, actions: 9, trunk: [24, 16], actor: [11], critic: [13, 7], activation: activation)
  }
  static func separate(_ activation: NetworkArchitecture.Activation = .tanh) throws -> NetworkArchitecture {
    try NetworkArchitecture(inputs: 19, actions: 5, trunk: [], actor: [12, 10], critic: [9], activation: activation)
  }
  static func linearHeads() throws -> NetworkArchitecture {
    try NetworkArchitecture(inputs: 33, actions: 3, trunk: [17], actor: [], critic: [], activation: .tanh)
  }
  /// Widths of whole groups of 8 and others.
  static func normalised(_ activation: NetworkArchitecture.Activation = .tanh) throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 37, actions: 9, trunk: [24, 19], actor: [11], critic: [70, 3], activation: activation, layerNorm: true)
  }
  static func normalisedHeads() throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 19, actions: 5, trunk: [], actor: [12, 10], critic: [9], activation: .relu, layerNorm: true)
  }
  static func architectures() throws -> [NetworkArchitecture] {
    try [
      shared(.relu), shared(.tanh), separate(), linearHeads(), normalised(), normalisedHeads(),
      NetworkArchitecture(inputs: 10, actions: 4, trunk: [], actor: [], critic: [], activation: .relu),
    ]
  }

  @Test(arguments: try architectures(), TestDevice.profiles)
  func agreesWithItsTwin(architecture: NetworkArchitecture, profile: DeviceProfile) throws {
    let harness = PolicyNetworkHarness(
      architecture: architecture, profile: profile, counts: [(all: 45, acting: 20), (all: 33, acting: 33)])
    let result = try harness.pass(runs: [0, 1], chunk: 64)
    let layout = harness.layout
    for run in 0..<2 {
      let twin = PolicyNetworkTwin(architecture, parameters: harness.parameters(run).map(Double.init))
      let (outputs, gradient) = harness.expected(twin, run: run)
      let logits = PolicyNetworkHarness.Result.floats(result.logits[run])
      let pitch = layout.layers[layout.actorOutput].paddedOutputs
      for (position, logit) in logits.enumerated() {
        let (row, action) = position.quotientAndRemainder(dividingBy: pitch)
        let expected = action < architecture.actions ? outputs.logits[row][action] : 0
        #expect(abs(Double(logit) - expected) < 1e-5)
      }
      let values = PolicyNetworkHarness.Result.floats(result.values[run])
      for (position, value) in values.enumerated() {
        #expect(abs(Double(value) - (position % 8 == 0 ? outputs.values[position / 8] : 0)) < 1e-5)
      }
      let found = PolicyNetworkHarness.Result.floats(result.gradients[run])
      for (position, value) in found.enumerated() {
        // Padding included: the twin leaves it at exactly 0.
        let tolerance = gradient[position] == 0 ? 1e-6 : 5e-5 * (1 + abs(gradient[position]))
        #expect(abs(Double(value) - gradient[position]) < tolerance, "parameter \(position)")
      }
    }
  }

  /// Trunk, hidden layer and observation as source of the logits; wide actions that begin and end inside groups of 8.
  @Test(
    arguments: [([24], [16]), ([24], []), ([], [16])] as [([Int], [Int])], TestDevice.profiles)
  func wideActionsAreComputedWhereTheyCountOnly(widths: (trunk: [Int], actor: [Int]), profile: DeviceProfile) throws {
    let architecture = try NetworkArchitecture(
      inputs: 37, actions: 45, trunk: widths.trunk, actor: widths.actor, critic: [13], activation: .tanh)
    var harness = PolicyNetworkHarness(
      architecture: architecture, profile: profile, counts: [(all: 145, acting: 120), (all: 133, acting: 133)])
    harness.splits = 2
    harness.wideActions = 5..<43
    harness.wideRows = [70, 0]
    let result = try harness.pass(runs: [0, 1], chunk: 256)
    for run in 0..<2 {
      let twin = PolicyNetworkTwin(architecture, parameters: harness.parameters(run).map(Double.init))
      let (outputs, gradient) = harness.expected(twin, run: run)
      for (position, logit) in PolicyNetworkHarness.Result.floats(result.logits[run]).enumerated() {
        let (row, action) = position.quotientAndRemainder(dividingBy: 48)
        // What nobody computes is what the workspace began with.
        let expected = action < 45 && !harness.isLeftOut(run, row, action) ? outputs.logits[row][action] : 0
        #expect(abs(Double(logit) - expected) < 1e-5)
      }
      let parts = PolicyNetworkHarness.Result.floats(result.gradients[run])
      for (position, expected) in gradient.enumerated() {
        let found = stride(from: position, to: parts.count, by: gradient.count).reduce(0) { $0 + Double(parts[$1]) }
        #expect(abs(found - expected) < 5e-5 * (1 + abs(expected)), "parameter \(position)")
      }
    }
  }

  @Test(arguments: try [shared(.tanh), separate(), normalisedHeads()])
  func twinGradientAgreesWithFiniteDifferences(architecture: NetworkArchitecture) throws {
    let harness = PolicyNetworkHarness(
      architecture: architecture, profile: .software, counts: [(all: 6, acting: 4)])
    let inputs = harness.inputRows(0)
    let logitGradients = inputs.indices.map { row in
      (0..<architecture.actions).map { Double(harness.logitGradient(0, row, $0)) }
    }
    let valueGradients = inputs.indices.map { Double(harness.valueGradient(0, $0)) }
    func loss(_ parameters: [Double]) -> Double {
      let outputs = PolicyNetworkTwin(architecture, parameters: parameters).forward(inputs)
      return inputs.indices.reduce(0) { sum, row in
        sum + zip(outputs.logits[row], logitGradients[row]).reduce(0) { $0 + $1.0 * $1.1 }
          + outputs.values[row] * valueGradients[row]
      }
    }

    let parameters = harness.parameters(0).map(Double.init)
    let twin = PolicyNetworkTwin(architecture, parameters: parameters)
    let gradient = twin.gradient(twin.forward(inputs), logits: logitGradients, values: valueGradients)
    for layer in harness.layout.layers {
      for offset in stride(from: 0, to: layer.biasOffset + layer.outputs - layer.weightOffset, by: 3) {
        let position = layer.weightOffset + offset
        guard position >= layer.biasOffset || offset % layer.paddedOutputs < layer.outputs,
          position >= layer.biasOffset || offset / layer.paddedOutputs < layer.inputs
        else { continue }
        var (low, high) = (parameters, parameters)
        low[position] -= 1e-5
        high[position] += 1e-5
        let difference = (loss(high) - loss(low)) / 2e-5
        #expect(abs(difference - gradient[position]) < 1e-7 * (1 + abs(difference)), "\(layer.name) at \(offset)")
      }
    }
  }

  @Test(arguments: [DeviceProfile.software, .graphics], [(1, false), (2, false), (3, false), (3, true)])
  func chunksGiveTheSameBytesAsOnePiece(profile: DeviceProfile, of example: (splits: Int, normalises: Bool)) throws {
    var harness = PolicyNetworkHarness(
      architecture: try example.normalises ? Self.normalised() : Self.shared(), profile: profile,
      counts: [(all: 500, acting: 269), (all: 301, acting: 301), (all: 130, acting: 0)])
    harness.splits = example.splits
    let whole = try harness.pass(runs: [0, 1, 2], chunk: 512)
    #expect(try harness.pass(runs: [0, 1, 2], chunk: 128) == whole)
    #expect(try harness.pass(runs: [0, 1, 2], chunk: 256) == whole)
  }

  @Test(arguments: TestDevice.profiles, try [shared(), normalised()])
  func aRunGivesTheSameBytesAloneAndAmongOthers(profile: DeviceProfile, architecture: NetworkArchitecture) throws {
    let harness = PolicyNetworkHarness(
      architecture: architecture, profile: profile,
      counts: [(all: 70, acting: 41), (all: 64, acting: 64), (all: 33, acting: 1), (all: 100, acting: 99)])
    let together = try harness.pass(runs: [3, 0, 2, 1], chunk: 128)
    for (slot, run) in [3, 0, 2, 1].enumerated() {
      let alone = try harness.pass(runs: [run], chunk: 128)
      #expect(alone.logits[0] == together.logits[slot])
      #expect(alone.values[0] == together.values[slot])
      #expect(alone.gradients[0] == together.gradients[slot])
    }
  }

  @Test(arguments: try [separate(), normalised()])
  func allKernelFamiliesAddInTheSameOrder(architecture: NetworkArchitecture) throws {
    let counts = [(all: 150, acting: 90)]
    let results = try TestDevice.kernelProfiles.map {
      try PolicyNetworkHarness(architecture: architecture, profile: $0, counts: counts).pass(runs: [0], chunk: 256)
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}
