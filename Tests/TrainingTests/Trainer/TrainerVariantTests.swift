// The same training on every kind of device, under GPU-assisted validation, with staging, and of the largest game.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct TrainerVariantTests {
  /// Dense observations, lists, lists behind a trunk, wide actions.
  static let games: [[String]] = [
    ["environment={name: hanabi, preset: tiny}"],
    ["environment={name: overcooked}", "network={trunk: [], actor: [16], critic: [16], activation: tanh}"],
    ["environment={name: overcooked}"], ["environment={name: yokai}"],
  ]

  @Test(arguments: games, [[], ["other_play=[all]"]])
  func everyProfileTrainsTheSame(game: [String], otherPlay: [String]) throws {
    let overrides = try game + (otherPlay.isEmpty ? [] : [Self.otherPlay(game)])
    expectSameTraining(
      try TestDevice.profiles.map { profile in
        let device = try TestDevice.make(profile: profile)
        let configuration = try tinyConfiguration(["seeds=2"] + overrides)
        let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
        let metrics = try trainer.train(updates: 2)
        device.requireNoValidationMessages()
        return metrics.flatMap { $0 }
      })
  }

  /// Every symmetry that the game has.
  private static func otherPlay(_ game: [String]) throws -> String {
    let families = try tinyConfiguration(game).makeEnvironment().symmetryFamilies
    return "other_play=[\(families.map(\.name).joined(separator: ", "))]"
  }

  @Test func stagedMemoryGivesTheSameBytes() throws {
    let (mapped, staged) = try (
      TestDevice.make(profile: .software), TestDevice.make(profile: .software, forceStaging: true)
    )
    let (expected, found) = try (tinyTrainer(mapped), tinyTrainer(staged))
    #expect(try found.train(updates: 2) == expected.train(updates: 2))
    #expect(try found.state(run: 0) == expected.state(run: 0))
    staged.requireNoValidationMessages()
  }

  /// Every barrier begins a submission.
  @Test(arguments: [DeviceProfile.software, .graphics]) func submissionsInPartsGiveTheSameBytes(profile: DeviceProfile)
    throws
  {
    let (whole, parts) = try (
      TestDevice.make(profile: profile),
      TestDevice.make(profile: profile, submissionBound: SubmissionBound(flops: 1, bytes: 1))
    )
    let (expected, found) = try (tinyTrainer(whole), tinyTrainer(parts))
    #expect(found.commandsPerUpdate.largestSubmissionFlops < expected.commandsPerUpdate.largestSubmissionFlops)
    #expect(found.commandsPerUpdate.dispatches == expected.commandsPerUpdate.dispatches)
    #expect(try found.train(updates: 2) == expected.train(updates: 2))
    #expect(try found.state(run: 0) == expected.state(run: 0))
    parts.requireNoValidationMessages()
  }

  /// With Other-Play, whose kernels do more. Storage buffers throughout: instrumented texel kernels take the software device minutes to compile.
  @Test func noKernelLeavesItsBuffersUnderGPUAssistedValidation() throws {
    let device = try TestDevice.make(validation: .gpuAssisted, profile: .graphics)
    let trainer = try tinyTrainer(
      device, "seeds=2", "environments=3", "rollout_length=2", "epochs=1", "minibatches=2", "total_env_steps=60",
      "network={trunk: [8], actor: [], critic: [], activation: tanh}", "other_play=[colors]")
    let metrics = try trainer.train(updates: 1)
    #expect(metrics[0].allSatisfy { $0.firstNotFinite == nil })
    device.requireNoValidationMessages()
  }

  /// 49 actions: two mask words.
  @Test func fivePlayersOfFullHanabiTrain() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(
      device, "environment.preset=full", "environment.players=5", "environments=3", "rollout_length=4",
      "total_env_steps=120", "minibatches=3")
    #expect(trainer.shape.maskWords == 2 && trainer.shape.agents == 5)
    let metrics = try trainer.train(updates: 2)
    #expect(metrics.allSatisfy { $0[0].firstNotFinite == nil && $0[0].entropy > 0 })
    device.requireNoValidationMessages()
  }

  /// Rows beyond the rollout would be read: 15 sequences in two minibatches of 30 rows.
  @Test func minibatchesThatCutSequencesAreRefused() throws {
    let device = try TestDevice.make()
    let error = #expect(throws: ConfigurationError.self) {
      try tinyTrainer(
        device, "environment.preset=full", "environment.players=5", "environments=3", "rollout_length=4",
        "total_env_steps=120")
    }
    #expect(error?.key == "minibatches")
  }

  /// Minibatches that go through the network in several chunks, acting rows first in each.
  @Test func chunksCoverAMinibatchOfManyRows() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(
      device, "environments=80", "rollout_length=20", "epochs=1", "minibatches=1", "total_env_steps=3200")
    #expect(trainer.shape.chunks(of: trainer.shape.minibatchRows).map(\.count) == [1024, 1024, 1024, 128])
    let metrics = try trainer.train(updates: 1)[0][0]
    #expect(abs(metrics.approximateKL) < 1e-6 && metrics.clipFraction == 0 && abs(metrics.policyLoss) < 1e-6)
    let advantages = try doubles(trainer.parts.buffers.advantages.read(run: 0))
    #expect(agree(metrics.valueLoss, 0.5 * advantages.map { $0 * $0 }.reduce(0, +) / Double(advantages.count)))
    device.requireNoValidationMessages()
  }
}
