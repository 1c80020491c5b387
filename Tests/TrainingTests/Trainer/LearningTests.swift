// Training improves play.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite struct LearningTests {
  @Test func aShortTrainingOfTinyHanabiRaisesTheReturn() throws {
    let device = try TestDevice.make(validation: .off)
    let trainer = try tinyTrainer(
      device, "seeds=2", "environments=32", "rollout_length=16", "total_env_steps=16384", "learning_rate=0.01",
      "network.trunk=[16]", "minibatches=2", "epochs=4")
    let metrics = try trainer.train(updates: trainer.configuration.updates)
    func meanReturn(_ updates: some Sequence<[RunMetrics]>, run: Int) -> Float {
      let some = updates.map { $0[run] }.filter { $0.episodes > 0 }
      return some.reduce(0) { $0 + ($1.episodeReturn ?? 0) * Float($1.episodes) }
        / Float(some.reduce(0) { $0 + $1.episodes })
    }
    for run in 0..<2 {
      let (first, last) = (meanReturn(metrics.prefix(4), run: run), meanReturn(metrics.suffix(4), run: run))
      #expect(last > first + 0.3, "from \(first) to \(last)")
    }
  }
}
