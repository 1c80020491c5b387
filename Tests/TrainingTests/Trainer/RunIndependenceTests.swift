// A run's results depend on its own seed and hyper-parameters and on nothing else.
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct RunIndependenceTests {
  static let sweep = ["seeds=4", "sweep.gamma=[0.9, 0.99]", "sweep.entropy_coefficient=[0.01, 1]"]

  /// 16 runs, or one of them, for three updates.
  static func train(run: Int? = nil, windowLimit: Int = .max, profile: DeviceProfile? = nil) throws
    -> (trainer: Trainer, metrics: [[RunMetrics]])
  {
    let device = try TestDevice.make(profile: profile)
    let configuration = try tinyConfiguration(sweep)
    let runs = run.map { [configuration.runs[$0]] } ?? configuration.runs
    let trainer = try Trainer(configuration: configuration, runs: runs, device: device, windowLimit: windowLimit)
    let metrics = try trainer.train(updates: 3)
    device.requireNoValidationMessages()
    return (trainer, metrics)
  }

  @Test(arguments: [DeviceProfile.software, .graphics])
  func aRunAloneGivesTheSameBytesAsAmongFifteenOthers(profile: DeviceProfile) throws {
    let together = try Self.train(profile: profile)
    #expect(together.trainer.runs.count == 16)
    for run in [0, 6, 15] {
      let alone = try Self.train(run: run, profile: profile)
      #expect(try alone.trainer.state(run: 0) == together.trainer.state(run: run))
      #expect(alone.metrics.map { $0[0].json } == together.metrics.map { $0[run].json })
    }
  }

  @Test(arguments: [1, 5])
  func howManyRunsShareADispatchDoesNotMatter(windowLimit: Int) throws {
    let together = try Self.train()
    let parted = try Self.train(windowLimit: windowLimit)
    #expect(together.trainer.windowRuns == 16 && parted.trainer.windowRuns == windowLimit)
    for run in 0..<16 { #expect(try parted.trainer.state(run: run) == together.trainer.state(run: run)) }
    #expect(parted.metrics.map { $0.map(\.json) } == together.metrics.map { $0.map(\.json) })
  }

  /// A run whose parameters became NaN says so, takes no step, and leaves its neighbours as they are.
  @Test func aRunThatIsNotFiniteIsReportedAndHarmsNoOther() throws {
    let device = try TestDevice.make()
    let (healthy, broken) = try (tinyTrainer(device, "seeds=3"), tinyTrainer(device, "seeds=3"))
    try broken.parts.learner.parameters.write([.nan], run: 1)
    let before = try broken.parameters(run: 1)
    let healthyMetrics = try healthy.train(updates: 2)
    let brokenMetrics = try broken.train(updates: 2)
    for run in [0, 2] {
      #expect(try broken.state(run: run) == healthy.state(run: run))
      #expect(brokenMetrics.map { $0[run].json } == healthyMetrics.map { $0[run].json })
      #expect(brokenMetrics[1][run].firstNotFinite == nil)
    }
    #expect(brokenMetrics.allSatisfy { $0.map(\.hasDiverged) == [false, true, false] })
    #expect(try broken.divergedUpdates() == [nil, 1, nil] && healthy.divergedUpdates() == [nil, nil, nil])
    #expect(brokenMetrics.allSatisfy { $0[1].firstNotFinite != nil && $0[1].gradientNorm.isNaN })
    #expect(try broken.parameters(run: 1).map(\.bitPattern) == before.map(\.bitPattern))
    device.requireNoValidationMessages()
  }
}
