// reduce_gradients.comp, prepare_step.comp and adam.comp, by kernels and by the host: one optimiser step after another.
import CShaders
import Configuration
import Foundation
import TestSupport
import Testing
import Training
import VulkanCompute

@Suite(.serialized) struct AdamTests {
  /// Gradients whose norm is below the bound in even steps and far above it in odd ones.
  static func gradients(step: Int, run: Int, count: Int, splits: Int) -> [[Float]] {
    (0..<splits).map { split in
      TestNumbers.uniform(UInt32(1500 + 64 * step + 8 * run + split), count: count, scale: step % 2 == 0 ? 0.01 : 1)
    }
  }

  /// Matrix units multiply a copy that every step writes; parameters and moments are those without it.
  @Test func aStepAlsoWritesTheParametersAsFloat16() throws {
    let device = try TestDevice.make(profile: .matrixUnits)
    func step(rounds: Bool) throws -> AdamHarness {
      let harness = try AdamHarness(
        device: device, hyperparameters: variedHyperparameters(runs: 3), count: 192, splits: 2, rounds: rounds)
      try harness.step((0..<3).map { Self.gradients(step: 1, run: $0, count: 192, splits: 2) })
      return harness
    }
    let (plain, rounding) = (try step(rounds: false), try step(rounds: true))
    let parameters = try rounding.parameters.read()
    #expect(try plain.parameters.read() == parameters)
    #expect(try plain.secondMoments.read() == rounding.secondMoments.read())
    for (parameters, words) in zip(parameters, try #require(try rounding.rounded?.read())) {
      let halves = words.prefix(96).flatMap { [UInt16(truncatingIfNeeded: $0), UInt16($0 >> 16)] }
      #expect(halves == parameters.prefix(192).map { Float16($0).bitPattern })
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: [(64, 1), (192, 4), (1088, 3)], TestDevice.computing)
  func twentyStepsAgreeWithTheTwins(size: (count: Int, splits: Int), profile: DeviceProfile) throws {
    let (count, splits) = size
    let device = try TestDevice.make(profile: profile)
    let harness = try AdamHarness(
      device: device, hyperparameters: variedHyperparameters(runs: 3), count: count, splits: splits)
    var twins = (0..<harness.runs).map(harness.twin)
    var norms = [0.0, 0.0, 0.0]
    var clipped = 0
    for step in 1...20 {
      let gradients = (0..<harness.runs).map { Self.gradients(step: step, run: $0, count: count, splits: splits) }
      let found = try harness.step(gradients)
      for run in 0..<harness.runs {
        let h = harness.hyperparameters[run]
        let reduced = ReduceGradients(splits: gradients[run].map(doubles))
        #expect(zip(found.sums[run], reduced.gradient).allSatisfy { agree($0, $1) })
        // However the sum is parted.
        let squares = found.partials[run].reduce(0) { $0 + Double($1) }
        #expect(agree(Float(squares), reduced.normPartials.reduce(0, +)))
        let scalars = PrepareStep(
          gradient: reduced.gradient, step: step, learningRate: h.learningRate, beta1: h.adamBeta1, beta2: h.adamBeta2,
          maxNorm: h.maxGradientNorm)
        #expect(agree(found.scalars[run][Int(STEP_GRADIENT_SCALE)], scalars.gradientScale))
        #expect(agree(found.scalars[run][Int(STEP_LEARNING_RATE)], scalars.learningRate))
        // 1 - beta2^t loses digits in float32 where t is small, as in every float32 Adam.
        #expect(agree(found.scalars[run][Int(STEP_SECOND_MOMENT)], scalars.secondMomentScale, within: 2e-4))
        clipped += scalars.gradientScale < 1 ? 1 : 0
        norms[run] += scalars.norm
        twins[run].step(reduced.gradient, scalars)
      }
    }
    #expect((1..<60).contains(clipped))
    let (parameters, first, second) = try (
      harness.parameters.read(), harness.firstMoments.read(), harness.secondMoments.read()
    )
    let (metrics, progress) = try (harness.metrics.read(), harness.progress.read())
    for run in 0..<harness.runs {
      #expect(zip(parameters[run], twins[run].parameters).allSatisfy { agree($0, $1) })
      #expect(zip(first[run], twins[run].firstMoments).allSatisfy { agree($0, $1) })
      #expect(zip(second[run], twins[run].secondMoments).allSatisfy { agree($0, $1) })
      #expect(agree(metrics[run][Int(METRIC_GRADIENT_NORM)], norms[run]))
      #expect(metrics[run][Int(METRIC_STEPS_LEFT_OUT)] == 0)
      let h = harness.hyperparameters[run]
      #expect(agree(Float(bitPattern: progress[run][Int(PROGRESS_BETA1_POWER)]), pow(h.adamBeta1, 20)))
      #expect(agree(Float(bitPattern: progress[run][Int(PROGRESS_BETA2_POWER)]), pow(h.adamBeta2, 20)))
    }
    device.requireNoValidationMessages()
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, 3e38], TestDevice.computing)
  func aRunWhoseGradientIsNotFiniteKeepsItsWeightsFromThenOn(bad: Float, profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let splits = 2
    let harness = try AdamHarness(
      device: device, hyperparameters: variedHyperparameters(runs: 3), count: 192, splits: splits)
    var gradients = (0..<3).map { Self.gradients(step: 1, run: $0, count: 192, splits: splits) }
    try harness.step(gradients)
    func state() throws -> [[[UInt32]]] {
      let floats = try [harness.parameters.read(), harness.firstMoments.read(), harness.secondMoments.read()]
      // All of `progress` but when the run diverged.
      let progress = try harness.progress.read().map { Array($0.enumerated()) }
      return floats.map { $0.map { $0.map(\.bitPattern) } }
        + [progress.map { $0.filter { $0.offset != PROGRESS_DIVERGED }.map(\.element) }]
    }
    let before = try state()
    gradients[1][splits - 1][77] = bad
    try harness.step(gradients)
    let after = try state()
    for (before, after) in zip(before, after) {
      #expect(after[1] == before[1])
      #expect(after[0] != before[0] && after[2] != before[2])
    }
    #expect(try harness.metrics.read().map { $0[Int(METRIC_STEPS_LEFT_OUT)] } == [0, 1, 0])
    #expect(try harness.progress.read().map { $0[Int(PROGRESS_DIVERGED)] } == [0, 1, 0])
    // It stays so, whatever comes.
    gradients[1][splits - 1][77] = 0
    try harness.step(gradients)
    #expect(try zip(state(), before).allSatisfy { $0[1] == $1[1] })
    #expect(try harness.metrics.read().map { $0[Int(METRIC_STEPS_LEFT_OUT)] } == [0, 2, 0])
    #expect(try harness.progress.read().map { $0[Int(PROGRESS_DIVERGED)] } == [0, 1, 0])
    #expect(try harness.metrics.read().allSatisfy { $0[Int(METRIC_GRADIENT_NORM)].isFinite })
    device.requireNoValidationMessages()
  }

  /// The loss of a run can overflow where its gradient does not.
  @Test(arguments: TestDevice.computing)
  func aRunWhoseLossIsNotFiniteKeepsItsWeights(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let harness = try AdamHarness(
      device: device, hyperparameters: variedHyperparameters(runs: 2), count: 64, splits: 1, updates: 6)
    var metrics = try harness.metrics.read()[1]
    metrics[Int(METRIC_VALUE_LOSS)] = .infinity
    try harness.metrics.buffer.write(metrics, run: 2)  // behind the guard run
    try harness.step((0..<2).map { Self.gradients(step: 1, run: $0, count: 64, splits: 1) })
    #expect(try harness.progress.read().map { $0[Int(PROGRESS_DIVERGED)] } == [0, 7])
    #expect(try harness.parameters.read()[1] == AdamHarness.initialParameters(1, count: 64))
    #expect(try harness.parameters.read()[0] != AdamHarness.initialParameters(0, count: 64))
    device.requireNoValidationMessages()
  }

  @Test func aGradientOfZeroChangesNothing() throws {
    let device = try TestDevice.make()
    let harness = try AdamHarness(
      device: device, hyperparameters: variedHyperparameters(runs: 1), count: 64, splits: 2)
    try harness.step([[[Float](repeating: 0, count: 64), [Float](repeating: 0, count: 64)]])
    #expect(try harness.parameters.read()[0] == AdamHarness.initialParameters(0, count: 64))
    #expect(try harness.metrics.read()[0][Int(METRIC_STEPS_LEFT_OUT)] == 0)
    device.requireNoValidationMessages()
  }
}
