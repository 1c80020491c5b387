// In the first minibatch of the first epoch the policy is the one that played: every ratio is 1.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct FirstMinibatchTests {
  static let onePass = ["seeds=2", "epochs=1", "minibatches=1"]

  @Test(arguments: [DeviceProfile.software, .graphics, .matrixUnits], ["float32", "mixed"])
  func theLearnerComputesTheLogProbabilitiesAndValuesOfTheRollout(profile: DeviceProfile, precision: String) throws {
    let device = try TestDevice.make(profile: profile)
    let configuration = try tinyConfiguration(Self.onePass + ["precision=\(precision)"])
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    for _ in 0..<3 {
      let metrics = try trainer.train(updates: 1)[0]
      #expect(metrics.allSatisfy { abs($0.approximateKL) < 1e-6 && $0.clipFraction == 0 })
      for run in 0..<2 { try Self.expectOldPolicy(trainer, run: run) }
    }
    device.requireNoValidationMessages()
  }

  /// The workspace still holds the logits and values that the loss read; the rollout's are from before.
  static func expectOldPolicy(_ trainer: Trainer, run: Int) throws {
    // One seat of two is on turn.
    #expect(try trainer.parts.chunk.rowCounts.read(run: run)[1] == UInt32(trainer.shape.rows / 2))
    try expectLogProbabilities(trainer, run: run)
  }

  static func expectLogProbabilities(_ trainer: Trainer, run: Int) throws {
    let (parts, shape) = (trainer.parts, trainer.shape)
    let buffers = parts.buffers
    let counts = try parts.chunk.rowCounts.read(run: run)
    let indices = try parts.chunk.rowIndices.read(run: run).prefix(shape.rows).map(Int.init)
    let (logits, outputs) = try (parts.network.logits.read(run: run), parts.network.values.read(run: run))
    let (masks, actions) = try (buffers.transitions.legalMasks.read(run: run), buffers.actions.read(run: run))
    let (logProbabilities, values) = try (buffers.logProbabilities.read(run: run), buffers.values.read(run: run))
    #expect(counts[0] == UInt32(shape.rows) && indices.sorted() == Array(0..<shape.rows))
    for (i, row) in indices.enumerated() {
      #expect(outputs[i * parts.network.valuePitch].bitPattern == values[row].bitPattern)
      guard i < Int(counts[1]) else {
        #expect(logProbabilities[row].bitPattern == 0)
        continue
      }
      let pitch = parts.network.logitPitch
      let softmax = MaskedSoftmax(
        doubles(Array(logits[i * pitch..<i * pitch + shape.actions])),
        legal: (0..<shape.actions).map { masks[row * shape.maskWords + $0 / 32] >> UInt32($0 % 32) & 1 == 1 })
      #expect(agree(logProbabilities[row], softmax.logProbabilities[Int(actions[row])], within: 1e-6))
    }
  }

  /// As long as the parameters hardly move, that holds for every minibatch of every epoch, in any order of rows.
  @Test func ratiosStayOneInEveryMinibatchWhereNothingIsLearned() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=2", "epochs=3", "minibatches=4", "learning_rate=1e-12")
    for metrics in try trainer.train(updates: 2).joined() {
      #expect(abs(metrics.approximateKL) < 1e-6 && metrics.clipFraction == 0)
    }
    device.requireNoValidationMessages()
  }
}
