import Foundation
import Training
import VulkanCompute

/// One training in one folder: `config.yaml`, `metrics.jsonl`, `checkpoints/`.
///
///     while not finished { update; append metrics; every so often write a checkpoint }
///
/// Stopping the process at any moment loses at most the work since the last checkpoint.
public final class TrainingSession {
  public let folder: URL
  public let trainer: Trainer
  private let device: Device
  private let checkpoints: CheckpointFolder
  private let metrics: MetricsWriter
  private let lock: FolderLock
  /// What the user should know about a resumed training.
  public private(set) var remarks: [String] = []

  static let configurationName = "config.yaml"
  static let metricsName = "metrics.jsonl"
  static let checkpointsName = "checkpoints"

  /// Begins a training in a new or empty folder; refuses a folder that holds one.
  public static func begin(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, device: Device
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
    let trainer = try Trainer(configuration: configuration, runs: runs, device: device)
    let metrics = try MetricsWriter(creating: folder.appendingPathComponent(metricsName).path)
    try AtomicFile.write(configuration.yaml(), to: place)
    return TrainingSession(folder: folder, trainer: trainer, device: device, metrics: metrics, lock: lock)
  }

  /// Continues a training from its last checkpoint, bit by bit; from the start if it has none yet.
  public static func resume(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, device: Device
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
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs(in: shard), device: device)
    let checkpoints = CheckpointFolder(folder.appendingPathComponent(checkpointsName))
    var update = 0
    var remarks: [String] = []
    if let checkpoint = try checkpoints.latest() {
      let written = try restore(trainer, from: checkpoint, device: device)
      if written != TrainingState.identity(of: device) {
        remarks.append(
          "the checkpoint was written on \(written), this is \(TrainingState.identity(of: device)): the training goes "
            + "on, but its last bits may differ from those of an uninterrupted one")
      }
      update = checkpoint.update
    }
    let metrics = try MetricsWriter(resuming: folder.appendingPathComponent(metricsName).path, after: update)
    let session = TrainingSession(folder: folder, trainer: trainer, device: device, metrics: metrics, lock: lock)
    session.remarks = remarks
    return session
  }

  private init(folder: URL, trainer: Trainer, device: Device, metrics: MetricsWriter, lock: FolderLock) {
    self.folder = folder
    self.trainer = trainer
    self.device = device
    self.metrics = metrics
    self.lock = lock
    checkpoints = CheckpointFolder(folder.appendingPathComponent(Self.checkpointsName))
  }

  /// Trains to the end.
  ///
  /// - Parameter report: Called with the metrics of every update, one per run.
  /// - Throws: `TrainingFailure` that names the run; what was written before stays.
  public func run(report: ([RunMetrics]) throws -> Void) throws {
    let interval = trainer.configuration.updatesPerCheckpoint
    while !trainer.isFinished {
      if let metrics = try trainer.submitUpdate() { try record(metrics, report) }
      let isDue = trainer.updatesSubmitted % interval == 0
      guard isDue || trainer.isFinished else { continue }
      if let metrics = try trainer.finishUpdate() { try record(metrics, report) }
      try writeCheckpoint()
    }
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

  private func writeCheckpoint() throws {
    try metrics.synchronize()
    let update = trainer.updatesSubmitted
    if let last = try checkpoints.updates().last, last == update { return }  // resumed at the end
    try checkpoints.write(
      update: update, tensors: trainer.persistentBuffers.map(BufferTensors.tensor),
      description: TrainingState(trainer, device: device))
    try checkpoints.prune(keeping: trainer.configuration.checkpointsKept)
  }

  /// - Returns: What device and profile the checkpoint was written with.
  private static func restore(_ trainer: Trainer, from checkpoint: Checkpoint, device: Device) throws -> String {
    let state: TrainingState = try checkpoint.description()
    func refuse(_ problem: String) -> FileFailure { FileFailure(checkpoint.url.path, problem) }
    guard state.runs == trainer.runs else {
      throw refuse("holds other runs; resume with the same --shard as before")
    }
    let environment = PolicyDescription.Environment(trainer.environment)
    guard state.environment == environment else {
      throw refuse(
        "was written with \(state.environment.name) version \(state.environment.version); this program has version "
          + "\(environment.version) or other parameters, and continuing would not give the same training")
    }
    guard state.stateLayout == device.profile.stateLayout.rawValue else {
      throw refuse("was written on \(state.device), whose state layout differs; resume on a device of that kind")
    }
    for buffer in trainer.persistentBuffers { try BufferTensors.restore(buffer, from: checkpoint.state) }
    trainer.didRestore(updates: checkpoint.update)
    return state.device
  }
}
