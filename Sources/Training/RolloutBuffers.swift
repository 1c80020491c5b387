import CShaders
import Configuration
import Environments
import Networks
import VulkanCompute

/// What the rollout keeps for the learner, per run of a window: the next window overwrites it. Observations stay packed.
struct RolloutBuffers {
  /// Of the names of its buffers.
  static let prefix = "rollout."
  /// (window, T and the last observations, and those at the ends of episodes where their values count)
  let transitions: Transitions
  /// (window, T N A): what the policies chose; what the environments are given, but with Other-Play.
  let actions: Buffer<UInt32>
  let otherPlay: OtherPlayBuffers?
  let logProbabilities: Buffer<Float>  // (window, T N A)
  let values: Buffer<Float>  // (window, (T + 1) N A, or T + 2)
  let advantages: Buffer<Float>  // (window, T N A)
  let lists: ObservationLists?  // (window, as many rows as values), where the network keeps lists of all observations

  init(_ shape: TrainingShape, environment: any EnvironmentKernels, network: PolicyNetwork, table: BufferTable) {
    func register<T: BitwiseCopyable>(_ name: String, of type: T.Type, _ axes: [(String, Int)]) -> Buffer<T> {
      table.register("\(Self.prefix)\(name)", of: type, runs: network.windowRuns, perRun: axes, persistence: .scratch)
    }
    let rows = [("T", shape.steps), ("N", shape.environments), ("A", shape.agents)]
    let more = shape.bootstraps ? 2 : 1
    let rowsAndLast = [("T+\(more)", shape.steps + more), ("N", shape.environments), ("A", shape.agents)]
    transitions = Transitions(
      Self.prefix, of: environment, runs: network.windowRuns, oneWindow: true, environments: shape.environments,
      steps: shape.steps, keepsLast: true, keepsEnds: shape.bootstraps, table: table)
    otherPlay =
      shape.playsOther
      ? OtherPlayBuffers(
        symmetries: register("symmetries", of: UInt32.self, rowsAndLast),
        chosenActions: register("chosen_actions", of: UInt32.self, rows)) : nil
    actions = otherPlay?.chosenActions ?? transitions.actions
    logProbabilities = register("log_probabilities", of: Float.self, rows)
    values = register("values", of: Float.self, rowsAndLast)
    advantages = register("advantages", of: Float.self, rows)
    lists = network.lists("\(Self.prefix)lists", rows: rowsAndLast, table: table)
  }

  /// All observations, as the network takes them.
  func observations(_ runs: Int) -> Observations {
    Observations(
      RunWindow(transitions.observations, runs: 0..<runs),
      symmetries: otherPlay.map { RunWindow($0.symmetries, runs: 0..<runs) },
      lists: lists)
  }

  /// Strides for the kernels.
  func strides(_ shape: TrainingShape) -> RolloutShape {
    RolloutShape(
      environments: UInt32(shape.environments), steps: UInt32(shape.steps), row_stride: UInt32(actions.runStride),
      value_stride: UInt32(values.runStride), mask_stride: UInt32(transitions.legalMasks.runStride),
      done_stride: UInt32(transitions.dones.runStride))
  }
}

/// What Other-Play keeps beside the transitions, whose actions are then those that the environments are given.
struct OtherPlayBuffers {
  let symmetries: Buffer<UInt32>  // (window, as many rows as values): each row's element
  let chosenActions: Buffer<UInt32>  // (window, T N A): what the policies chose
}

/// Small buffers with one block of scalars per run.
struct RunScalars {
  let hyperparameters: Buffer<Float>  // (R, RUN_SCALARS), HYPER_…
  let progress: Buffer<UInt32>  // (R, RUN_SCALARS), PROGRESS_…
  let stepScalars: Buffer<Float>  // (R, RUN_SCALARS), STEP_…
  let metrics: Buffer<Float>  // (R, RUN_SCALARS), METRIC_…
  let policyIndices: Buffer<UInt32>  // (R, 1): position of the run in its window

  init(runs: Int, table: BufferTable) {
    let block = [("scalars", Int(RUN_SCALARS))]
    hyperparameters = table.register(
      "hyperparameters", of: Float.self, runs: runs, perRun: block, persistence: .scratch)
    progress = table.register("progress", of: UInt32.self, runs: runs, perRun: block, persistence: .persistent)
    stepScalars = table.register("step_scalars", of: Float.self, runs: runs, perRun: block, persistence: .scratch)
    metrics = table.register("metrics", of: Float.self, runs: runs, perRun: block, persistence: .scratch)
    policyIndices = table.register(
      "policy_indices", of: UInt32.self, runs: runs, perRun: [("index", 1)], persistence: .scratch)
  }

  /// - Parameter schedule: Of the entropy coefficient; empty where it has no points.
  func writeHyperparameters(_ runs: [RunConfiguration], entropySchedule schedule: [SchedulePoint]) throws {
    for (index, run) in runs.enumerated() {
      try hyperparameters.write(Self.block(run.hyperparameters, entropySchedule: schedule), run: index)
    }
  }

  /// A run's block of `hyperparameters`.
  static func block(_ hyperparameters: Hyperparameters, entropySchedule schedule: [SchedulePoint] = []) -> [Float] {
    let points = hyperparameters.entropyPoints(schedule)
    precondition(1...Int(MOST_SCHEDULE_POINTS) ~= points.count)
    var block = [Float](repeating: 0, count: Int(HYPER_COUNT))
    for hyperparameter in Hyperparameter.allCases {
      guard let place = hyperparameter.place, let value = hyperparameters[hyperparameter] else { continue }
      block[place] = Float(value)
    }
    block[Int(HYPER_ENTROPY_POINTS)] = Float(points.count)
    let shares = points.map { Float($0.share) }
    let coefficients = points.map { Float($0.coefficient) }
    for i in points.indices {
      let isLast = i == points.count - 1
      let slope = isLast ? 0 : (coefficients[i + 1] - coefficients[i]) / (shares[i + 1] - shares[i])
      let place = Int(HYPER_ENTROPY_SCHEDULE) + i * Int(SCHEDULE_POINT)
      block.replaceSubrange(place..<place + Int(SCHEDULE_POINT), with: [shares[i], coefficients[i], slope])
    }
    return block
  }

  /// Update 0, no Adam step taken.
  func writeInitialProgress(runs: Int) throws {
    var block = [UInt32](repeating: 0, count: Int(RUN_SCALARS))
    block[Int(PROGRESS_BETA1_POWER)] = Float(1).bitPattern
    block[Int(PROGRESS_BETA2_POWER)] = Float(1).bitPattern
    for run in 0..<runs { try progress.write(block, run: run) }
  }

  /// `windowRuns` runs share a dispatch; each reads the parameter set at its own position.
  func writePolicyIndices(runs: Int, windowRuns: Int) throws {
    for run in 0..<runs { try policyIndices.write([UInt32(run % windowRuns)], run: run) }
  }
}

extension Hyperparameter {
  /// Where kernels find it in a run's block of `hyperparameters`, `HYPER_…`; nil for entropy coefficients, which stand there
  /// as a schedule.
  fileprivate var place: Int? {
    let place: UInt32? =
      switch self {
      case .entropyCoefficient, .finalEntropyCoefficient: nil
      case .learningRate: HYPER_LEARNING_RATE
      case .learningRateWarmup: HYPER_LEARNING_RATE_WARMUP
      case .gamma: HYPER_GAMMA
      case .gaeLambda: HYPER_GAE_LAMBDA
      case .clipEpsilon: HYPER_CLIP_EPSILON
      case .valueCoefficient: HYPER_VALUE_COEFFICIENT
      case .maxGradientNorm: HYPER_MAX_GRADIENT_NORM
      case .adamBeta1: HYPER_ADAM_BETA1
      case .adamBeta2: HYPER_ADAM_BETA2
      case .adamEpsilon: HYPER_ADAM_EPSILON
      }
    return place.map(Int.init)
  }
}
