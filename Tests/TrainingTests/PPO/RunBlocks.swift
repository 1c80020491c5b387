// Per-run blocks of scalars for kernels under test.
import CShaders
import Configuration
import TestSupport
import VulkanCompute

@testable import Training

/// Seeds of several runs, one per run.
func seedBuffer(_ seeds: [UInt64], on device: Device) throws -> GuardedBuffer<SIMD2<UInt32>> {
  try GuardedBuffer("seeds", on: device, count: 1, values: seeds.map { [CounterRandom.words(of: $0)] })
}

/// `progress` of runs that have finished so many updates, taken no Adam step since, not diverged, and without
/// moments of value targets.
func progressBuffer(updates: [Int], on device: Device) throws -> GuardedBuffer<UInt32> {
  try GuardedBuffer(
    "progress", on: device, count: Int(RUN_SCALARS),
    values: updates.map { [UInt32($0), Float(1).bitPattern, Float(1).bitPattern, 0, 0, 0, 0] })
}

/// `hyperparameters` in the order of `HYPER_…`.
func hyperparameterBuffer(
  _ runs: [Hyperparameters], entropySchedule: [SchedulePoint] = [], on device: Device
) throws -> GuardedBuffer<Float> {
  try GuardedBuffer(
    "hyperparameters", on: device, count: Int(RUN_SCALARS),
    values: runs.map { RunScalars.block($0, entropySchedule: entropySchedule) })
}

/// Mean and scale of values and of targets; what they are where values are not normalised.
struct TestMoments {
  var values = (mean: 0.0, scale: 1.0)
  var targets = (mean: 0.0, scale: 1.0)

  /// Different ones for every run.
  static func varied(_ run: Int) -> TestMoments {
    let run = Double(run)
    return TestMoments(values: (0.5 - run, 1.5 + 0.5 * run), targets: (0.75 - 0.5 * run, 2 - 0.25 * run))
  }
}

/// `step_scalars` as begin_update.comp leaves them where nothing is annealed.
func stepScalarBuffer(
  _ runs: [Hyperparameters], moments: [TestMoments] = [], on device: Device
) throws -> GuardedBuffer<Float> {
  try GuardedBuffer(
    "step_scalars", on: device, count: Int(RUN_SCALARS),
    values: runs.enumerated().map { run, h in
      var block = [Float](repeating: 0, count: Int(RUN_SCALARS))
      let moments = run < moments.count ? moments[run] : TestMoments()
      block[Int(STEP_VALUE_MEAN)] = Float(moments.values.mean)
      block[Int(STEP_VALUE_SCALE)] = Float(moments.values.scale)
      block[Int(STEP_TARGET_MEAN)] = Float(moments.targets.mean)
      block[Int(STEP_TARGET_SCALE)] = Float(moments.targets.scale)
      block[Int(STEP_ANNEALED_RATE)] = Float(h.learningRate)
      block[Int(STEP_ENTROPY_COEFFICIENT)] = Float(h.entropyCoefficient)
      return block
    })
}

/// Different hyper-parameters for every run.
func variedHyperparameters(runs: Int) -> [Hyperparameters] {
  (0..<runs).map { run in
    var h = Hyperparameters()
    h.learningRate = 1e-3 * Double(run + 1)
    h.entropyCoefficient = 0.02 * Double(run + 1)
    h.clipEpsilon = 0.1 + 0.05 * Double(run)
    h.valueCoefficient = 0.5 + 0.25 * Double(run)
    h.gamma = 0.99 - 0.1 * Double(run)
    h.gaeLambda = 0.95 - 0.2 * Double(run)
    h.maxGradientNorm = 0.5 + Double(run)
    if run > 0 { h.finalEntropyCoefficient = 0.3 * Double(run) }
    return h
  }
}

/// Whether a float32 result is the float64 one up to rounding.
func agree(_ found: Float, _ expected: Double, within tolerance: Double = 2e-5) -> Bool {
  abs(Double(found) - expected) <= tolerance * (1 + abs(expected))
}

/// Doubles of the floats.
func doubles(_ floats: [Float]) -> [Double] { floats.map(Double.init) }
