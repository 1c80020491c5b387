// begin_update.comp: the learning rate and the entropy coefficient of an update.
import CShaders
import Configuration
import TestSupport
import Testing
import Training
import VulkanCompute

struct BeginUpdateTests {
  @Test(arguments: [false, true])
  func ratesAndCoefficientsAreThoseOfTheUpdate(annealed: Bool) throws {
    let device = try TestDevice.make()
    let (runs, total) = (130, 10)
    let hyperparameters = variedHyperparameters(runs: runs)
    let done = (0..<runs).map { $0 % total }
    let kernel = try device.kernel("PPO/begin_update.comp")
    let scalars = try GuardedBuffer<Float>("step_scalars", on: device, runs: runs, count: Int(RUN_SCALARS))
    let metrics = try GuardedBuffer<Float>("metrics", on: device, runs: runs, count: Int(RUN_SCALARS))
    let blocks = try hyperparameterBuffer(hyperparameters, on: device)
    let progress = try progressBuffer(updates: done, on: device)
    try device.run { recorder in
      recorder.dispatch(
        kernel,
        [
          "hyperparameters": blocks.window, "progress": progress.window, "step_scalars": scalars.window,
          "metrics": metrics.window,
        ],
        push: ScheduleDispatch(runs: UInt32(runs), total_updates: UInt32(total), annealed: annealed ? 1 : 0),
        groups: kernel.groups(for: runs))
    }
    let (stepScalars, found) = try (scalars.read(), metrics.read())
    for (run, h) in hyperparameters.enumerated() {
      let part = Double(done[run]) / Double(total)
      let rate = annealed ? h.learningRate * (1 - part) : h.learningRate
      let coefficient =
        (1 - part) * h.entropyCoefficient + part * (h.finalEntropyCoefficient ?? h.entropyCoefficient)
      #expect(agree(found[run][Int(METRIC_LEARNING_RATE)], rate, within: 1e-6), "run \(run)")
      #expect(agree(found[run][Int(METRIC_ENTROPY_COEFFICIENT)], coefficient, within: 1e-6), "run \(run)")
      #expect(stepScalars[run][Int(STEP_ANNEALED_RATE)] == found[run][Int(METRIC_LEARNING_RATE)])
      #expect(stepScalars[run][Int(STEP_ENTROPY_COEFFICIENT)] == found[run][Int(METRIC_ENTROPY_COEFFICIENT)])
    }
    device.requireNoValidationMessages()
  }
}
