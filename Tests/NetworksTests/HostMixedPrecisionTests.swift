// Mixed precision where the host multiplies: operands in bfloat16, by instructions of the processor and by loops.
import CHostKernels
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite(.serialized) struct HostMixedPrecisionTests {
  /// The nearest bfloat16, ties to even.
  static func rounded(_ number: Double) -> Double {
    let bits = Float(number).bitPattern
    return Double(Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000))
  }

  @Test func numbersAreRoundedToTheNearest() {
    let numbers: [Float] =
      [0, -0.0, 1, 1 + 0x1p-8, 1 + 0x1p-9, 1 + 0x3p-9, 1 + 0x3p-8, 0x1p-130, 3.4e38, .infinity, -.infinity, .nan]
      + (0..<1000).map { TestNumbers.uniform(1, $0, scale: 100) }
    var found = [UInt16](repeating: 0, count: numbers.count)
    host_round(&found, numbers, numbers.count)
    for (number, found) in zip(numbers, found) {
      let result = Float(bitPattern: UInt32(found) << 16)
      #expect(number.isNaN ? result.isNaN : result == Float(Self.rounded(Double(number))), "\(number)")
    }
  }

  /// Sums of rounded products differ by float32's rounding, which now and then rounds an operand of the next layer to its
  /// neighbour.
  @Test(
    arguments: try [
      PolicyNetworkTests.shared(.relu), PolicyNetworkTests.shared(.tanh), PolicyNetworkTests.separate(),
      PolicyNetworkTests.normalisedHeads(),
    ],
    TestDevice.roundingProfiles)
  func aNetworkAgreesWithTheTwinOfRoundedOperands(architecture: NetworkArchitecture, profile: DeviceProfile) throws {
    let harness = PolicyNetworkHarness(
      architecture: architecture, profile: profile, precision: .mixed,
      counts: [(all: 150, acting: 93), (all: 133, acting: 133), (all: 17, acting: 1)])
    let result = try harness.pass(runs: [0, 1, 2], chunk: 256)
    for run in 0..<3 {
      let twin = PolicyNetworkTwin(
        architecture, parameters: harness.parameters(run).map(Double.init), rounding: Self.rounded)
      let (pairs, outputs) = harness.compared(result, twin, run: run)
      for (found, expected) in pairs {
        try expectNear(found, expected, within: 2e-3)
      }
      #expect(harness.nearness(result, to: outputs, run: run) > 4)
    }
  }

  private func expectNear(_ found: [Float], _ expected: [Double], within tolerance: Double) throws {
    try #require(found.count == expected.count)
    let size = expected.map(abs).max() ?? 0
    let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(size > 0 && error <= tolerance * size, "\(error) of \(size)")
  }

  @Test(arguments: TestDevice.roundingProfiles)
  func aRunGivesTheSameBytesAloneAndAmongOthers(profile: DeviceProfile) throws {
    let harness = PolicyNetworkHarness(
      architecture: try PolicyNetworkTests.shared(), profile: profile, precision: .mixed,
      counts: [(all: 70, acting: 41), (all: 64, acting: 64), (all: 33, acting: 1), (all: 100, acting: 99)])
    let together = try harness.pass(runs: [3, 0, 2, 1], chunk: 128)
    for (slot, run) in [3, 0, 2, 1].enumerated() {
      let alone = try harness.pass(runs: [run], chunk: 128)
      #expect(alone.logits[0] == together.logits[slot])
      #expect(alone.values[0] == together.values[slot])
      #expect(alone.gradients[0] == together.gradients[slot])
    }
  }

  /// Rows of a smaller chunk see nothing of the larger one before.
  @Test(arguments: TestDevice.roundingProfiles)
  func chunksLeaveNothingBehind(profile: DeviceProfile) throws {
    let harness = PolicyNetworkHarness(
      architecture: try PolicyNetworkTests.shared(), profile: profile, precision: .mixed,
      counts: [(all: 261, acting: 133)])
    let chunks = try harness.pass(runs: [0], chunk: 128)
    let exact = try PolicyNetworkHarness(
      architecture: harness.architecture, profile: .host, counts: harness.counts
    ).pass(runs: [0], chunk: 128)
    for part in [\PolicyNetworkHarness.Result.logits, \.values, \.gradients] {
      try expectNear(
        PolicyNetworkHarness.Result.floats(chunks[keyPath: part][0]),
        PolicyNetworkHarness.Result.floats(exact[keyPath: part][0]).map(Double.init), within: 2e-2)
    }
  }

  @Test(arguments: [([24], [16]), ([24], []), ([], [16])] as [([Int], [Int])], TestDevice.roundingProfiles)
  func wideActionsAreComputedWhereTheyCountOnly(widths: (trunk: [Int], actor: [Int]), profile: DeviceProfile) throws {
    func pass(_ profile: DeviceProfile, _ precision: Precision) throws -> PolicyNetworkHarness.Result {
      var harness = PolicyNetworkHarness(
        architecture: try NetworkArchitecture(
          inputs: 37, actions: 45, trunk: widths.trunk, actor: widths.actor, critic: [13], activation: .tanh),
        profile: profile, precision: precision, counts: [(all: 145, acting: 120), (all: 133, acting: 133)])
      (harness.wideActions, harness.wideRows) = (5..<43, [70, 0])
      return try harness.pass(runs: [0, 1], chunk: 256)
    }
    let (exact, mixed) = (try pass(.host, .float32), try pass(profile, .mixed))
    for part in [\PolicyNetworkHarness.Result.logits, \.values, \.gradients] {
      for run in 0..<2 {
        let exact = PolicyNetworkHarness.Result.floats(exact[keyPath: part][run]).map(Double.init)
        let mixed = PolicyNetworkHarness.Result.floats(mixed[keyPath: part][run])
        try expectNear(mixed, exact, within: 2e-2)
        // Nobody computes these: they are what they were.
        for (found, expected) in zip(mixed, exact) where expected == 0 { #expect(found == 0) }
      }
    }
  }

  /// With a trunk and without, with rows that are no multiple of 16, and one sequence alone.
  @Test(arguments: [(19, 7), (1, 40), (70, 2)], TestDevice.roundingProfiles)
  func aRecurrentNetworkIsNearItselfInFloat32(shape: (sequences: Int, steps: Int), profile: DeviceProfile) throws {
    for architecture in try [RecurrentNetworkTests.withTrunk(), RecurrentNetworkTests.withoutTrunk(gru: 24)] {
      func pass(_ profile: DeviceProfile, _ precision: Precision) throws -> [[Float]] {
        var harness = RecurrentNetworkHarness(
          architecture: architecture, profile: profile, sequences: shape.sequences, steps: shape.steps)
        harness.precision = precision
        let result = try harness.pass(runs: [0, 1])
        return [result.logits[1], result.values[1], result.gradients[1], result.states[1].map { $0.isNaN ? 0 : $0 }]
      }
      for (exact, mixed) in zip(try pass(.host, .float32), try pass(profile, .mixed)) {
        try expectNear(mixed, exact.map(Double.init), within: 3e-2)
        #expect(mixed != exact)
      }
    }
  }

  @Test(arguments: TestDevice.roundingProfiles, [NetworkArchitecture.Activation.relu, .tanh])
  func listsAreReadWithRoundedWeights(profile: DeviceProfile, activation: NetworkArchitecture.Activation) throws {
    let variant = ListedObservationsTests.variants[0]
    let exact = try ListedObservationsTests.outputs(variant, .host, .float32, activation)
    let mixed = try ListedObservationsTests.outputs(variant, profile, .mixed, activation)
    for (exact, mixed) in zip(exact, mixed) {
      try expectNear(mixed, exact.map(Double.init), within: 2e-2)
      #expect(mixed != exact)
    }
  }
}
