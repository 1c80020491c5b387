// Hidden states through a training: carried, reset where episodes end, replayed, resumed.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Networks
@testable import Training

@Suite(.serialized) struct RecurrentTrainingTests {
  static let network = "network={trunk: [8], gru: 12, actor: [8], critic: [], activation: tanh}"

  static func trainer(
    _ device: Device, _ overrides: String..., windowLimit: Int = .max, run: Int? = nil
  ) throws -> Trainer {
    let configuration = try tinyConfiguration([network] + overrides)
    let runs = run.map { [configuration.runs[$0]] } ?? configuration.runs
    return try Trainer(configuration: configuration, runs: runs, device: device, windowLimit: windowLimit)
  }

  /// A rollout, step by step in float64: hidden states begin where the rollout before ended, are 0 after the end of an
  /// episode and only then, and the observation behind the last step does not take them further.
  @Test(arguments: TestDevice.profiles)
  func rolloutsAreThoseOfTheTwin(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let trainer = try Self.trainer(device, "seeds=2", "rollout_length=12", "epochs=1", "minibatches=1")
    let (shape, parts) = (trainer.shape, trainer.parts)
    let states = try #require(parts.chunk.sequences?.states)
    let (width, actors) = (12, shape.rowsPerStep)
    var ended = 0
    for update in 0..<3 {
      let before = try (0..<2).map { try Self.rows(states, run: $0, width: width) }
      if update > 0 { #expect(before[0].contains { $0.contains { $0 != 0 } }) }
      let parameters = try (0..<2).map { try trainer.parameters(run: $0) }
      let metrics = try trainer.train(updates: 1)[0]
      for run in 0..<2 {
        // Every ratio of the only minibatch is 1, from states that are not 0.
        #expect(abs(metrics[run].approximateKL) < 1e-6 && metrics[run].clipFraction == 0)
        let first = try #require(parts.chunk.sequences?.firstStates)
        #expect(try Self.rows(first, run: run, width: width) == before[run])
        let dones = try parts.buffers.transitions.dones.read(run: run).map { $0 != 0 }
        ended += dones.count { $0 }
        let resets = (0..<(shape.steps + 1) * actors).map { row in
          row >= actors && dones[(row / actors - 1) * shape.environments + row % actors / shape.agents]
        }
        let twin = PolicyNetworkTwin(trainer.architecture, parameters: doubles(parameters[run]))
        let outputs = twin.forward(
          try trainer.observedFeatures(run: run),
          GRULayer.Sequences(firstStates: before[run].map(doubles), resets: resets))
        let (values, logProbabilities) = try (
          parts.buffers.values.read(run: run), parts.buffers.logProbabilities.read(run: run)
        )
        let (masks, actions) = try (
          parts.buffers.transitions.legalMasks.read(run: run), parts.buffers.actions.read(run: run)
        )
        for row in 0..<(shape.steps + 1) * actors { #expect(agree(values[row], outputs.values[row], within: 1e-5)) }
        for row in 0..<shape.steps * actors {
          let mask = masks.dropFirst(row * shape.maskWords).prefix(shape.maskWords)
          let legal = Set(trainer.environment.legalActions(inMask: mask))
          guard legal.count > 1 else {
            #expect(logProbabilities[row] == 0)
            continue
          }
          let softmax = MaskedSoftmax(outputs.logits[row], legal: (0..<shape.actions).map { legal.contains($0) })
          #expect(agree(logProbabilities[row], softmax.logProbabilities[Int(actions[row])], within: 1e-5))
        }
        let after = try Self.rows(states, run: run, width: width)
        for actor in 0..<actors {
          let expected = outputs.recurrent[shape.steps * actors + actor].previous
          #expect(zip(after[actor], expected).allSatisfy { agree($0, $1, within: 1e-5) })
        }
      }
    }
    #expect(ended > 10)
    device.requireNoValidationMessages()
  }

  /// As long as the parameters hardly move, ratios are 1 in every minibatch of every epoch.
  @Test func ratiosStayOneInEveryMinibatchWhereNothingIsLearned() throws {
    let device = try TestDevice.make()
    let trainer = try Self.trainer(device, "seeds=2", "epochs=3", "minibatches=4", "learning_rate=1e-12")
    for metrics in try trainer.train(updates: 3).joined() {
      #expect(abs(metrics.approximateKL) < 1e-6 && metrics.clipFraction == 0)
    }
    device.requireNoValidationMessages()
  }

  /// Minibatches of several chunks, the last of them shorter: whole sequences, each once per epoch.
  @Test func chunksHoldWholeSequencesOfPermutedActors() throws {
    let device = try TestDevice.make()
    let trainer = try Self.trainer(
      device, "environments=25", "rollout_length=150", "minibatches=2", "total_env_steps=3750", "seeds=[3]")
    let (shape, chunk) = (trainer.shape, trainer.parts.chunk)
    #expect(shape.minibatchChunks.map(\.count) == [1800, 1800, 150])
    #expect(shape.minibatchChunks.map(\.splitRow) == [0, 1920, 3840])
    try trainer.train(updates: 1)
    let dones = try trainer.parts.buffers.transitions.dones.read(run: 0)
    for epoch in 0..<2 {
      // The update that is done counts as 1 now.
      let permutation = RowPermutation(count: 50, seed: 3, update: 1, epoch: epoch)
      var actors: [Int] = []
      for minibatch in 0..<2 {
        for part in shape.minibatchChunks {
          try device.run {
            _ = chunk.recordMinibatchRows($0, runs: 0..<1, epoch: epoch, minibatch: minibatch, part: part)
          }
          let indices = try chunk.rowIndices.read(run: 0).prefix(part.count).map(Int.init)
          let resets = try #require(chunk.sequences).resets.read(run: 0)
          let sequences = part.count / 150
          let expected = (0..<sequences).map { permutation[minibatch * 25 + part.first + $0] }
          for (i, row) in indices.enumerated() {
            let (t, actor) = (i / sequences, expected[i % sequences])
            #expect(row == t * 50 + actor)
            #expect((resets[i] != 0) == (t > 0 && dones[max(t - 1, 0) * 25 + actor / 2] != 0))
          }
          #expect(try chunk.rowCounts.read(run: 0).prefix(2) == [UInt32(part.count), UInt32(part.count)])
          actors += expected
        }
      }
      #expect(actors.sorted() == Array(0..<50))
    }
    #expect(dones.contains(1))
    device.requireNoValidationMessages()
  }

  @Test(arguments: [DeviceProfile.graphics] + TestDevice.profiles.suffix(1))
  func aRunGivesTheSameBytesAloneInWindowsAndAmongOthers(profile: DeviceProfile) throws {
    func train(run: Int? = nil, windowLimit: Int = .max) throws -> (Trainer, [[RunMetrics]]) {
      let device = try TestDevice.make(profile: profile)
      let trainer = try Self.trainer(
        device, "seeds=3", "sweep.gamma=[0.9, 0.99]", windowLimit: windowLimit, run: run)
      let metrics = try trainer.train(updates: 3)
      device.requireNoValidationMessages()
      return (trainer, metrics)
    }
    let (together, metrics) = try train()
    let (parted, partedMetrics) = try train(windowLimit: 4)
    #expect(partedMetrics.map { $0.map(\.json) } == metrics.map { $0.map(\.json) })
    for run in 0..<6 { #expect(try parted.state(run: run) == together.state(run: run)) }
    for run in [0, 5] {
      let (alone, aloneMetrics) = try train(run: run)
      #expect(try alone.state(run: 0) == together.state(run: run))
      #expect(aloneMetrics.map { $0[0].json } == metrics.map { $0[run].json })
    }
  }

  @Test func aResumedTrainingGivesTheSameBytes() throws {
    let device = try TestDevice.make()
    let whole = try Self.trainer(device, "seeds=2")
    let firstHalf = try Self.trainer(device, "seeds=2")
    let secondHalf = try Self.trainer(try TestDevice.make(), "seeds=2")
    let expected = try whole.train(updates: 4)
    try firstHalf.train(updates: 2)
    #expect(firstHalf.persistentBuffers.contains { $0.name == "hidden_states" })
    for (source, target) in zip(firstHalf.persistentBuffers, secondHalf.persistentBuffers) {
      var bytes = [UInt8](repeating: 0, count: source.byteCount)
      try bytes.withUnsafeMutableBytes { try source.readBytes(0..<source.byteCount, into: $0) }
      try bytes.withUnsafeBytes { try target.writeBytes($0) }
    }
    secondHalf.didRestore(updates: 2)
    #expect(try secondHalf.train(updates: 2) == Array(expected[2...]))
    for run in 0..<2 { #expect(try secondHalf.state(run: run) == whole.state(run: run)) }
    device.requireNoValidationMessages()
  }

  @Test(arguments: ["{name: hanabi, preset: tiny}", "{name: overcooked}", "{name: yokai}"])
  func everyProfileTrainsTheSame(environment: String) throws {
    expectSameTraining(
      try TestDevice.profiles.map { profile in
        let device = try TestDevice.make(profile: profile)
        let metrics = try Self.trainer(device, "seeds=2", "environment=\(environment)").train(updates: 2)
        device.requireNoValidationMessages()
        return metrics.flatMap { $0 }
      })
  }

  /// First layers on lists, wide actions, a GRU without a trunk.
  @Test(arguments: ["{name: overcooked}", "{name: yokai}"])
  func gamesWithListsAndWideActionsTrain(environment: String) throws {
    let device = try TestDevice.make()
    let trainer = try Self.trainer(
      device, "environment=\(environment)", "environments=3", "rollout_length=4", "minibatches=1",
      "total_env_steps=120", "network={trunk: [], gru: 8, actor: [], critic: [], activation: relu}")
    let metrics = try trainer.train(updates: 2)
    #expect(metrics.allSatisfy { $0[0].firstNotFinite == nil && $0[0].entropy > 0 })
    #expect(abs(metrics[0][0].approximateKL) < 0.1)
    device.requireNoValidationMessages()
  }

  // MARK: Reading

  /// Hidden states of all actors, without padding.
  private static func rows(_ states: Buffer<Float>, run: Int, width: Int) throws -> [[Float]] {
    let (padded, all) = (ParameterLayout.padded(width), try states.read(run: run))
    return stride(from: 0, to: all.count, by: padded).map { Array(all[$0..<$0 + width]) }
  }
}
