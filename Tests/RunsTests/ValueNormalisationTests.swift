// Trainings that normalise values hand on policies whose values are in units of rewards.
import Configuration
import Foundation
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Runs

@Suite struct ValueNormalisationTests {
  @Test func policiesOutsideOfTheTrainingHaveValuesInUnitsOfRewards() throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.make()
    func configuration(_ overrides: String...) throws -> TrainingConfiguration {
      try TrainingConfiguration(
        yaml: """
          environment: {name: levers}
          seeds: 2
          environments: 8
          rollout_length: 4
          total_env_steps: 128
          minibatches: 1
          network: {trunk: [8], actor: [8], critic: [8]}
          """, file: "levers.yaml", overrides: overrides)
    }
    let session = try TrainingSession.begin(
      configuration("value_normalisation=true"), in: folder.file("a"), devices: [device])
    try session.run()
    let trained = try TrainedRuns(folder.file("a"))
    let checkpoint = try #require(try CheckpointFolder(folder.file("a/checkpoints")).latest())
    let progress: [UInt32] = try checkpoint.state.read("progress")
    let (layout, block) = (trained.layout, progress.count / 2)
    for run in 0..<2 {
      let raw = try session.trainer.parameters(run: run)
      let moments = try #require(ValueMoments(progress: progress[run * block..<(run + 1) * block]))
      #expect(moments.mean > 0 && moments.scale != 1)
      #expect(trained.parameters[run] != raw)
      #expect(trained.parameters[run] == moments.applied(to: raw, of: layout))
    }
    // Another training that begins with them begins with values in units of rewards, by whatever moments.
    let next = try TrainingSession.begin(
      configuration("init_from=\(folder.file("a").path):1", "value_normalisation=true"), in: folder.file("b"),
      devices: [device])
    #expect(try next.trainer.parameters(run: 0) == trained.parameters[1])
    device.requireNoValidationMessages()
  }
}
