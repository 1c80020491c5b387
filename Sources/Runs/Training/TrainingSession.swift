import Configuration
import Files
import Foundation
import Training
import VulkanCompute

/// One training in one folder: `config.yaml`, `metrics.jsonl`, `checkpoints/`.
///
///     for each wave { while not finished { update; append metrics; every so often write a checkpoint } }
///
/// Killing the process at any moment loses at most the work since the last checkpoint; asking it to stop loses nothing.
public final class TrainingSession {
  public let folder: URL
  public let configuration: TrainingConfiguration
  /// Runs that are trained at the same time, one wave after another; mostly there is one.
  public let waves: [TrainingWave]
  /// The place in `waves` of the runs that `trainer` trains.
  public private(set) var wave: Int
  private let device: Device
  private let metrics: MetricsWriter
  private let lock: FolderLock
  /// What the user should know about a resumed training.
  public let remarks: [String]
  /// nil between two waves only, so that they do not need memory at the same time.
  private var currentTrainer: Trainer?

  static let configurationName = "config.yaml"
  static let metricsName = "metrics.jsonl"
  static let checkpointsName = "checkpoints"

  /// Begins a training in a new or empty folder; refuses a folder that holds one.
  ///
  /// - Parameter waveLimit: The most runs that are trained at the same time; nil for as many as fit.
  public static func begin(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, device: Device,
    waveLimit: Int? = nil
  ) throws -> TrainingSession {
    let place = folder.appendingPathComponent(configurationName)
    for name in [configurationName, metricsName, checkpointsName] {
      guard !FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) else {
        throw FileFailure(
          folder.path,
          "holds a training already (\(name)); continue it with --resume, or choose another folder with "
            + "--output")
      }
    }
    let runs = try configuration.runs(in: shard)
    try Folder.make(folder)
    let lock = try FolderLock(folder)
    let waves = try TrainingWave.plan(
      runs, behind: [], configuration: configuration, in: folder, device: device, limit: waveLimit)
    let trainer = try Trainer(configuration: configuration, runs: waves[0].runs, device: device)
    // First what `resume` looks for.
    try AtomicFile.write(configuration.yaml(), to: place)
    let metrics = try MetricsWriter(creating: folder.appendingPathComponent(metricsName).path)
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, wave: 0, trainer: trainer, device: device,
      metrics: metrics, lock: lock)
  }

  /// Continues a training from its last checkpoints, bit by bit; from the start if it has none yet.
  ///
  /// - Parameter waveLimit: As in `begin`; a wave that has a checkpoint keeps its runs.
  public static func resume(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, device: Device,
    waveLimit: Int? = nil
  ) throws -> TrainingSession {
    let place = folder.appendingPathComponent(configurationName)
    guard FileManager.default.fileExists(atPath: place.path) else {
      throw FileFailure(folder.path, "holds no training to resume; leave out --resume to begin one")
    }
    let begun = try TrainingConfiguration(contentsOf: place.path)
    guard begun == configuration else {
      throw FileFailure(
        place.path,
        "is not the configuration that was asked for; resume with the same values, "
          + "or begin another training with --output")
    }
    let lock = try FolderLock(folder)
    let runs = try configuration.runs(in: shard)
    let (saved, remarks) = try TrainingWave.saved(runs, configuration: configuration, in: folder, device: device)
    let waves =
      try saved
      + TrainingWave.plan(
        runs, behind: saved, configuration: configuration, in: folder, device: device, limit: waveLimit)
    let current = waves.firstIndex { $0.update < configuration.updates } ?? waves.count - 1
    let trainer = try Trainer(configuration: configuration, runs: waves[current].runs, device: device)
    try waves[current].restore(trainer, device: device)
    let updates = Dictionary(
      uniqueKeysWithValues: waves.flatMap { wave in wave.runs.map { ($0.index, wave.update) } })
    let metrics = try MetricsWriter(
      resuming: folder.appendingPathComponent(metricsName).path, after: { updates[$0] ?? 0 })
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, wave: current, trainer: trainer, device: device,
      metrics: metrics, lock: lock, remarks: remarks)
  }

  private init(
    folder: URL, configuration: TrainingConfiguration, waves: [TrainingWave], wave: Int, trainer: Trainer,
    device: Device, metrics: MetricsWriter, lock: FolderLock, remarks: [String] = []
  ) {
    self.folder = folder
    self.configuration = configuration
    self.waves = waves
    self.wave = wave
    currentTrainer = trainer
    self.device = device
    self.metrics = metrics
    self.lock = lock
    self.remarks = remarks
  }

  /// Trains the runs of `waves[wave]`.
  public var trainer: Trainer {
    guard let currentTrainer else { preconditionFailure("a session is not used while it goes to the next wave") }
    return currentTrainer
  }

  /// Env steps of all runs that the checkpoints hold and that `trainer` has submitted.
  public var envSteps: Int {
    let others = waves.indices.filter { $0 != wave }.map { waves[$0].update * waves[$0].runs.count }.reduce(0, +)
    return (others + trainer.updatesSubmitted * trainer.runs.count) * configuration.envStepsPerUpdate
  }

  /// Whether all updates of all runs are done.
  public var isFinished: Bool { wave + 1 == waves.count && trainer.isFinished }

  /// Trains to the end, or until it is asked to stop: it then finishes the update in flight and writes a checkpoint.
  ///
  /// - Parameters:
  ///   - isStopping: Asked before every update.
  ///   - report: Called with the metrics of every update, one per run of the wave.
  /// - Throws: `TrainingFailure` that names the run; what was written before stays.
  public func run(isStopping: () -> Bool = { false }, report: ([RunMetrics]) throws -> Void) throws {
    try trainWave(isStopping, report)
    while trainer.isFinished, wave + 1 < waves.count, !isStopping() {
      currentTrainer = nil
      wave += 1
      currentTrainer = try Trainer(configuration: configuration, runs: waves[wave].runs, device: device)
      try waves[wave].restore(trainer, device: device)
      try trainWave(isStopping, report)
    }
  }

  private func trainWave(_ isStopping: () -> Bool, _ report: ([RunMetrics]) throws -> Void) throws {
    let interval = configuration.updatesPerCheckpoint
    let patience = Duration.seconds(60 * configuration.checkpointMinutes)
    var written = ContinuousClock.now
    while !trainer.isFinished && !isStopping() {
      if let metrics = try trainer.submitUpdate() { try record(metrics, report) }
      guard trainer.updatesSubmitted % interval == 0 || ContinuousClock.now - written >= patience else { continue }
      try writeCheckpoint(report)
      written = .now
    }
    try writeCheckpoint(report)
  }

  /// After the update in flight; does nothing where the last checkpoint says all.
  private func writeCheckpoint(_ report: ([RunMetrics]) throws -> Void) throws {
    if let metrics = try trainer.finishUpdate() { try record(metrics, report) }
    guard trainer.updatesSubmitted > waves[wave].update else { return }
    try metrics.synchronize()
    try waves[wave].writeCheckpoint(trainer, device: device)
  }

  private func record(_ metrics: [RunMetrics], _ report: ([RunMetrics]) throws -> Void) throws {
    try self.metrics.append(metrics)
    try report(metrics)
    for run in metrics {
      if let quantity = run.firstNotFinite {
        throw TrainingFailure.notFinite(run: run.name, update: run.update, quantity: quantity)
      }
    }
  }
}
