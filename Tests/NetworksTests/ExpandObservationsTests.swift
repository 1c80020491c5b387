import TestSupport
import Testing
import VulkanCompute

@testable import Networks

/// Packed observations of one bit per feature become float32 rows; everything else stays as it was.
@Suite struct ExpandObservationsTests {
  @Test(arguments: TestDevice.profiles, [1, 31, 37, 64])
  func writesTheChosenRowsAndNoOthers(profile: DeviceProfile, features: Int) throws {
    let guardWord: UInt32 = 0x7FC0_DEAD
    let (dispatchRows, counts, offset, observationRows) = (41, [33, 0, 44], 5, 50)
    let words = (features + 31) / 32
    let device = try TestDevice.make(profile: profile)
    let table = BufferTable(device: device)
    let network = try PolicyNetwork(
      architecture: NetworkArchitecture(
        inputs: features, actions: 2, trunk: [], actor: [], critic: [], activation: .relu),
      observation: .bits(words: words), device: device,
      table: table, windowRuns: counts.count + 1, rowCapacity: 45, training: false)
    func register(_ name: String, _ count: Int) -> Buffer<UInt32> {
      table.register(name, of: UInt32.self, runs: counts.count, perRun: [("count", count)], persistence: .scratch)
    }
    let observations = register("observations", observationRows * words)
    let indices = register("row_indices", offset + dispatchRows)
    let (rowCounts, policyIndices) = (register("row_counts", 2), register("policy_indices", 1))
    let parameters = table.register(
      "parameters", of: Float.self, runs: 1, perRun: [("P", network.layout.count)], persistence: .scratch)
    try table.allocate()

    func index(_ run: Int, _ row: Int) -> Int { (row * 3 + run) % observationRows }
    let packed = counts.indices.map { TestNumbers.words(UInt32($0), count: observationRows * words) }
    for (run, count) in counts.enumerated() {
      try observations.write(packed[run], run: run)
      try indices.write((0..<offset).map { _ in 0 } + (0..<dispatchRows).map { UInt32(index(run, $0)) }, run: run)
      try rowCounts.write([UInt32(count), 0], run: run)
    }
    let inputs = network.inputsBuffer
    try inputs.write([Float](repeating: Float(bitPattern: guardWord), count: inputs.count))

    let window = counts.indices
    try device.run { recorder in
      try network.forward(
        recorder,
        rows: Rows(
          runs: counts.count, count: dispatchRows, counts: RunWindow(rowCounts, runs: window),
          observations: Observations(RunWindow(observations, runs: window)), indices: RunWindow(indices, runs: window),
          indexOffset: offset),
        policies: [Policies(parameters.whole, indices: RunWindow(policyIndices, runs: window))])
    }

    let width = ParameterLayout.padded(features)
    var wrong = 0
    for (position, value) in try inputs.read().enumerated() {
      let (run, inside) = position.quotientAndRemainder(dividingBy: inputs.runStride)
      let (row, feature) = inside.quotientAndRemainder(dividingBy: width)
      let expected: UInt32
      if run >= counts.count || row >= min(counts[run], dispatchRows) {
        expected = guardWord
      } else if feature >= features {
        expected = Float(0).bitPattern
      } else {
        let word = packed[run][index(run, row) * words + feature / 32]
        expected = Float(word >> UInt32(feature % 32) & 1).bitPattern
      }
      wrong += value.bitPattern == expected ? 0 : 1
    }
    #expect(wrong == 0)
    device.requireNoValidationMessages()
  }
}
