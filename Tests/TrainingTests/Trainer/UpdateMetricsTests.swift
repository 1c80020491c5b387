// The metrics of an update, computed again from the buffers that the update left behind.
import CShaders
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct UpdateMetricsTests {
  /// What one update left in the rollout buffers of a run.
  struct Rollout {
    let rewards, values, advantages: [Double]
    let dones: [Bool]

    init(_ trainer: Trainer, run: Int) throws {
      let buffers = trainer.parts.buffers
      rewards = try doubles(buffers.transitions.rewards.read(run: run))
      values = try doubles(buffers.values.read(run: run))
      advantages = try doubles(buffers.advantages.read(run: run))
      dones = try buffers.transitions.dones.read(run: run).map { $0 != 0 }
    }
  }

  @Test func episodesAndAdvantagesAreThoseOfTheRollout() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=2")
    let shape = trainer.shape
    var open = (0..<2).map { _ in
      (0..<shape.environments).map { _ in TrackEpisodes(openReturn: 0, openLength: 0, rewards: [], dones: []) }
    }
    var ended = 0
    for _ in 0..<3 {
      let metrics = try trainer.train(updates: 1)[0]
      for run in 0..<2 {
        let rollout = try Rollout(trainer, run: run)
        let h = trainer.runs[run].hyperparameters
        let gae = ComputeGAE(
          steps: shape.steps, environments: shape.environments, agents: shape.agents, gamma: h.gamma,
          lambda: h.gaeLambda)
        let expected = gae.advantages(rewards: rollout.rewards, dones: rollout.dones, values: rollout.values)
        #expect(zip(rollout.advantages, expected).allSatisfy { abs($0 - $1) < 1e-5 })

        open[run] = open[run].enumerated().map { n, before in
          TrackEpisodes(
            openReturn: before.openReturn, openLength: before.openLength,
            rewards: (0..<shape.steps).map { t in
              Array(rollout.rewards.dropFirst((t * shape.environments + n) * shape.agents).prefix(shape.agents))
            }, dones: (0..<shape.steps).map { rollout.dones[$0 * shape.environments + n] })
        }
        let episodes = open[run].map(\.episodes).reduce(0, +)
        ended += Int(episodes)
        #expect(metrics[run].episodes == Int(episodes))
        if episodes > 0 {
          #expect(agree(metrics[run].episodeReturn ?? .nan, open[run].map(\.returns).reduce(0, +) / episodes))
          #expect(agree(metrics[run].episodeLength ?? .nan, open[run].map(\.lengths).reduce(0, +) / episodes))
        } else {
          #expect(metrics[run].episodeReturn == nil && metrics[run].episodeLength == nil)
        }
      }
    }
    #expect(ended > 5)
    device.requireNoValidationMessages()
  }

  @Test func explainedVarianceIsThatOfTheRollout() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=2")
    for _ in 0..<3 {
      let metrics = try trainer.train(updates: 1)[0]
      for run in 0..<2 {
        let rollout = try Rollout(trainer, run: run)
        let targets = zip(rollout.advantages, rollout.values).map(+)
        func variance(_ numbers: [Double]) -> Double {
          let mean = numbers.reduce(0, +) / Double(numbers.count)
          return numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(numbers.count)
        }
        let expected = 1 - variance(rollout.advantages) / variance(targets)
        #expect(agree(metrics[run].explainedVariance ?? .nan, expected, within: 1e-3))
      }
    }
    device.requireNoValidationMessages()
  }

  /// With one minibatch the policy is still the one that played: the losses follow from the rollout alone.
  @Test func lossesOfOneMinibatchFollowFromTheRollout() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=2", "epochs=1", "minibatches=1", "entropy_coefficient=0.3")
    for _ in 0..<2 {
      let metrics = try trainer.train(updates: 1)[0]
      for run in 0..<2 {
        let rollout = try Rollout(trainer, run: run)
        let count = Double(rollout.advantages.count)
        let valueLoss = 0.5 * rollout.advantages.map { $0 * $0 }.reduce(0, +) / count
        let entropy = try Self.entropies(trainer, run: run).reduce(0, +) / count
        #expect(agree(metrics[run].valueLoss, valueLoss))
        #expect(agree(metrics[run].entropy, entropy))
        // Normalised advantages have the mean 0.
        #expect(abs(metrics[run].policyLoss) < 1e-6)
        #expect(agree(metrics[run].totalLoss, 0.5 * valueLoss - 0.3 * entropy))
      }
    }
    device.requireNoValidationMessages()
  }

  /// Entropy of every acting row of the last chunk.
  static func entropies(_ trainer: Trainer, run: Int) throws -> [Double] {
    let (parts, shape) = (trainer.parts, trainer.shape)
    let acting = Int(try parts.chunk.rowCounts.read(run: run)[1])
    let indices = try parts.chunk.rowIndices.read(run: run)
    let (logits, masks) = try (parts.network.logits.read(run: run), parts.buffers.transitions.legalMasks.read(run: run))
    return (0..<acting).map { i in
      let mask = masks.dropFirst(Int(indices[i]) * shape.maskWords).prefix(shape.maskWords)
      let legal = Set(trainer.environment.legalActions(inMask: mask))
      let row = logits.dropFirst(i * parts.network.logitPitch).prefix(shape.actions)
      return MaskedSoftmax(doubles(Array(row)), legal: (0..<shape.actions).map { legal.contains($0) }).entropy
    }
  }
}
