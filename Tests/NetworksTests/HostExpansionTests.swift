// The host's expansion of packed observations: the same bytes as the game's own text in GLSL.
import CHostLayers
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Networks

@Suite struct HostExpansionTests {
  static let variants = EnvironmentVariant.all.filter { (try? $0.make())?.observationBits != nil }

  @Test(arguments: variants)
  func expandsWhatKernelsExpand(variant: EnvironmentVariant) throws {
    let environment = try variant.make()
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [5], environments: 6, device: device)
    var bits = HostObservationBits(
      try #require(environment.observationBits), features: environment.observationFeatureCount,
      words: environment.observationWordCount)
    let rows = 6 * environment.agentCount
    let columns = ParameterLayout.padded(environment.observationFeatureCount)
    let indices = (0..<rows).map { UInt32(($0 * 5 + 1) % rows) }  // some rows twice, some not at all
    for step in 0..<25 {
      try play.chooseRandomly()
      try play.step()
      try play.resetWhereDone()
      try play.observe()
      guard step % 6 == 0 else { continue }
      var inputs = [Float](repeating: .nan, count: rows * columns + 1)
      host_expand_observations(&bits, try play.packedObservations(), indices, rows, &inputs, columns)
      let expected = try play.observations()
      for (row, index) in indices.enumerated() {
        let found = Array(inputs[row * columns..<(row + 1) * columns])
        #expect(found.prefix(expected[Int(index)].count).map(\.bitPattern) == expected[Int(index)].map(\.bitPattern))
        #expect(found.dropFirst(expected[Int(index)].count).allSatisfy { $0 == 0 })
      }
      #expect(inputs[rows * columns].isNaN)
    }
    device.requireNoValidationMessages()
  }

  /// Only a list of the static kind may be missing here.
  @Test func everyDenseGameCanBeExpandedByTheHost() throws {
    for variant in EnvironmentVariant.all {
      let environment = try variant.make()
      #expect(environment.observationBits != nil || environment.observationList != nil, "\(variant)")
    }
  }
}
