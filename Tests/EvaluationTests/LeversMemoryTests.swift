// What a recurrent policy can do and a feed-forward one cannot, on the smallest game: three levers, a cue in the first of
// three rounds, pay in the last.
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Evaluation
@testable import Training

@Suite(.serialized) struct LeversMemoryTests {
  /// Mean sampled self-play of 3 seeds, 1,000 games each.
  private func selfPlay(gru: String) throws -> Double {
    let device = try TestDevice.make(validation: .off)
    let configuration = try TrainingConfiguration(
      yaml: """
        environment: {name: levers, levers: 3, rounds: 3, cue: true}
        seeds: 3
        entropy_coefficient: 0.01
        environments: 128
        rollout_length: 12
        total_env_steps: 61_440
        epochs: 4
        minibatches: 4
        learning_rate: 0.005
        anneal_learning_rate: true
        network: {trunk: [16], gru: \(gru), actor: [16], critic: [16]}
        evaluation: {games: 1000, modes: [sampled]}
        """, file: "levers.yaml")
    let evaluation = try trainAndEvaluate(configuration, device: device)
    return try #require(evaluation.summary.configurations[0].modes[0].selfPlay?.mean)
  }

  @Test func aGRUCarriesTheCueToTheLastRound() throws { #expect(try selfPlay(gru: "16") > 0.9) }

  /// No more than 1/3, the part of the episodes in which the cue is the lever of one's convention: over 3,000 games a
  /// standard deviation of 0.009. Chance would be 1/9.
  @Test func withoutMemoryAConventionIsTheMost() throws {
    let found = try selfPlay(gru: "null")
    #expect(abs(found - 1.0 / 3) < 0.05)
  }
}
