// The effect that everything here is about, on the smallest game: independent PPO on one-shot levers, from training to
// cross-play. Policies are tables (no hidden layers), 60 updates, 8 seeds each.
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Evaluation
@testable import Training

@Suite(.serialized) struct LeversEntropyTests {
  /// Self-play and cross-play of 8 seeds that trained with this entropy coefficient, 200 games per team.
  private func outcome(
    pay: String, entropyCoefficient: Double, otherPlay: String = "[]"
  ) throws -> [EvaluationMode: (selfPlay: Double, crossPlay: Double)] {
    let device = try TestDevice.make(validation: .off)
    let configuration = try TrainingConfiguration(
      yaml: """
        environment:
          name: levers
          pay: \(pay)
        seeds: 8
        entropy_coefficient: \(entropyCoefficient)
        other_play: \(otherPlay)
        environments: 64
        rollout_length: 2
        total_env_steps: 7680
        epochs: 2
        minibatches: 1
        learning_rate: 0.05
        anneal_learning_rate: true
        network: {trunk: [], actor: [], critic: []}
        evaluation: {games: 200}
        """, file: "levers.yaml")
    let evaluation = try trainAndEvaluate(configuration, device: device)
    let modes = evaluation.summary.configurations[0].modes
    return try Dictionary(
      uniqueKeysWithValues: modes.map { mode in
        (mode.mode, (try #require(mode.selfPlay?.mean), try #require(mode.crossPlayAllTuples?.mean)))
      })
  }

  /// Seeds choose one of five levers each: cross-play is 0.2 with a standard deviation of 0.08 over such sets of seeds.
  @Test func withLittleEntropyRunsAgreeWithThemselvesAndNotWithEachOther() throws {
    let found = try outcome(pay: "1x5", entropyCoefficient: 0.01)
    let sampled = try #require(found[.sampled])
    #expect(sampled.selfPlay > 0.95)
    #expect(sampled.crossPlay < 0.6)
  }

  /// 1,600 games of self-play: 0.2 with a standard deviation of 0.01.
  @Test func withMuchEntropySelfPlayIsCrossPlay() throws {
    let sampled = try #require(try outcome(pay: "1x5", entropyCoefficient: 0.8)[.sampled])
    #expect(abs(sampled.selfPlay - 0.2) < 0.08)
    #expect(abs(sampled.selfPlay - sampled.crossPlay) < 0.08)
  }

  @Test func withMuchEntropyGreedyPlayFindsTheBetterLeverAlsoWithStrangers() throws {
    let found = try outcome(pay: "1x4,1.5", entropyCoefficient: 0.8)
    #expect(try #require(found[.sampled]).selfPlay < 0.5)
    let greedy = try #require(found[.greedy])
    #expect(greedy.selfPlay == 1.5 && greedy.crossPlay == 1.5)
  }

  /// Three levers that cannot be told from each other, and a fourth that pays 0.4 to both whatever the other pulls.
  /// Without symmetries every seed agrees with itself on one of the three; with them it is the fourth that everyone finds.
  @Test func otherPlayFindsTheLeverThatNeedsNoConvention() throws {
    let pay = "[[1, 0, 0, 0.4], [0, 1, 0, 0.4], [0, 0, 1, 0.4], [0.4, 0.4, 0.4, 0.4]]"
    let plain = try #require(try outcome(pay: pay, entropyCoefficient: 0.01)[.greedy])
    #expect(plain.selfPlay == 1 && plain.crossPlay < 0.7)
    let found = try outcome(pay: pay, entropyCoefficient: 0.01, otherPlay: "[levers]")
    let greedy = try #require(found[.greedy])
    #expect(abs(greedy.selfPlay - 0.4) < 1e-6 && abs(greedy.crossPlay - 0.4) < 1e-6)
    let sampled = try #require(found[.sampled])
    #expect(abs(sampled.selfPlay - 0.4) < 0.05 && abs(sampled.crossPlay - 0.4) < 0.05)
  }
}
