// The host's expansion of packed observations: the same bytes as the game's own text in GLSL.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite(.serialized) struct HostExpansionTests {
  static let variants = EnvironmentVariant.all.filter { (try? $0.make())?.observationExpansion != nil }

  /// Float32, and the same rounded to bfloat16.
  @Test(.enabled(if: TestDevice.profiles.contains(.host)), arguments: variants, [false, true])
  func expandsWhatKernelsExpand(variant: EnvironmentVariant, rounds: Bool) throws {
    let environment = try variant.make()
    let device = try TestDevice.make(profile: .host)
    let play = try EnvironmentPlay(environment, seeds: [5], environments: 6, device: device)
    let rows = 6 * environment.agentCount
    let columns = ParameterLayout.padded(environment.observationFeatureCount)
    let indices = (0..<rows).map { UInt32(($0 * 5 + 1) % rows) }  // some rows twice, some not at all
    let operation = try device.operation(
      "Network/expand_observations.comp",
      macros: rounds ? environment.macros.merging(["ROUNDED_INPUTS": "1"]) { $1 } : environment.macros,
      includes: ["ENVIRONMENT_OBSERVATION": environment.observationInclude],
      host: environment.observationExpansion)
    let indexBuffer = try GuardedBuffer("row_indices", on: device, count: rows, values: [indices])
    let counts = try GuardedBuffer("row_counts", on: device, count: 1, values: [[UInt32(rows)]])
    for step in 0..<25 {
      try play.chooseRandomly()
      try play.step()
      try play.resetWhereDone()
      try play.observe()
      guard step % 6 == 0 else { continue }
      let packed = try play.packedObservations()
      let observations = try GuardedBuffer("observations", on: device, count: packed.count, values: [packed])
      let inputs = try GuardedBuffer<UInt32>("inputs", on: device, runs: 1, count: rows * columns / (rounds ? 2 : 1))
      var push = ExpandDispatch()
      push.rows = UInt32(rows)
      push.features = UInt32(environment.observationFeatureCount)
      push.padded_features = UInt32(columns)
      push.observation_words = UInt32(environment.observationWordCount)
      let bound = operation.bind(
        [
          "observations": observations.window, "row_indices": indexBuffer.window, "row_counts": counts.window,
          "inputs": inputs.window,
        ], push: push, over: .items(rows, invocations: columns / 8, runs: 1))
      #expect(bound.onHost != nil)
      try device.run { $0.perform(bound) }
      let words = try inputs.read()[0]
      let found = rounds ? words.flatMap { [$0 << 16, $0 & 0xFFFF_0000] } : words
      let expected = try play.observations().map { row in
        row.map { rounds ? Float(HostMixedPrecisionTests.rounded(Double($0))).bitPattern : $0.bitPattern }
      }
      for (row, index) in indices.enumerated() {
        let found = Array(found[row * columns..<(row + 1) * columns])
        #expect(Array(found.prefix(expected[Int(index)].count)) == expected[Int(index)])
        #expect(found.dropFirst(expected[Int(index)].count).allSatisfy { $0 == 0 })
      }
    }
    device.requireNoValidationMessages()
  }

  /// Or it has a list; but for OvercookedV2's feature vector, which its kernel computes from the packed kitchen: it is
  /// correct there, too, with a hand-over more.
  @Test func everyDenseGameCanBeExpandedByTheHost() throws {
    let without = try EnvironmentVariant.all.filter { variant in
      let environment = try variant.make()
      return environment.observationExpansion == nil && environment.observationList == nil
    }
    #expect(without.allSatisfy { "\($0)".contains("featurized") }, "\(without)")
  }
}
