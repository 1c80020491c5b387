// Hyper-parameters act on the run that has them.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct HyperparameterTests {
  /// Runs of one launch with the same seed and different overrides.
  static func runs(_ overrides: [String]) throws -> [RunConfiguration] {
    try overrides.map { try tinyConfiguration($0.isEmpty ? [] : [$0]).runs[0] }
  }

  @Test func everyHyperparameterChangesItsRunOnly() throws {
    let device = try TestDevice.make()
    let changes = [
      "", "learning_rate=0.006", "learning_rate_warmup=0.5", "gamma=0.5", "gae_lambda=0.5", "clip_epsilon=0.001",
      "value_coefficient=2",
      "entropy_coefficient=0.5", "max_gradient_norm=0.01", "final_entropy_coefficient=3",
      "adam_beta1=0.5", "adam_beta2=0.5", "adam_epsilon=0.1", "",
    ]
    let configuration = try tinyConfiguration()
    let trainer = try Trainer(configuration: configuration, runs: Self.runs(changes), device: device)
    try trainer.train(updates: 2)
    let hashes = try changes.indices.map { try trainer.weightHash(run: $0) }
    #expect(hashes[changes.count - 1] == hashes[0])
    #expect(Set(hashes).count == changes.count - 1)
    for run in [1, 2, 5, 9] {
      let alone = try Trainer(configuration: configuration, runs: Self.runs([changes[run]]), device: device)
      try alone.train(updates: 2)
      #expect(try alone.weightHash(run: 0) == hashes[run], "\(changes[run])")
    }
    device.requireNoValidationMessages()
  }

  @Test func asTheLearningRateSoTheMovement() throws {
    let device = try TestDevice.make()
    let rates = ["learning_rate=1e-6", "learning_rate=1e-4", "learning_rate=1e-2"]
    let trainer = try Trainer(configuration: tinyConfiguration(), runs: Self.runs(rates), device: device)
    let start = try trainer.parameters(run: 0)
    try trainer.train(updates: 1)
    let moves = try (0..<3).map { run in
      zip(start, try trainer.parameters(run: run)).map { abs($0 - $1) }.max() ?? 0
    }
    // Four Adam steps, each of about the learning rate.
    #expect(moves[0] > 5e-7 && moves[0] < 8e-6)
    #expect(moves[1] > 5e-5 && moves[1] < 8e-4)
    #expect(moves[2] > 5e-3 && moves[2] < 8e-2)
    device.requireNoValidationMessages()
  }

  @Test func aHighEntropyCoefficientKeepsThePolicyRandom() throws {
    let device = try TestDevice.make()
    let coefficients = ["entropy_coefficient=0", "entropy_coefficient=0.1", "entropy_coefficient=10"]
    let configuration = try tinyConfiguration(["learning_rate=0.03"])
    let runs = try coefficients.map { try tinyConfiguration(["learning_rate=0.03", $0]).runs[0] }
    let trainer = try Trainer(configuration: configuration, runs: runs, device: device)
    let entropy = try trainer.train(updates: 15)[14].map(\.entropy)
    #expect(entropy[0] < entropy[1] && entropy[1] < entropy[2])
    #expect(entropy[2] > 1.5 * entropy[0])
    device.requireNoValidationMessages()
  }

  @Test func theEntropyCoefficientOfTheMetricsIsAnnealed() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(
      device, "total_env_steps=128", "sweep={entropy_coefficient: [0.4], final_entropy_coefficient: [0, 0.8]}")
    let coefficients = try trainer.train(updates: 4).map { $0.map(\.entropyCoefficient) }
    #expect(zip(coefficients, [0.4, 0.3, 0.2, 0.1]).allSatisfy { agree($0[0], $1, within: 1e-6) })
    #expect(zip(coefficients, [0.4, 0.5, 0.6, 0.7]).allSatisfy { agree($0[1], $1, within: 1e-6) })
    device.requireNoValidationMessages()
  }

  /// What is annealed to where it starts is the same, bit by bit, as what stays.
  @Test func annealingToTheStartChangesNothing() throws {
    let device = try TestDevice.make()
    let runs = try Self.runs(["entropy_coefficient=0.3", "entropy_coefficient=0.3"])
    let annealed = try tinyConfiguration(["entropy_coefficient=0.3", "final_entropy_coefficient=0.3"]).runs[0]
    let trainer = try Trainer(configuration: tinyConfiguration(), runs: [runs[0], annealed], device: device)
    try trainer.train(updates: 3)
    #expect(try trainer.weightHash(run: 0) == trainer.weightHash(run: 1))
    device.requireNoValidationMessages()
  }

  /// Ways to learn that are those of the default, spelled out, give the same bytes; every other one its own.
  @Test func everyChoiceActsAndTheDefaultIsTheDefault() throws {
    let device = try TestDevice.make()
    func weights(_ overrides: String...) throws -> ContentHash {
      let configuration = try tinyConfiguration(["total_env_steps=128"] + overrides)
      let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
      try trainer.train(updates: 3)
      return try trainer.weightHash(run: 0)
    }
    let usual = try weights()
    #expect(
      try weights(
        "advantage_normalisation=minibatch", "value_clipping=true", "value_normalisation=false",
        "learning_rate_schedule=constant",
        "learning_rate_warmup=0", "entropy_schedule=[[0, 1], [1, 1]]") == usual)
    let choices = [
      "advantage_normalisation=batch", "advantage_normalisation=none", "value_clipping=false",
      "value_normalisation=true",
      "learning_rate_schedule=linear", "learning_rate_schedule=cosine", "learning_rate_warmup=0.5",
      "entropy_schedule=[[0, 1], [0.5, 9]]",
    ]
    #expect(Set(try choices.map { try weights($0) } + [usual]).count == choices.count + 1)
    // The keys of earlier versions are schedules, too.
    #expect(try weights("anneal_learning_rate=true") == weights("learning_rate_schedule=linear"))
    #expect(
      try weights("entropy_coefficient=0.25", "final_entropy_coefficient=0.5")
        == weights("entropy_coefficient=0.25", "entropy_schedule=[[0, 1], [1, 2]]"))
    device.requireNoValidationMessages()
  }

  @Test func theEntropyScheduleMultipliesWhatIsSwept() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(
      device, "total_env_steps=128", "sweep={entropy_coefficient: [0.1, 0.4]}",
      "entropy_schedule=[[0.25, 1], [0.75, 0.5]]")
    let coefficients = try trainer.train(updates: 4).map { $0.map(\.entropyCoefficient) }
    #expect(zip(coefficients, [0.1, 0.1, 0.075, 0.05]).allSatisfy { agree($0[0], $1, within: 1e-6) })
    #expect(zip(coefficients, [0.4, 0.4, 0.3, 0.2]).allSatisfy { agree($0[1], $1, within: 1e-6) })
    device.requireNoValidationMessages()
  }

  @Test func theLearningRateRisesAndThenFollowsItsSchedule() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(
      device, "total_env_steps=128", "learning_rate=0.003", "learning_rate_schedule=cosine",
      "sweep={learning_rate_warmup: [0, 0.5]}")
    let rates = try trainer.train(updates: 4).map { $0.map(\.learningRate) }
    let cosine = [0.003, 0.0025606602, 0.0015, 0.0004393398]
    #expect(zip(rates, cosine).allSatisfy { agree($0[0], $1, within: 1e-6) })
    #expect(zip(rates, [0.001, 0.002, 0.003, 0.0015]).allSatisfy { agree($0[1], $1, within: 1e-6) })
    device.requireNoValidationMessages()
  }

  @Test func theLearningRateOfTheMetricsIsAnnealed() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "anneal_learning_rate=true", "total_env_steps=128", "learning_rate=0.004")
    let rates = try trainer.train(updates: 4).map { $0[0].learningRate }
    #expect(zip(rates, [0.004, 0.003, 0.002, 0.001]).allSatisfy { agree($0, $1, within: 1e-6) })
    #expect(trainer.isFinished)
    device.requireNoValidationMessages()
  }
}
