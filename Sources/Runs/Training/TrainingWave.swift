import Configuration
import Environments
import Files
import Foundation
import Policies
import Training
import VulkanCompute

/// Runs of a training that one device trains at the same time, with checkpoints of their own.
public final class TrainingWave {
  public let runs: [RunConfiguration]
  /// Finished updates in the last checkpoint, 0 where there is none.
  public private(set) var update: Int
  /// The last of them that has a line of metrics, or whose line is about later ones, too (`metrics_interval`).
  let updateOfLines: Int
  /// The last update whose metrics are known.
  private(set) var measuredUpdate: Int
  /// By the name of a run that diverged, the update in which it did, as the last checkpoint says.
  public private(set) var diverged: [String: Int]
  private let checkpoints: CheckpointFolder

  private init(
    runs: [RunConfiguration], update: Int, updatesWithoutLine: Int = 0, diverged: [String: Int] = [:],
    checkpoints: CheckpointFolder
  ) {
    self.runs = runs
    self.update = update
    updateOfLines = update - updatesWithoutLine
    measuredUpdate = update
    self.diverged = diverged
    self.checkpoints = checkpoints
  }

  /// The waves that have checkpoints, those trained furthest first, and what the user should know about them.
  static func saved(
    _ runs: [RunConfiguration], configuration: TrainingConfiguration, in folder: URL, devices: [Device]
  ) throws -> (waves: [TrainingWave], remarks: [String]) {
    let known = Set(runs)
    var found: Set<RunConfiguration> = []
    var remarks: [String] = []
    let environment = PolicyDescription.Environment(try configuration.makeEnvironment())
    let waves = try root(folder).waves().compactMap { checkpoints -> TrainingWave? in
      guard let checkpoint = try checkpoints.latest() else { return nil }
      func refuse(_ problem: String) -> FileFailure { FileFailure(checkpoint.url.path, problem) }
      let state: TrainingState = try checkpoint.description()
      try state.requireContinuation(by: configuration, of: checkpoint.url)
      guard known.isSuperset(of: state.runs) else {
        throw FileFailure(
          checkpoint.url.path, "holds runs of another part of the training; resume with the same part as before",
          remedies: [.sameShard])
      }
      guard found.isDisjoint(with: state.runs) else { throw refuse("holds runs that another checkpoint holds too") }
      guard state.environment == environment else {
        throw refuse(
          "was written with \(state.environment.name) version \(state.environment.version); this program has version "
            + "\(environment.version) or other parameters, and continuing would not give the same training")
      }
      found.formUnion(state.runs)
      let identities = devices.map { TrainingState.identity(of: $0, precision: configuration.precision) }
      if let identity = identities.first(where: { $0 != state.device }) {
        remarks.append(
          "the checkpoint was written on \(state.device), this is \(identity): the training "
            + "goes on, but its last bits may differ from those of an uninterrupted one")
      }
      return TrainingWave(
        runs: state.runs, update: checkpoint.update, updatesWithoutLine: state.updatesWithoutLine ?? 0,
        diverged: state.diverged ?? [:], checkpoints: checkpoints)
    }
    let first = waves.enumerated().sorted { ($1.element.update, $0.offset) < ($0.element.update, $1.offset) }
    return (first.map(\.element), Array(Set(remarks)).sorted())
  }

  /// Waves for the runs that none of `saved` holds.
  static func plan(
    _ runs: [RunConfiguration], behind saved: [TrainingWave], configuration: TrainingConfiguration, in folder: URL,
    devices: [Device], limit: Int?
  ) throws -> [TrainingWave] {
    let found = Set(saved.flatMap(\.runs))
    let rest = runs.filter { !found.contains($0) }
    let parts = try Trainer.waves(of: rest, configuration: configuration, devices: devices, limit: limit)
    return parts.map { part in
      let checkpoints = root(folder)
      return TrainingWave(
        runs: part, update: 0,
        checkpoints: part.count == runs.count
          ? checkpoints : checkpoints.wave(of: part[0].index...part[part.count - 1].index))
    }
  }

  /// Notes that the metrics of an update are known.
  func measured(update: Int) { measuredUpdate = update }

  /// Removes checkpoints that were being written or removed when a process was killed.
  static func removeRemains(in folder: URL) throws {
    try root(folder).removeRemains()
    for checkpoints in try root(folder).waves() { try checkpoints.removeRemains() }
  }

  private static func root(_ folder: URL) -> CheckpointFolder {
    CheckpointFolder(folder.appendingPathComponent(TrainingSession.checkpointsName))
  }

  /// The updates of its checkpoints, rising.
  func savedUpdates() throws -> [Int] { try checkpoints.updates() }

  /// A trainer of these runs, where the last checkpoint stands, or at the beginning.
  ///
  /// - Parameter initial: Weights that all runs begin with; nil for those that they draw.
  func makeTrainer(
    _ configuration: TrainingConfiguration, initial: InitialWeights?, device: Device
  ) throws -> Trainer {
    let trainer = try Trainer(configuration: configuration, runs: runs, device: device)
    if update > 0 {
      try restore(trainer, device: device)
    } else if let initial {
      try trainer.begin(with: initial.parameters)
    }
    return trainer
  }

  private func restore(_ trainer: Trainer, device: Device) throws {
    guard let checkpoint = try checkpoints.latest() else { return }
    let state: TrainingState = try checkpoint.description()
    guard state.stateLayout == device.profile.stateLayout.rawValue else {
      throw FileFailure(
        checkpoint.url.path,
        "was written on \(state.device), whose state layout differs; resume on a device of that kind")
    }
    try checkpoint.requireFinite(checkpoint.state.read("parameters"), of: runs)
    for buffer in trainer.persistentBuffers { try BufferTensors.restore(buffer, from: checkpoint.state) }
    trainer.didRestore(
      updates: checkpoint.update,
      intervalSums: try IntervalTensor.sums(in: checkpoint.state, runs: runs.count, updates: state.updatesWithoutLine))
  }

  func writeCheckpoint(_ trainer: Trainer, device: Device) throws {
    let state = try TrainingState(trainer, device: device)
    try checkpoints.write(
      update: trainer.updatesSubmitted,
      tensors: trainer.persistentBuffers.map(BufferTensors.tensor) + IntervalTensor.tensors(trainer.intervalSums),
      description: state)
    update = trainer.updatesSubmitted
    diverged = state.diverged ?? [:]
    try checkpoints.prune(
      keeping: trainer.configuration.checkpointsKept, and: trainer.configuration.isEvaluated(after:))
  }
}
