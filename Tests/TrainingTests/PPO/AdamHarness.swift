import CHostKernels
import CShaders
import Configuration
import TestSupport
import Testing
import Training
import VulkanCompute

/// reduce_gradients, prepare_step and adam over several runs, as the learner records them, with buffers that stay from
/// step to step.
struct AdamHarness {
  let device: Device
  let hyperparameters: [Hyperparameters]
  /// P, a multiple of 64
  let count: Int
  /// S
  let splits: Int

  let parameters: GuardedBuffer<Float>
  let firstMoments: GuardedBuffer<Float>
  let secondMoments: GuardedBuffer<Float>
  let progress: GuardedBuffer<UInt32>
  let metrics: GuardedBuffer<Float>
  /// The parameters as float16, (P / 2) words; nil where no kernel multiplies such.
  let rounded: GuardedBuffer<UInt32>?
  private let blocks: GuardedBuffer<Float>
  private let reduceGradients: Operation
  private let prepareStep: Operation
  private let adam: Operation

  var runs: Int { hyperparameters.count }

  init(
    device: Device, hyperparameters: [Hyperparameters], count: Int, splits: Int, updates: Int = 0, rounds: Bool = false
  ) throws {
    self.device = device
    self.hyperparameters = hyperparameters
    self.count = count
    self.splits = splits
    let runs = hyperparameters.count
    let zeros = [[Float]](repeating: Array(repeating: 0, count: count), count: runs)
    parameters = try GuardedBuffer(
      "parameters", on: device, count: count, values: (0..<runs).map { Self.initialParameters($0, count: count) })
    firstMoments = try GuardedBuffer("first_moments", on: device, count: count, values: zeros)
    secondMoments = try GuardedBuffer("second_moments", on: device, count: count, values: zeros)
    progress = try progressBuffer(updates: Array(repeating: updates, count: runs), on: device)
    metrics = try GuardedBuffer(
      "metrics", on: device, count: Int(RUN_SCALARS),
      values: Array(repeating: Array(repeating: 0, count: Int(RUN_SCALARS)), count: runs))
    rounded = rounds ? try GuardedBuffer("rounded", on: device, runs: runs, count: count / 2) : nil
    blocks = try hyperparameterBuffer(hyperparameters, on: device)
    reduceGradients = try device.operation("PPO/reduce_gradients.comp", host: HostBody(host_reduce_gradients))
    prepareStep = try device.operation("PPO/prepare_step.comp", host: HostBody(host_prepare_step))
    adam = try device.operation(
      "PPO/adam.comp", macros: rounds ? ["ROUNDED_PARAMETERS": "1"] : [:], host: HostBody(host_adam))
  }

  static func initialParameters(_ run: Int, count: Int) -> [Float] {
    TestNumbers.uniform(UInt32(1400 + run), count: count)
  }

  func twin(_ run: Int) -> Adam {
    let h = hyperparameters[run]
    return Adam(
      parameters: doubles(Self.initialParameters(run, count: count)), beta1: h.adamBeta1, beta2: h.adamBeta2,
      epsilon: h.adamEpsilon)
  }

  /// One step; the scalars of it, the norm partials and the sums of the splits, per run.
  @discardableResult
  func step(_ gradients: [[[Float]]]) throws -> (scalars: [[Float]], partials: [[Float]], sums: [[Float]]) {
    let gradientBuffer = try GuardedBuffer(
      "gradients", on: device, count: splits * count, values: gradients.map { Array($0.joined()) })
    let partialCount = count / Int(PARAMETERS_PER_INVOCATION)
    let partials = try GuardedBuffer<Float>("norm_partials", on: device, runs: runs, count: partialCount)
    let scalars = try stepScalarBuffer(hyperparameters, on: device)
    let push = AdamDispatch(
      parameters: UInt32(count), splits: UInt32(splits), gradient_stride: gradientBuffer.stride,
      parameter_stride: parameters.stride, partial_stride: partials.stride, partials: UInt32(partialCount),
      rounded_stride: rounded?.stride ?? 0)
    var steps = [
      "hyperparameters": blocks.window, "step_scalars": scalars.window, "gradients": gradientBuffer.window,
      "first_moments": firstMoments.window, "second_moments": secondMoments.window, "parameters": parameters.window,
    ]
    steps["rounded_parameters"] = rounded?.window
    try device.run { recorder in
      recorder.perform(
        reduceGradients.bind(
          ["gradients": gradientBuffer.window, "norm_partials": partials.window], push: push,
          over: .items(partialCount, runs: runs)))
      recorder.perform(
        prepareStep.bind(
          [
            "hyperparameters": blocks.window, "norm_partials": partials.window, "progress": progress.window,
            "metrics": metrics.window, "step_scalars": scalars.window,
          ], push: push, over: .runs(runs)))
      recorder.perform(adam.bind(steps, push: push, over: .items(partialCount, runs: runs)))
    }
    return try (scalars.read(), partials.read(), gradientBuffer.read().map { Array($0.prefix(count)) })
  }
}
