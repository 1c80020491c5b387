import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// What mixed precision promises beside agreement with its twin (DenseKernelTests).
@Suite(.serialized) struct MixedPrecisionTests {
  static let profiles = [DeviceProfile.software, .graphics, .matrixUnits]

  /// Rounding as Swift's Float16 does it, but for finite numbers beyond its range, which become its largest.
  @Test(arguments: [DeviceProfile.software, .graphics])
  func operandsAreRoundedToTheNearest(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let kernel = try device.kernel(
      name: "round.comp",
      source: """
        #version 450
        #include "Network/network.h"
        #include "Network/precision.glsl"
        layout(local_size_x = 64) in;
        layout(std430, binding = 0) buffer Numbers { vec4 numbers[]; };
        void main() { numbers[gl_GlobalInvocationID.x] = operand(numbers[gl_GlobalInvocationID.x]); }
        """, macros: ["PRECISION_MIXED": 1])
    let special: [Float] = [
      0, -0.0, 1, 65504, 65519, 65520, 1e6, -1e6, .infinity, -.infinity, .nan, 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-25,
      1e-30,
      1 + 0x1p-11, 1 + 0x1.8p-11, 1 + 0x3p-11, 2049, 2051,
    ]
    // Every exponent of float16 and some beyond, at random places in between.
    let random = (0..<4096 - special.count).map { place in
      TestNumbers.uniform(9, place) * Float(sign: .plus, exponent: place % 44 - 27, significand: 1)
    }
    let numbers = special + random
    let buffer = try device.buffer("numbers", of: Float.self, count: numbers.count)
    try buffer.write(numbers)
    try device.run { $0.dispatch(kernel, ["numbers": buffer.whole], groups: numbers.count / 256) }
    for (number, rounded) in zip(numbers, try buffer.read()) {
      let expected = number.isFinite ? Float(Float16(max(-65504, min(65504, number)))) : number
      #expect(rounded == expected || rounded.isNaN && expected.isNaN, "\(number) became \(rounded)")
    }
    device.requireNoValidationMessages()
  }

  @Test func gradientsAreScaledByTheLargestPowerOfTwoInAMinibatch() {
    let scales = [1, 2, 3, 4, 1023, 1024, 65_535, 65_536].map { Precision.gradientScale(minibatchRows: $0) }
    #expect(scales == [1, 2, 2, 4, 512, 1024, 32_768, 65_536])
  }

  /// A network in mixed precision is near the same in float32, and not the same.
  @Test(arguments: profiles, try [PolicyNetworkTests.shared(), PolicyNetworkTests.normalisedHeads()])
  func aNetworkIsNearItselfInFloat32(profile: DeviceProfile, architecture: NetworkArchitecture) throws {
    var harness = PolicyNetworkHarness(
      architecture: architecture, profile: profile, counts: [(all: 150, acting: 90)])
    let exact = try harness.pass(runs: [0], chunk: 256)
    harness.precision = .mixed
    let mixed = try harness.pass(runs: [0], chunk: 256)
    for part in [\PolicyNetworkHarness.Result.logits, \.values, \.gradients] {
      let (exact, mixed) = (exact[keyPath: part][0], mixed[keyPath: part][0])
      let (a, b) = (PolicyNetworkHarness.Result.floats(exact), PolicyNetworkHarness.Result.floats(mixed))
      let size = a.map(abs).max() ?? 0
      let error = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
      #expect(size > 0 && error > 0 && error < 4e-3 * size, "\(error) of \(size)")
    }
  }

  @Test(arguments: profiles) func chunksGiveTheSameBytesAsOnePiece(profile: DeviceProfile) throws {
    var harness = PolicyNetworkHarness(
      architecture: try PolicyNetworkTests.shared(), profile: profile, precision: .mixed,
      counts: [(all: 500, acting: 269), (all: 301, acting: 301)])
    harness.splits = 3
    let whole = try harness.pass(runs: [0, 1], chunk: 512)
    #expect(try harness.pass(runs: [0, 1], chunk: 128) == whole)
  }

  @Test(arguments: profiles) func aRunGivesTheSameBytesAloneAndAmongOthers(profile: DeviceProfile) throws {
    let harness = PolicyNetworkHarness(
      architecture: try PolicyNetworkTests.separate(), profile: profile, precision: .mixed,
      counts: [(all: 70, acting: 41), (all: 64, acting: 64), (all: 33, acting: 1)])
    let together = try harness.pass(runs: [2, 0, 1], chunk: 128)
    for (slot, run) in [2, 0, 1].enumerated() {
      let alone = try harness.pass(runs: [run], chunk: 128)
      #expect(alone.logits[0] == together.logits[slot])
      #expect(alone.values[0] == together.values[slot])
      #expect(alone.gradients[0] == together.gradients[slot])
    }
  }

  /// The check that comes before the first product by real matrix units.
  @Test(
    arguments: [.forward(.relu), .backwardInput(.tanh, accumulating: true), .backwardWeights]
      as [DenseKernels.Operation], [NumberFormat.float16, .float32])
  func matrixUnitsAreHeldAgainstOrdinaryInstructions(operation: DenseKernels.Operation, format: NumberFormat) throws {
    let device = try TestDevice.make(profile: .matrixUnits)
    let kernels = try DenseKernels(device: device, precision: .mixed)
    let (tile, storage) = (ProductTile(64, 64, .storage), ProductStorage(inputs: format, outputs: format))
    let (without, with) = try kernels.productsWithAndWithoutMatrixUnits(operation, tile, storage)
    let isRounded = storage.result(of: operation) == .float16
    #expect(DenseKernels.difference(without, with) < (isRounded ? 0x1p-11 + 1e-5 : 1e-5))
    try kernels.checkMatrixUnits(operation, tile, storage)
    device.requireNoValidationMessages()
  }

  /// A number as float16, of those that gradients are scaled by in a minibatch.
  private static func rounded(_ number: Double, scale: Double = 1) -> Double {
    Double(Float16(max(-65504, min(65504, Float(number * scale))))) / scale
  }

  /// Hidden outputs, their gradients and weights are float16 in memory. Sums of rounded products differ by float32's rounding, which
  /// now and then rounds an operand of the next layer to its neighbour.
  @Test(
    arguments: try [
      PolicyNetworkTests.shared(.relu), PolicyNetworkTests.shared(.tanh), PolicyNetworkTests.separate(),
      PolicyNetworkTests.normalisedHeads(),
    ])
  func aNetworkOfMatrixUnitsAgreesWithTheTwinOfRoundedOperands(architecture: NetworkArchitecture) throws {
    let harness = PolicyNetworkHarness(
      architecture: architecture, profile: .matrixUnits, precision: .mixed,
      counts: [(all: 150, acting: 93), (all: 133, acting: 133), (all: 17, acting: 1)])
    let result = try harness.pass(runs: [0, 1, 2], chunk: 256)
    for run in 0..<3 {
      // A chunk is a whole minibatch.
      let twin = PolicyNetworkTwin(
        architecture, parameters: harness.parameters(run).map(Double.init), rounding: { Self.rounded($0) },
        gradients: { Self.rounded($0, scale: 256) })
      let (pairs, outputs) = harness.compared(result, twin, run: run)
      for (found, expected) in pairs {
        try #require(found.count == expected.count)
        let size = expected.map(abs).max() ?? 0
        let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(size > 0 && error <= 1e-3 * size, "\(error) of \(size)")
      }
      #expect(harness.nearness(result, to: outputs, run: run) > 4)
    }
  }

  /// First layers on lists write and read the same memory.
  @Test(arguments: [NetworkArchitecture.Activation.relu, .tanh])
  func listsAreReadBesideMatrixUnits(activation: NetworkArchitecture.Activation) throws {
    let variant = ListedObservationsTests.variants[0]
    let exact = try ListedObservationsTests.outputs(variant, .graphics, .float32, activation)
    let mixed = try ListedObservationsTests.outputs(variant, .matrixUnits, .mixed, activation)
    for (exact, mixed) in zip(exact, mixed) {
      #expect(DenseKernels.difference(exact, mixed) < 5e-3 && mixed != exact)
    }
  }

  /// What is 16 bits wide takes half the memory: x, hidden outputs and their gradients; logits and values stay.
  @Test func theWorkspaceOfMatrixUnitsIsHalfAsLarge() throws {
    func bytes(_ precision: Precision) throws -> [String: Int] {
      let table = BufferTable(device: nil)
      _ = try PolicyNetwork(
        architecture: PolicyNetworkTests.normalisedHeads(), observation: .bits(words: 2),
        device: TestDevice.make(validation: .off, profile: .matrixUnits), table: table, windowRuns: 1, rowCapacity: 64,
        precision: precision, training: true)
      return Dictionary(uniqueKeysWithValues: table.plannedBuffers.map { ($0.name, $0.bytes) })
    }
    let (exact, mixed) = (try bytes(.float32), try bytes(.mixed))
    for (name, count) in exact {
      let isHalved =
        name == "network.inputs" || name.hasSuffix(".norm.activation") || name.hasSuffix(".norm.gradient")
        || name.hasSuffix(".gradient") && !name.contains("output")
      #expect(mixed[name] == (isHalved ? count / 2 : count), "\(name)")
    }
    #expect(Set(mixed.keys).subtracting(exact.keys) == ["network.rounded.weights"])
  }

  @Test func parametersAreRoundedAsOperandsAre() throws {
    let device = try TestDevice.make(profile: .matrixUnits)
    let table = BufferTable(device: device)
    let rounded = try RoundedParameters("network", count: 192, device: device, table: table, windowRuns: 3)
    let parameters = table.register(
      "parameters", of: Float.self, runs: 2, perRun: [("P", 192)], persistence: .scratch)
    try table.allocate()
    let numbers = (0..<2).map { set in
      (0..<192).map { TestNumbers.uniform(UInt32(set), $0) * ($0 == 7 ? 1e6 : 3) }
    }
    for (set, numbers) in numbers.enumerated() { try parameters.write(numbers, run: set) }
    try rounded.parameters.write([UInt32](repeating: 0x7EAD_7EAD, count: rounded.parameters.count))
    try device.run { rounded.record($0, parameters.whole) }
    for run in 0..<3 {
      let words = try rounded.parameters.read(run: run)
      let halves = words.prefix(96).flatMap { [UInt16(truncatingIfNeeded: $0), UInt16($0 >> 16)] }
      let expected =
        run < 2
        ? numbers[run].map { Float16(max(-65504, min(65504, $0))).bitPattern } : Array(repeating: 0x7EAD, count: 192)
      #expect(halves == expected)
    }
    device.requireNoValidationMessages()
  }

  @Test func wrongProductsAreFoundOut() {
    let right: [Float] = [1, -2, 0.5]
    #expect(DenseKernels.difference(right, right) == 0)
    #expect(DenseKernels.difference(right, [1, -2, 0.501]) > 4e-4)
    #expect(DenseKernels.difference(right, [1, .nan, 0.5]) == .infinity)
    #expect(DenseKernels.difference([1, .nan, 0.5], right) == .infinity)
    #expect(DenseKernels.difference([0, 0, 0], right) == .infinity)
  }

  /// On a device that has them; every kernel is checked before it is used.
  @Test(.enabled(if: (try? Device.all().contains(where: \.hasCooperativeMatrices)) == true))
  func realMatrixUnitsComputeWhatEmulatedOnesDo() throws {
    let harness = PolicyNetworkHarness(
      architecture: try PolicyNetworkTests.separate(),
      profile: DeviceProfile(loads: .storage, matrixMultiply: .cooperative, stateLayout: .structureOfArrays),
      precision: .mixed, counts: [(all: 150, acting: 90)])
    expectNear(try harness.pass(runs: [0], chunk: 256), try emulated(harness).pass(runs: [0], chunk: 256), 2e-3)
  }

  private func emulated(_ harness: PolicyNetworkHarness) -> PolicyNetworkHarness {
    var emulated = PolicyNetworkHarness(
      architecture: harness.architecture, profile: .matrixUnits, precision: .mixed, counts: harness.counts)
    (emulated.splits, emulated.wideActions, emulated.wideRows) = (harness.splits, harness.wideActions, harness.wideRows)
    return emulated
  }

  /// Parts of layers, in columns and rows, are where the other families have them.
  @Test func matrixUnitsKnowWideActions() throws {
    let architecture = try NetworkArchitecture(
      inputs: 37, actions: 45, trunk: [24], actor: [16], critic: [13], activation: .tanh)
    var harness = PolicyNetworkHarness(
      architecture: architecture, profile: .graphics, precision: .mixed,
      counts: [(all: 145, acting: 120), (all: 133, acting: 133)])
    (harness.splits, harness.wideActions, harness.wideRows) = (2, 5..<43, [70, 0])
    expectNear(try harness.pass(runs: [0, 1], chunk: 256), try emulated(harness).pass(runs: [0, 1], chunk: 256), 2e-3)
  }

  /// The bias of a GRU's candidate is apart from its weights.
  @Test func matrixUnitsKnowRecurrentLayers() throws {
    func pass(_ profile: DeviceProfile, _ precision: Precision) throws -> [[Float]] {
      var harness = RecurrentNetworkHarness(
        architecture: try NetworkArchitecture(
          inputs: 21, actions: 7, trunk: [16], gru: 24, actor: [8], critic: [8], activation: .relu),
        profile: profile, sequences: 5, steps: 6)
      harness.precision = precision
      let result = try harness.pass(runs: [0])
      return [result.logits[0], result.values[0], result.gradients[0]]
    }
    let exact = try pass(.graphics, .float32)
    for profile in [DeviceProfile.graphics, .matrixUnits] {
      for (exact, mixed) in zip(exact, try pass(profile, .mixed)) {
        let error = DenseKernels.difference(exact, mixed)
        #expect(error > 0 && error < 5e-3, "\(profile): \(error)")
      }
    }
  }

  private func expectNear(_ a: PolicyNetworkHarness.Result, _ b: PolicyNetworkHarness.Result, _ tolerance: Float) {
    for part in [\PolicyNetworkHarness.Result.logits, \.values, \.gradients] {
      for (a, b) in zip(a[keyPath: part], b[keyPath: part]) {
        #expect(
          DenseKernels.difference(PolicyNetworkHarness.Result.floats(a), PolicyNetworkHarness.Result.floats(b))
            < tolerance)
      }
    }
  }
}
