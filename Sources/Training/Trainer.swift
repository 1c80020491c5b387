import CShaders
import Configuration
import Environments
import Networks
import VulkanCompute

/// Trains all runs of a configuration at once.
///
/// One update is recorded once and submitted many times; the host reads the metrics of an update while the device works
/// on the next one.
public final class Trainer {
  public let configuration: TrainingConfiguration
  public let runs: [RunConfiguration]
  public let environment: any Environment
  public let architecture: NetworkArchitecture
  public let layout: ParameterLayout
  public let table: BufferTable

  /// Updates that have been submitted.
  public private(set) var updatesSubmitted = 0
  /// Of one update of all runs.
  public let commandsPerUpdate: CommandCounts
  /// Runs that share a dispatch.
  public let windowRuns: Int

  private let device: Device
  let parts: TrainerParts
  var shape: TrainingShape { parts.shape }
  private let firstEpisodes: CommandSequence
  private let update: [CommandSequence]
  private let copyMetrics: [CommandSequence]
  private let metricHistory: [Buffer<Float>]  // two of (R, RUN_SCALARS)
  private var pending: (submission: Submission, slot: Int, update: Int)?
  /// Sums of every run over the updates since the last lines of metrics; empty at the beginning of an interval.
  public private(set) var intervalSums: [MetricSums] = []
  /// Lines of metrics, one per run, where the update whose metrics were returned last ends an interval
  /// (`metrics_interval`); else empty.
  public private(set) var lines: [RunMetrics] = []

  /// Plans, allocates, initializes weights and environments, and records an update.
  ///
  /// - Parameter runs: Runs of this process, a part of `configuration.runs`.
  /// - Throws: `ConfigurationError` where minibatches do not divide the rollout, `VulkanError` where the device lacks memory
  ///   or limits.
  public convenience init(configuration: TrainingConfiguration, runs: [RunConfiguration], device: Device) throws {
    try self.init(configuration: configuration, runs: runs, device: device, windowLimit: runs.count)
  }

  /// - Parameter windowLimit: The most runs that may share a dispatch.
  init(configuration: TrainingConfiguration, runs: [RunConfiguration], device: Device, windowLimit: Int) throws {
    self.configuration = configuration
    self.runs = runs
    self.device = device
    table = BufferTable(device: device)
    parts = try TrainerParts(
      configuration: configuration, runs: runs.count, device: device, table: table, windowLimit: windowLimit)
    environment = parts.environment.environment
    architecture = parts.network.architecture
    layout = parts.network.layout
    windowRuns = parts.network.windowRuns
    try table.allocate()
    try parts.initialize(runs: runs)

    let parts = parts
    firstEpisodes = try device.record { recorder in
      for window in parts.windows { parts.recordFirstEpisodes(recorder, runs: window) }
    }
    try device.submit(firstEpisodes).wait()
    update = try parts.update.map(device.record)
    commandsPerUpdate = CommandCounts(update)
    let history = try (0..<2).map {
      try device.hostBuffer("metric history \($0)", of: Float.self, count: parts.scalars.metrics.count)
    }
    metricHistory = history
    copyMetrics = try history.map { slot in
      try device.record { $0.copy(from: parts.scalars.metrics.whole, to: slot.whole) }
    }
  }

  /// Env steps that every run has taken in the updates submitted so far.
  public var envSteps: Int { updatesSubmitted * configuration.envStepsPerUpdate }

  /// Whether all updates of the configuration have been submitted.
  public var isFinished: Bool { updatesSubmitted >= configuration.updates }

  /// Submits the next update and returns the metrics of the one before it, one per run; nil for the first.
  public func submitUpdate() throws -> [RunMetrics]? {
    let slot = updatesSubmitted % 2
    let submission = try device.submit(update + [copyMetrics[slot]], label: "update \(updatesSubmitted + 1)")
    updatesSubmitted += 1
    let metrics = try collect()
    pending = (submission, slot, updatesSubmitted)
    return metrics
  }

  /// Waits for the update in flight and returns its metrics; nil if there is none.
  public func finishUpdate() throws -> [RunMetrics]? { try collect() }

  private func collect() throws -> [RunMetrics]? {
    guard let (submission, slot, update) = pending else { return nil }
    pending = nil
    try submission.wait()
    let sums = try metricHistory[slot].read()
    let block = Int(RUN_SCALARS)
    let rows = shape.rows * shape.epochs
    let ofUpdate = runs.enumerated().map { position, run in
      MetricSums(sums[position * block..<(position + 1) * block], run: run, rows: rows)
    }
    if let position = ofUpdate.firstIndex(where: { $0[METRIC_ILLEGAL_ACTIONS] > 0 }) {
      throw TrainingFailure.illegalAction(run: runs[position].name, update: update)
    }
    if intervalSums.isEmpty {
      intervalSums = ofUpdate
    } else {
      for position in runs.indices { intervalSums[position] += ofUpdate[position] }
    }
    let endsInterval = update.isMultiple(of: configuration.metricsInterval) || update == configuration.updates
    lines = endsInterval ? metrics(intervalSums, update: update) : []
    if endsInterval { intervalSums = [] }
    return metrics(ofUpdate, update: update)
  }

  private func metrics(_ sums: [MetricSums], update: Int) -> [RunMetrics] {
    zip(runs, sums).map { run, sums in
      RunMetrics(
        sums: sums, outcomes: environment.outcomeQuantities, run: run, update: update,
        envSteps: update * configuration.envStepsPerUpdate, rows: shape.rows * shape.epochs,
        steps: shape.epochs * shape.minibatches)
    }
  }

  /// Parameters of one run, (P) with padding. No update may be in flight: call `finishUpdate()` first.
  public func parameters(run: Int) throws -> [Float] {
    precondition(pending == nil, "parameters are read after finishUpdate()")
    return try parts.learner.parameters.read(run: run)
  }

  /// The update, from 1, in which every run diverged; nil for those that did not. No update may be in flight.
  public func divergedUpdates() throws -> [Int?] {
    precondition(pending == nil, "progress is read after finishUpdate()")
    return try runs.indices.map { run in
      let update = Int(try parts.scalars.progress.read(run: run)[Int(PROGRESS_DIVERGED)])
      return update > 0 ? update : nil
    }
  }

  /// Puts trained weights in place of those that every run has drawn; before the first update.
  ///
  /// - Parameter parameters: (P) with padding.
  public func begin(with parameters: [Float]) throws {
    precondition(updatesSubmitted == 0 && parameters.count == layout.count)
    for run in runs.indices { try parts.learner.parameters.write(parameters, run: run) }
  }

  /// Buffers that make up the state of the training: save them, and restore them to continue bit by bit.
  public var persistentBuffers: [AnyBuffer] { table.persistentBuffers }

  /// Tells the trainer that the persistent buffers hold the state after `updates` updates.
  ///
  /// - Parameter sums: One per run, of the updates that have no line of metrics yet; empty where all have.
  public func didRestore(updates: Int, intervalSums sums: [MetricSums] = []) {
    precondition(pending == nil, "restoring while an update is in flight")
    precondition(sums.isEmpty || sums.count == runs.count)
    updatesSubmitted = updates
    intervalSums = sums
  }

  /// What one repetition of a benchmark submits.
  func benchmarkWork(_ kind: TrainingBenchmark.Kind) throws -> [CommandSequence] {
    switch kind {
    case .train: return update
    case .inference:
      return try parts.windows.map { window in
        try device.record { recorder in try parts.recordRollout(recorder, runs: window) }
      }
    }
  }

  /// Times of the first submission of every kernel of a training, and of the next.
  static func firstDispatches(_ configuration: TrainingConfiguration, device: Device) throws -> (
    first: [Timing], next: [Timing]
  ) {
    let trainer = try device.timed {
      try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    }
    var first = try trainer.firstEpisodes.timings()
    try device.submit(trainer.update).wait()
    first += try trainer.update.flatMap { try $0.timings() }
    try device.submit(trainer.update).wait()
    return (first, try trainer.update.flatMap { try $0.timings() })
  }

  /// The same work once more, with the time of every dispatch.
  func profile(_ kind: TrainingBenchmark.Kind) throws -> Profile {
    let peaks = try MeasuredPeaks.measure(
      on: device, mixed: configuration.precision == .mixed && device.products != nil)
    let work = try device.timed {
      try kind == .train ? parts.update.map(device.record) : benchmarkWork(.inference)
    }
    try device.submit(work).wait()
    return try Profile(
      work.flatMap { try $0.timings() }, shares: parts.rowShares(runs: parts.windows.last?.count ?? 0), peaks: peaks)
  }
}

/// A training that cannot go on.
public enum TrainingFailure: Error, Equatable, CustomStringConvertible {
  /// A loss, a gradient or a metric of a run became NaN or infinite.
  case notFinite(run: String, update: Int, quantity: String)
  /// An environment refused the action of a policy: a defect of the engine.
  case illegalAction(run: String, update: Int)

  public var description: String {
    switch self {
    case .notFinite(let run, let update, let quantity):
      "run \(run) diverged: \(quantity) is not a finite number in update \(update); earlier checkpoints are intact, "
        + "try a smaller learning_rate or max_gradient_norm, or on_divergence: continue"
    case .illegalAction(let run, let update):
      "run \(run): an environment refused an action in update \(update); please report this defect of the engine"
    }
  }
}
