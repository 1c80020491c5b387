// A GRU between trunk and heads, forwards and backwards in time, against its float64 twin.
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite(.serialized) struct RecurrentNetworkTests {
  static func withTrunk(_ activation: NetworkArchitecture.Activation = .tanh) throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 37, actions: 9, trunk: [12], gru: 13, actor: [11], critic: [7], activation: activation)
  }
  static func withoutTrunk(gru: Int = 5) throws -> NetworkArchitecture {
    try NetworkArchitecture(inputs: 19, actions: 5, trunk: [], gru: gru, actor: [], critic: [], activation: .relu)
  }

  /// With normalised layers before the GRU and behind it.
  static func normalised() throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: 37, actions: 9, trunk: [12], gru: 13, actor: [11], critic: [7], activation: .relu, layerNorm: true)
  }

  struct Case: Sendable, CustomStringConvertible {
    let architecture: NetworkArchitecture
    let sequences, steps: Int
    var splits = 1
    var description: String { "gru \(architecture.gru ?? 0), \(sequences) sequences of \(steps) steps" }
  }
  static func cases() throws -> [Case] {
    try [
      Case(architecture: withTrunk(), sequences: 19, steps: 7),
      Case(architecture: withTrunk(.relu), sequences: 1, steps: 64, splits: 2),
      Case(architecture: withoutTrunk(), sequences: 3, steps: 1),
      Case(architecture: normalised(), sequences: 19, steps: 5),
      Case(architecture: withoutTrunk(gru: 40), sequences: 70, steps: 2, splits: 2),
    ]
  }

  /// Wide states leave room for few sequences in shared memory.
  @Test func wideStatesAgreeWithTheirTwin() throws {
    try expectTwin(
      Case(architecture: Self.withoutTrunk(gru: 520), sequences: 3, steps: 2), profile: .graphics, runs: [0])
  }

  @Test(arguments: try cases(), TestDevice.profiles)
  func agreesWithItsTwin(example: Case, profile: DeviceProfile) throws {
    try expectTwin(example, profile: profile, runs: [0, 1])
  }

  private func expectTwin(_ example: Case, profile: DeviceProfile, runs: [Int]) throws {
    var harness = RecurrentNetworkHarness(
      architecture: example.architecture, profile: profile, sequences: example.sequences, steps: example.steps)
    harness.splits = example.splits
    let result = try harness.pass(runs: runs)
    let (layout, rows, actions) = (harness.layout, harness.rows, example.architecture.actions)
    for run in runs {
      let twin = harness.twin(run)
      let outputs = twin.forward(harness.inputs(run), harness.twinSequences(run))
      let pitch = result.logits[run].count / rows
      for (position, logit) in result.logits[run].enumerated() {
        let (row, action) = position.quotientAndRemainder(dividingBy: pitch)
        let expected = action < actions ? outputs.logits[row][action] : 0
        #expect(abs(Double(logit) - expected) < 2e-5 * (1 + abs(expected)))
      }
      for row in 0..<rows { #expect(abs(Double(result.values[run][8 * row]) - outputs.values[row]) < 1e-5) }

      // Final states, those of nobody's sequences untouched, padding still 0.
      var states = harness.states(run).map(Double.init)
      for sequence in 0..<harness.sequences {
        for (unit, value) in outputs.hidden[rows - harness.sequences + sequence].enumerated() {
          states[harness.stateRow(sequence) * harness.paddedWidth + unit] = value
        }
      }
      #expect(zip(result.states[run], states).allSatisfy { abs(Double($0) - $1) < 1e-5 })

      let gradient = twin.gradient(
        outputs, logits: harness.logitGradients(run), values: harness.valueGradients(run))
      var found = [Double](repeating: 0, count: layout.count)
      for (place, value) in result.gradients[run].enumerated() { found[place % layout.count] += Double(value) }
      let wrong = gradient.indices.filter { position in
        // Padding included: the twin leaves it at exactly 0.
        let tolerance = gradient[position] == 0 ? 1e-6 : 1e-4 * (1 + abs(gradient[position]))
        return !(abs(found[position] - gradient[position]) < tolerance)
      }
      #expect(wrong.isEmpty, "parameters \(wrong.prefix(8))")
    }
  }

  @Test(arguments: try [withTrunk(), withoutTrunk()])
  func twinGradientAgreesWithFiniteDifferences(architecture: NetworkArchitecture) throws {
    let harness = RecurrentNetworkHarness(
      architecture: architecture, profile: .software, sequences: 3, steps: 6)
    let (inputs, sequences) = (harness.inputs(0), harness.twinSequences(0))
    let (logitGradients, valueGradients) = (harness.logitGradients(0), harness.valueGradients(0))
    #expect(sequences.resets.contains(true) && sequences.resets.contains(false))
    func loss(_ parameters: [Double]) -> Double {
      let outputs = PolicyNetworkTwin(architecture, parameters: parameters).forward(inputs, sequences)
      return inputs.indices.reduce(0) { sum, row in
        sum + zip(outputs.logits[row], logitGradients[row]).reduce(0) { $0 + $1.0 * $1.1 }
          + outputs.values[row] * valueGradients[row]
      }
    }
    let parameters = harness.parameters(0).map(Double.init)
    let twin = PolicyNetworkTwin(architecture, parameters: parameters)
    let gradient = twin.gradient(
      twin.forward(inputs, sequences), logits: logitGradients, values: valueGradients)
    for layer in harness.layout.layers {
      for position in (layer.weightPlaces + layer.biasPlaces).enumerated().filter({ $0.offset % 7 == 0 }).map(\.element)
      {
        var (low, high) = (parameters, parameters)
        low[position] -= 1e-5
        high[position] += 1e-5
        let difference = (loss(high) - loss(low)) / 2e-5
        #expect(abs(difference - gradient[position]) < 1e-6 * (1 + abs(difference)), "\(layer.name), \(position)")
      }
    }
  }

  @Test(arguments: TestDevice.profiles)
  func aRunGivesTheSameBytesAloneAndAmongOthers(profile: DeviceProfile) throws {
    let harness = RecurrentNetworkHarness(
      architecture: try Self.withTrunk(), profile: profile, sequences: 18, steps: 5)
    let together = try harness.pass(runs: [3, 0, 2])
    for (slot, run) in [3, 0, 2].enumerated() {
      let alone = try harness.pass(runs: [run])
      #expect(alone.logits[0] == together.logits[slot] && alone.values[0] == together.values[slot])
      #expect(alone.states[0] == together.states[slot] && alone.gradients[0] == together.gradients[slot])
    }
  }

  @Test func allKernelFamiliesAddInTheSameOrder() throws {
    let results = try TestDevice.kernelProfiles.map {
      try RecurrentNetworkHarness(architecture: Self.withTrunk(), profile: $0, sequences: 9, steps: 6).pass(runs: [0])
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  /// The observation after a rollout must not take the states further, but a reset before it must show.
  @Test(arguments: TestDevice.profiles)
  func statesStayOrAreResetWhereAskedFor(profile: DeviceProfile) throws {
    for keeping in [SequenceRows.Keeping.unchanged, .first] {
      var harness = RecurrentNetworkHarness(
        architecture: try Self.withoutTrunk(), profile: profile, sequences: 11, steps: 2)
      harness.keeping = keeping
      var expected = harness.states(0)
      if keeping == .first {
        for sequence in 0..<11 where harness.resets(0)[sequence] {
          for unit in 0..<8 { expected[harness.stateRow(sequence) * 8 + unit] = 0 }
        }
        #expect(expected != harness.states(0))
      }
      #expect(try harness.pass(runs: [0]).states[0] == expected)
    }
  }

  @Test func noKernelLeavesItsBuffersUnderGPUAssistedValidation() throws {
    let harness = RecurrentNetworkHarness(
      architecture: try Self.withoutTrunk(), profile: .graphics, sequences: 5, steps: 3)
    let plain = try harness.pass(runs: [0])
    #expect(try harness.pass(runs: [0], validation: .gpuAssisted) == plain)
  }

  /// JaxMARL's recurrent Hanabi network for two players.
  @Test func hanabiForTwoPlayersHas219030Parameters() throws {
    let architecture = try NetworkArchitecture(
      inputs: 658, actions: 21, trunk: [128], gru: 128, actor: [128], critic: [128], activation: .relu)
    #expect(ParameterLayout(architecture).parameterCount == 219_030)
    #expect(architecture.gains.hidden == 2)
  }

  @Test func gatesStandInPaddedBlocksAndTensorsWithoutPadding() throws {
    let layout = ParameterLayout(try Self.withTrunk())
    #expect(layout.layers.map(\.name).prefix(3) == ["trunk.0", "gru.input", "gru.hidden"])
    #expect(layout.layers.map(\.source) == [nil, 0, 1, 2, 3, 2, 5])
    #expect(layout.sharedDepth == 3 && layout.recurrentLayer == 2)
    let shapes = Dictionary(uniqueKeysWithValues: layout.tensorShapes)
    #expect(shapes["gru.input.weight"] == [12, 39] && shapes["gru.input.bias"] == [39])
    #expect(shapes["gru.hidden.weight"] == [13, 39] && shapes["gru.hidden.bias"] == [13])
    #expect(layout.layers[2].column(12) == 12 && layout.layers[2].column(13) == 16 && layout.layers[2].column(27) == 33)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: [3])
    #expect(try layout.pack(layout.unpack(parameters).reversed()) == parameters)
  }

  /// As flax's GRUCell: every gate's matrix of the hidden state is orthogonal, that of the input has variance 1 / inputs.
  @Test func gatesHaveTheirOwnInitialWeights() throws {
    let architecture = try NetworkArchitecture(
      inputs: 100, actions: 3, trunk: [], gru: 40, actor: [], critic: [], activation: .relu)
    let tensors = ParameterLayout(architecture).unpack(
      OrthogonalInitializer.parameters(ParameterLayout(architecture), seeds: [5]))
    let (input, hidden) = (tensors[0].values.map(Double.init), tensors[2].values.map(Double.init))
    for gate in 0..<3 {
      for (a, b) in [(0, 0), (0, 1), (17, 17), (17, 39)] {
        let product = (0..<40).reduce(0.0) { sum, row in
          let start = row * 120 + gate * 40
          return sum + hidden[start + a] * hidden[start + b]
        }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-5)
      }
      let block: [Double] = (0..<100).flatMap { row -> ArraySlice<Double> in
        let start = row * 120 + gate * 40
        return input[start..<start + 40]
      }
      let squares: Double = block.map { $0 * $0 }.reduce(0, +)
      #expect(abs(squares / 4000 - 0.01) < 0.001)
      let largest: Double = block.map { abs($0) }.max() ?? 0
      #expect(largest <= 0.2 / 0.8796 && largest > 0.2)
    }
    #expect(Set(hidden).count == hidden.count && Set(input).count > 3990)
    #expect(tensors[1].values.allSatisfy { $0 == 0 } && tensors[3].values.allSatisfy { $0 == 0 })
  }
}
