import Configuration
import Evaluation
import Files
import Foundation
import Training
import VulkanCompute

/// One training in one folder: `config.yaml`, `metrics.jsonl`, `checkpoints/`, and with `evaluation.interval` `evaluations/`.
///
///     for each wave { while not finished { update; append metrics; every so often write a checkpoint, evaluate it } }
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
  /// What the user should know about a resumed training, and how it goes on.
  public let remarks: [String]
  public let notes: [String]
  private let initial: InitialWeights?
  /// nil between two waves and while policies are evaluated only, so that these do not need memory at the same time.
  private var currentTrainer: Trainer?
  private let evaluations: DueEvaluations

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
          "holds a training already (\(name)); resume it, or choose another output folder",
          remedies: [.resume, .anotherFolder])
      }
    }
    let runs = try configuration.runs(in: shard)
    let initial = try InitialWeights(configuration)
    try Folder.make(folder)
    let lock = try FolderLock(folder)
    let waves = try TrainingWave.plan(
      runs, behind: [], configuration: configuration, in: folder, device: device, limit: waveLimit)
    let trainer = try waves[0].makeTrainer(configuration, initial: initial, device: device)
    // First what `resume` looks for.
    try AtomicFile.write(configuration.yaml(), to: place)
    let metrics = try MetricsWriter(creating: folder.appendingPathComponent(metricsName).path)
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, wave: 0, trainer: trainer, device: device,
      metrics: metrics, lock: lock, notes: [initial?.note].compactMap(\.self), initial: initial)
  }

  /// Continues a training from its last checkpoints, bit by bit. It begins at update 1 only where nothing was trained that a
  /// checkpoint could hold; metrics of such an attempt are moved aside.
  ///
  /// - Parameters:
  ///   - configuration: That of the checkpoints but for its free keys; `total_env_steps` may be larger.
  ///   - extending: Whether the training may become longer than it was to be.
  ///   - waveLimit: As in `begin`; a wave that has a checkpoint keeps its runs.
  /// - Throws: `ResumeFailure` that names the first key that must not change; `FileFailure`.
  public static func resume(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, device: Device,
    extending: Bool = false, waveLimit: Int? = nil
  ) throws -> TrainingSession {
    let place = folder.appendingPathComponent(configurationName)
    guard FileManager.default.fileExists(atPath: place.path) else {
      throw FileFailure(folder.path, "holds no training to resume; start a new one", remedies: [.begin])
    }
    let lock = try FolderLock(folder)
    try Folder.make(folder)
    try TrainingWave.removeRemains(in: folder)
    let begun = try TrainingConfiguration(contentsOf: place.path)
    let grows = configuration.differences(from: begun).first { $0.change == .growing }
    if let grows, configuration.totalEnvSteps > begun.totalEnvSteps, !extending {
      throw ResumeFailure.longer(place: folder.relativePath, grows)
    }
    let runs = try configuration.runs(in: shard)
    var (saved, remarks) = try TrainingWave.saved(runs, configuration: configuration, in: folder, device: device)
    remarks += try Self.remarks(on: begun, now: configuration, folder: folder, isSaved: !saved.isEmpty)
    let waves =
      try saved
      + TrainingWave.plan(
        runs, behind: saved, configuration: configuration, in: folder, device: device, limit: waveLimit)
    let initial = try waves.contains { $0.update == 0 } ? InitialWeights(configuration) : nil
    let start = try ResumedMetrics(in: folder, begun: begun, waves: waves)
    let current = waves.firstIndex { $0.update < configuration.updates } ?? waves.count - 1
    let trainer = try waves[current].makeTrainer(configuration, initial: initial, device: device)
    let metrics = try start.writer()
    if begun != configuration { try AtomicFile.write(configuration.yaml(), to: place) }
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, wave: current, trainer: trainer, device: device,
      metrics: metrics, lock: lock, remarks: remarks + start.remarks,
      notes: [initial?.note].compactMap(\.self) + start.notes(of: configuration), initial: initial)
  }

  /// What is worth a remark where `config.yaml` says something else than what is asked for now.
  private static func remarks(
    on begun: TrainingConfiguration, now: TrainingConfiguration, folder: URL, isSaved: Bool
  ) throws -> [String] {
    let differences = now.differences(from: begun)
    if !isSaved, let first = differences.first(where: { $0.change == .fixed }) {
      throw ResumeFailure.different(place: folder.relativePath, first)
    }
    if let shorter = differences.first(where: { $0.change == .growing }), now.totalEnvSteps < begun.totalEnvSteps {
      throw ResumeFailure.different(place: folder.relativePath, shorter)
    }
    return differences.compactMap { difference in
      switch difference.change {
      case .free: difference.text
      case .growing: "\(difference.text): \(now.schedule(before: begun))"
      case .fixed:
        "\(configurationName) said \(difference.key) \(difference.before ?? "absent"), but its checkpoints were trained with "
          + "\(difference.now ?? "absent"); it is written anew"
      }
    }
  }

  private init(
    folder: URL, configuration: TrainingConfiguration, waves: [TrainingWave], wave: Int, trainer: Trainer,
    device: Device, metrics: MetricsWriter, lock: FolderLock, remarks: [String] = [], notes: [String],
    initial: InitialWeights?
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
    self.notes = notes
    self.initial = initial
    evaluations = DueEvaluations(configuration: configuration, folder: folder, device: device)
  }

  /// Trains the runs of `waves[wave]`.
  public var trainer: Trainer {
    guard let currentTrainer else {
      preconditionFailure("a session is not used while it goes to the next wave or evaluates")
    }
    return currentTrainer
  }

  /// Env steps of all runs that the checkpoints hold and that `trainer` has submitted.
  public var envSteps: Int {
    let others = waves.indices.filter { $0 != wave }.map { waves[$0].update * waves[$0].runs.count }.reduce(0, +)
    return (others + trainer.updatesSubmitted * trainer.runs.count) * configuration.envStepsPerUpdate
  }

  /// Names of runs that diverged, as the last checkpoints say, in the order of the configuration.
  public var diverged: [String] {
    waves.flatMap { wave in wave.runs.filter { wave.diverged[$0.name] != nil } }.sorted { $0.index < $1.index }
      .map(\.name)
  }

  /// Whether all updates of all runs are done, and all evaluations.
  public var isFinished: Bool {
    get throws {
      try wave + 1 == waves.count && trainer.isFinished && evaluations.updates(of: waves).isEmpty
    }
  }

  /// What whoever runs a session hears of, and whether he wants it to stop.
  public struct Control {
    /// Asked before every update, and every few env steps of an evaluation.
    public var isStopping: () -> Bool
    /// Gets the metrics of every update, one per run of the wave.
    public var report: ([RunMetrics]) throws -> Void
    /// Gets the update whose policies play, what they play, and how far that is.
    public var evaluating: (_ update: Int, _ part: String, EvaluationProgress) -> Void
    /// Gets what has come of an evaluation.
    public var evaluated: (_ update: Int, EvaluationSession.Result) -> Void

    public init(
      isStopping: @escaping () -> Bool = { false }, report: @escaping ([RunMetrics]) throws -> Void = { _ in },
      evaluating: @escaping (_ update: Int, _ part: String, EvaluationProgress) -> Void = { _, _, _ in },
      evaluated: @escaping (_ update: Int, EvaluationSession.Result) -> Void = { _, _ in }
    ) {
      (self.isStopping, self.report, self.evaluating, self.evaluated) = (isStopping, report, evaluating, evaluated)
    }
  }

  /// Trains to the end, or until it is asked to stop: it then finishes the update in flight and writes a checkpoint.
  ///
  /// - Throws: `TrainingFailure` that names the run; what was written before stays.
  public func run(_ control: Control = Control()) throws {
    // Those that an earlier process left.
    try evaluate(control)
    try trainWave(control)
    while trainer.isFinished, wave + 1 < waves.count, !control.isStopping() {
      currentTrainer = nil
      wave += 1
      currentTrainer = try waves[wave].makeTrainer(configuration, initial: initial, device: device)
      try trainWave(control)
    }
  }

  private func trainWave(_ control: Control) throws {
    let interval = configuration.updatesPerCheckpoint
    let patience = Duration.seconds(60 * configuration.checkpointMinutes)
    var written = ContinuousClock.now
    while !trainer.isFinished && !control.isStopping() {
      if let metrics = try trainer.submitUpdate() { try record(metrics, control.report) }
      let update = trainer.updatesSubmitted
      let isEvaluated = configuration.isEvaluated(after: update)
      guard update % interval == 0 || isEvaluated || ContinuousClock.now - written >= patience else { continue }
      try writeCheckpoint(control.report)
      if isEvaluated { try evaluate(control) }
      written = .now
    }
    try writeCheckpoint(control.report)
  }

  /// Makes the evaluations that are due. The trainer goes and comes back from its checkpoint, which is where it stands.
  private func evaluate(_ control: Control) throws {
    let due = try evaluations.updates(of: waves)
    guard !due.isEmpty, !control.isStopping() else { return }
    currentTrainer = nil
    let outcome = Swift.Result {
      for update in due {
        let result = try evaluations.evaluate(
          update, progress: { control.evaluating(update, $0, $1) }, isStopping: control.isStopping)
        control.evaluated(update, result)
      }
    }
    currentTrainer = try waves[wave].makeTrainer(configuration, initial: initial, device: device)
    metrics.leaveOutTime()
    do { try outcome.get() } catch is EvaluationStopped { return }
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
    if configuration.onDivergence == .stop, let run = metrics.first(where: \.hasDiverged) {
      throw TrainingFailure.notFinite(
        run: run.name, update: run.update, quantity: run.firstNotFinite ?? "gradient_norm")
    }
  }
}

extension TrainingConfiguration {
  /// What becomes of schedules that end with the training, where it is longer than it was to be.
  fileprivate func schedule(before: TrainingConfiguration) -> String {
    let lengths = "all \(updates) updates instead of \(before.updates)"
    var parts = [
      annealLearningRate ? "learning rates fall linearly to 0 over \(lengths)" : "learning rates stay as they are"
    ]
    if runs.contains(where: { $0.hyperparameters.finalEntropyCoefficient != nil }) {
      parts.append("entropy coefficients change linearly over \(lengths)")
    }
    return parts.joined(separator: ", ")
  }
}
