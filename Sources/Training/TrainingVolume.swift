import Configuration
import VulkanCompute

/// What a training writes: how much of it, and how often.
public struct TrainingVolume: Sendable, Hashable, Encodable {
  public let updates: Int
  public let envStepsPerRun: Int
  /// Updates from one checkpoint to the next, unless `checkpoint_minutes` comes first.
  public let updatesPerCheckpoint: Int
  public let checkpointMinutes: Double
  /// Checkpoints that stay on disk, of every wave.
  public let checkpointsKept: Int
  /// Those that stay whatever their age, since they are evaluated, of every wave; 0 without `evaluation.interval`.
  public let checkpointsEvaluated: Int
  /// Of the largest wave.
  public let checkpointBytes: Int
  /// Updates that a line of metrics is about.
  public let metricsInterval: Int
  /// One per run and interval.
  public let metricsLines: Int
  /// About.
  public let metricsBytes: Int
  /// In the end, at most, of all waves: configuration, metrics, lock, and two per checkpoint.
  public let files: Int

  /// - Parameters:
  ///   - waves: Runs of every wave.
  ///   - checkpointBytes: Of the largest.
  init(_ configuration: TrainingConfiguration, waves: [[RunConfiguration]], outcomes: Int, checkpointBytes: Int) {
    let runs = waves.joined()
    let updates = configuration.updates
    let envSteps = updates * configuration.envStepsPerUpdate
    self.updates = updates
    envStepsPerRun = envSteps
    updatesPerCheckpoint = configuration.updatesPerCheckpoint
    checkpointMinutes = configuration.checkpointMinutes
    checkpointsKept = configuration.checkpointsKept
    self.checkpointBytes = checkpointBytes
    let interval = configuration.metricsInterval
    let intervals = (updates + interval - 1) / interval
    metricsInterval = interval
    metricsLines = runs.count * intervals
    metricsBytes =
      intervals
      * runs.reduce(0) { $0 + Self.lineBytes($1, interval: interval, envSteps: envSteps, outcomes: outcomes) }
    let due = (updates + configuration.updatesPerCheckpoint - 1) / configuration.updatesPerCheckpoint
    checkpointsEvaluated = configuration.updatesPerEvaluation.map { (updates + $0 - 1) / $0 } ?? 0
    // The last one is both.
    files = 3 + waves.count * 2 * (min(checkpointsKept, due) + max(checkpointsEvaluated - 1, 0))
  }

  /// Of a line with numbers of usual length.
  private static func lineBytes(_ run: RunConfiguration, interval: Int, envSteps: Int, outcomes: Int) -> Int {
    let usual: Float = 0.012345679
    let line = RunMetrics(
      run: run.index, name: run.name, seed: run.seed, configuration: run.configurationName, update: 10_000,
      updates: interval, envSteps: envSteps / 2, learningRate: 5e-4, entropyCoefficient: 0.01, totalLoss: usual,
      policyLoss: usual,
      valueLoss: usual, entropy: usual,
      approximateKL: usual, clipFraction: usual, explainedVariance: usual, gradientNorm: usual, episodes: 100,
      episodeReturn: usual, episodeLength: usual,
      outcomes: (0..<outcomes).map { _ in RunMetrics.Outcome("outcome", usual) })
    return line.json(RunMetrics.Timing(seconds: 12_345.678, envStepsPerSecond: 123_456.7)).utf8.count + 1
  }

  private var evaluations: String {
    checkpointsEvaluated > 0 ? "; so are the \(checkpointsEvaluated) that are evaluated" : ""
  }

  /// Two lines.
  public var text: String {
    """
    \(updates) updates; a checkpoint of \(formatBytes(checkpointBytes)) every \(updatesPerCheckpoint) updates or \
    \(checkpointMinutes.short) minutes, of which \(checkpointsKept) are kept\(evaluations)
    \(metricsLines) lines of metrics, about \(formatBytes(metricsBytes)); \(files) files in the end
    """
  }
}

/// What a training takes and writes, for programs: `--plan --json`.
public struct TrainingPlan: Sendable, Encodable {
  /// What one env step of a rollout adds, or several that are one dispatch.
  public struct EnvStep: Sendable, Encodable {
    /// Env steps that the numbers are of: 1 where steps are dispatched one by one.
    public let steps: Int
    public let dispatches: Int
    public let stages: Int
    public let handOvers: Int

    init(_ counts: CommandCounts, steps: Int) {
      self.steps = steps
      (dispatches, stages, handOvers) = (counts.dispatches, counts.stages, counts.handOvers)
    }
  }

  /// The first, which the rest is about.
  public let device: String
  /// How many devices train at the same time.
  public let devices: Int
  public let profile: String
  /// Runs of every wave; what follows is of the largest.
  public let waves: [Int]
  public let windowRuns: Int
  public let environments: Int
  public let steps: Int
  public let agents: Int
  public let minibatchRows: Int
  public let chunkRows: Int
  public let bytes: Int
  public let availableBytes: Int
  public let buffers: [BufferTable.PlannedBuffer]
  /// Of an update; nil where it cannot run on the device.
  public let dispatches: Int?
  /// Stages: dispatches that run side by side.
  public let stages: Int?
  public let handOvers: Int?
  /// Of an env step of the rollout of one window, or of those that are one dispatch.
  public let envStep: EnvStep?
  /// Floating-point operations of the largest part of an update that is submitted by itself.
  public let largestSubmissionFlops: Double?
  public let volume: TrainingVolume
  /// How long it takes; nil where that was not measured.
  public var measurement: TrainingMeasurement?
}
