// The same configuration gives the same bytes, in one piece or resumed.
import TestSupport
import Testing
import VulkanCompute

@testable import Training

@Suite(.serialized) struct DeterminismTests {
  @Test func twoTrainingsGiveTheSameBytes() throws {
    let device = try TestDevice.make()
    let (first, second) = try (tinyTrainer(device, "seeds=2"), tinyTrainer(try TestDevice.make(), "seeds=2"))
    #expect(try first.train(updates: 3) == second.train(updates: 3))
    for run in 0..<2 {
      #expect(try first.weightHash(run: run) == second.weightHash(run: run))
      #expect(try first.state(run: run) == second.state(run: run))
    }
    device.requireNoValidationMessages()
  }

  @Test func submittingAheadOfTheHostChangesNothing() throws {
    let device = try TestDevice.make()
    let (stepwise, ahead) = try (tinyTrainer(device), tinyTrainer(device))
    let expected = try stepwise.train(updates: 4)
    var found: [[RunMetrics]] = []
    for _ in 0..<4 {
      if let metrics = try ahead.submitUpdate() { found.append(metrics) }
    }
    if let metrics = try ahead.finishUpdate() { found.append(metrics) }
    #expect(found == expected)
    #expect(found.map { $0[0].update } == [1, 2, 3, 4])
    #expect(try ahead.state(run: 0) == stepwise.state(run: 0))
    device.requireNoValidationMessages()
  }

  @Test func seedsGiveDifferentTrainings() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=[0, 1, 2, 4294967296]")
    let before = try (0..<4).map { try trainer.weightHash(run: $0) }
    let metrics = try trainer.train(updates: 1)
    #expect(Set(before).count == 4)
    #expect(Set(try (0..<4).map { try trainer.weightHash(run: $0) }).union(before).count == 8)
    #expect(Set(metrics[0].map(\.valueLoss)).count == 4)
    let actions = try (0..<4).map { try trainer.parts.buffers.actions.read(run: $0) }
    #expect(Set(actions).count == 4)
    device.requireNoValidationMessages()
  }

  /// Ways to learn, and the learning rate of the third of five updates.
  static let resumed: [(overrides: [String], rate: Double)] = [
    (["sweep.entropy_coefficient=[0.2]"], 0.005),
    (["sweep={entropy_coefficient: [0.2], final_entropy_coefficient: [0.01]}", "anneal_learning_rate=true"], 0.003),
    (
      [
        "advantage_normalisation=batch", "value_clipping=false", "learning_rate_schedule=cosine",
        "learning_rate_warmup=0.2", "entropy_schedule=[[0, 1], [0.5, 3]]",
      ], 0.00426776695
    ),
    (["advantage_normalisation=none", "value_normalisation=true"], 0.005),
  ]

  @Test(arguments: resumed)
  func aResumedTrainingGivesTheSameBytes(way: (overrides: [String], rate: Double)) throws {
    func trainer(_ device: Device) throws -> Trainer {
      let configuration = try tinyConfiguration(["seeds=2", "total_env_steps=160"] + way.overrides)
      return try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    }
    let device = try TestDevice.make()
    let whole = try trainer(device)
    let firstHalf = try trainer(device)
    let secondHalf = try trainer(TestDevice.make())
    let expected = try whole.train(updates: 4)
    try firstHalf.train(updates: 2)
    for (source, target) in zip(firstHalf.persistentBuffers, secondHalf.persistentBuffers) {
      #expect(source.name == target.name)
      var bytes = [UInt8](repeating: 0, count: source.byteCount)
      try bytes.withUnsafeMutableBytes { try source.readBytes(0..<source.byteCount, into: $0) }
      try bytes.withUnsafeBytes { try target.writeBytes($0) }
    }
    secondHalf.didRestore(updates: 2)
    let found = try secondHalf.train(updates: 2)
    #expect(found == Array(expected[2...]))
    #expect(agree(found[0][0].learningRate, way.rate, within: 1e-6))
    #expect(secondHalf.envSteps == whole.envSteps)
    for run in 0..<2 { #expect(try secondHalf.state(run: run) == whole.state(run: run)) }
    device.requireNoValidationMessages()
  }
}
