// begin_update.comp: the learning rate and the entropy coefficient of an update.
import CShaders
import Configuration
import TestSupport
import Testing
import VulkanCompute

@testable import Training

struct BeginUpdateTests {
  /// None, one that is the same at its ends, and one of the most points that there may be.
  static let schedules: [[SchedulePoint]] = [
    [], [SchedulePoint(share: 0.25, factor: 1), SchedulePoint(share: 0.75, factor: 0.1)],
    (0..<SchedulePoint.most).map { SchedulePoint(share: Double($0) / 20, factor: Double($0 * 7 % 5)) },
  ]

  static let rates: [(twin: BeginUpdate.LearningRate, schedule: LearningRateSchedule)] = [
    (.constant, .constant), (.linear, .linear), (.cosine, .cosine),
  ]

  @Test(arguments: rates, schedules)
  func ratesAndCoefficientsAreThoseOfTheUpdate(
    rates: (twin: BeginUpdate.LearningRate, schedule: LearningRateSchedule), points: [SchedulePoint]
  ) throws {
    let device = try TestDevice.make()
    let (runs, total) = (130, 20)
    var hyperparameters = variedHyperparameters(runs: runs)
    for run in 0..<runs { hyperparameters[run].learningRateWarmup = [0, 0.1, 0.37][run % 3] }
    let done = (0..<runs).map { $0 * 7 % total }
    let kernel = try device.kernel("PPO/begin_update.comp")
    let scalars = try GuardedBuffer<Float>("step_scalars", on: device, runs: runs, count: Int(RUN_SCALARS))
    let metrics = try GuardedBuffer<Float>("metrics", on: device, runs: runs, count: Int(RUN_SCALARS))
    let blocks = try hyperparameterBuffer(hyperparameters, entropySchedule: points, on: device)
    let progress = try progressBuffer(updates: done, on: device)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "hyperparameters": blocks.window, "progress": progress.window, "step_scalars": scalars.window,
          "metrics": metrics.window,
        ],
        push: ScheduleDispatch(
          runs: UInt32(runs), total_updates: UInt32(total), learning_rate: rates.schedule.code),
        groups: kernel.groups(for: runs))
    }
    let (stepScalars, found) = try (scalars.read(), metrics.read())
    for (run, h) in hyperparameters.enumerated() {
      let twin = BeginUpdate(done: done[run], total: total)
      let rate = twin.learningRate(h.learningRate, rates.twin, warmup: h.learningRateWarmup)
      let coefficients: [(share: Double, value: Double)] =
        points.isEmpty
        ? [(0, h.entropyCoefficient), (1, h.finalEntropyCoefficient ?? h.entropyCoefficient)]
        : points.map { ($0.share, $0.factor * h.entropyCoefficient) }
      let coefficient = twin.value(coefficients)
      #expect(agree(found[run][Int(METRIC_LEARNING_RATE)], rate, within: 1e-5), "run \(run)")
      #expect(agree(found[run][Int(METRIC_ENTROPY_COEFFICIENT)], coefficient, within: 2e-6), "run \(run)")
      #expect(stepScalars[run][Int(STEP_ANNEALED_RATE)] == found[run][Int(METRIC_LEARNING_RATE)])
      #expect(stepScalars[run][Int(STEP_ENTROPY_COEFFICIENT)] == found[run][Int(METRIC_ENTROPY_COEFFICIENT)])
    }
    device.requireNoValidationMessages()
  }
}
