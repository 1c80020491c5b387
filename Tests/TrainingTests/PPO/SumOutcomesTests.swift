// sum_outcomes.comp: sums of outcomes over the episodes that ended, and their way into the metrics.
import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Training

@Suite(.serialized) struct SumOutcomesTests {
  /// Where no episode ended the outcomes are no numbers.
  @Test(arguments: [(1, 1, 1), (7, 33, 2), (19, 65, 5), (3, 130, 32)])
  func agreesWithItsTwin(steps: Int, environments: Int, outcomes: Int) throws {
    let device = try TestDevice.make()
    let runs = 3
    let dones = (0..<runs).map { run in
      TestNumbers.words(UInt32(860 + run), count: steps * environments).map { $0 % 4 == 0 ? UInt32(1) : 0 }
    }
    let values = (0..<runs).map { run in
      (0..<steps * environments * outcomes).map { place in
        dones[run][place / outcomes] == 0 ? .nan : TestNumbers.uniform(UInt32(870 + run), place)
      }
    }
    let before = (0..<runs).map { TestNumbers.uniform(UInt32(880 + $0), count: Int(RUN_SCALARS)) }
    let outcomeBuffer = try GuardedBuffer("outcomes", on: device, count: values[0].count, values: values)
    let doneBuffer = try GuardedBuffer("dones", on: device, count: dones[0].count, values: dones)
    let metrics = try GuardedBuffer("metrics", on: device, count: Int(RUN_SCALARS), values: before)
    let kernel = try device.kernel("PPO/sum_outcomes.comp")
    let push = OutcomeDispatch(
      outcomes: UInt32(outcomes), outcome_stride: outcomeBuffer.stride,
      rollout: RolloutShape(
        environments: UInt32(environments), steps: UInt32(steps), row_stride: 0, value_stride: 0, mask_stride: 0,
        done_stride: doneBuffer.stride))
    try device.run { recorder in
      recorder.dispatch(
        kernel, ["outcomes": outcomeBuffer.window, "dones": doneBuffer.window, "metrics": metrics.window], push: push,
        groups: outcomes, runs)
    }
    for (run, found) in try metrics.read().enumerated() {
      let twin = SumOutcomes.sums(
        (0..<steps).map { t in
          (0..<environments).map { n in
            doubles(Array(values[run].dropFirst((t * environments + n) * outcomes).prefix(outcomes)))
          }
        },
        dones: (0..<steps).map { t in (0..<environments).map { n in dones[run][t * environments + n] != 0 } })
      let first = Int(METRIC_OUTCOMES)
      for (outcome, sum) in twin.enumerated() { #expect(agree(found[first + outcome], sum)) }
      #expect(found[..<first] == before[run][..<first])
      #expect(found[(first + outcomes)...] == before[run][(first + outcomes)...])
    }
    device.requireNoValidationMessages()
  }

  @Test func metricsHaveRoomForAllOutcomes() {
    #expect(METRIC_OUTCOMES >= METRIC_COUNT && METRIC_OUTCOMES + MOST_OUTCOMES <= RUN_SCALARS)
  }

  /// The actions of every rollout, played again by the twin of the game.
  @Test func theMetricsOfATrainingCountWhatItsGamesCameTo() throws {
    let device = try TestDevice.make()
    let trainer = try tinyTrainer(device, "seeds=2", "environments=16", "rollout_length=16", windowLimit: 1)
    let rules = try #require(trainer.environment as? HanabiEnvironment).parameters
    let shape = trainer.shape
    let run = 1  // the last window, whose rollout is still there after an update
    var episodes = [Int](repeating: 0, count: shape.environments)
    func newGame(_ n: Int) -> HanabiGame {
      HanabiGame(
        rules: rules,
        deck: HanabiGame.deck(rules: rules, seed: trainer.runs[run].seed, environment: n, episode: episodes[n]))
    }
    var games = (0..<shape.environments).map(newGame)
    var bombed = 0.0
    for _ in 0..<3 {
      let metrics = try trainer.train(updates: 1)[0][run]
      let actions = try trainer.parts.buffers.actions.read(run: 0)
      var sums = [0.0, 0.0]
      var ended = 0.0
      for t in 0..<shape.steps {
        for n in 0..<shape.environments {
          _ = games[n].play(Int(actions[(t * shape.environments + n) * shape.agents + games[n].seat]))
          guard games[n].ended else { continue }
          sums = zip(sums, games[n].outcomes).map(+)
          ended += 1
          episodes[n] += 1
          games[n] = newGame(n)
        }
      }
      #expect(ended > 0 && metrics.episodes == Int(ended))
      #expect(
        metrics.outcomes == [
          RunMetrics.Outcome("bombed", Float(sums[0] / ended)), RunMetrics.Outcome("perfect", Float(sums[1] / ended)),
        ])
      bombed += sums[0]
    }
    #expect(bombed > 0)
    device.requireNoValidationMessages()
  }
}
