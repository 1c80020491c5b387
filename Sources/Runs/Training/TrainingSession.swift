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
/// With several devices, each trains one wave at a time, on a thread of its own, and takes the next that waits.
///
/// Killing the process at any moment loses at most the work since the last checkpoint; asking it to stop loses nothing.
public final class TrainingSession {
  public let folder: URL
  public let configuration: TrainingConfiguration
  /// Runs that one device trains at the same time; mostly there is one wave per device.
  public let waves: [TrainingWave]
  private let lanes: [TrainingLane]
  /// Places of waves that no device has begun, in order.
  private var waiting: [Int]
  private let metrics: MetricsWriter
  private let lock: FolderLock
  /// What the user should know about a resumed training, and how it goes on.
  public let remarks: [String]
  public let notes: [String]
  private let initial: InitialWeights?
  /// Held by the device whose thread uses what is the session's own.
  private let turn = NSLock()
  /// Whether a device has failed: the others stop.
  private var hasFailed = false
  /// Of one update of the first wave that is trained.
  public let commandsPerUpdate: CommandCounts
  private let evaluations: DueEvaluations

  static let configurationName = "config.yaml"
  static let metricsName = "metrics.jsonl"
  static let checkpointsName = "checkpoints"

  /// Begins a training in a new or empty folder; refuses a folder that holds one.
  ///
  /// - Parameters:
  ///   - devices: At least one; each trains its share.
  ///   - waveLimit: The most runs that a device trains at the same time; nil for as many as fit.
  public static func begin(
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, devices: [Device],
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
      runs, behind: [], configuration: configuration, in: folder, devices: devices, limit: waveLimit)
    let lanes = try lanes(waves, configuration, initial: initial, devices: devices)
    // First what `resume` looks for.
    try AtomicFile.write(configuration.yaml(), to: place)
    let metrics = try MetricsWriter(creating: folder.appendingPathComponent(metricsName).path)
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, lanes: lanes, metrics: metrics, lock: lock,
      remarks: remarks(on: devices, waves: waves, configuration), notes: [initial?.note].compactMap(\.self),
      initial: initial)
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
    _ configuration: TrainingConfiguration, shard: Shard = .whole, in folder: URL, devices: [Device],
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
    var (saved, remarks) = try TrainingWave.saved(runs, configuration: configuration, in: folder, devices: devices)
    remarks += try Self.remarks(on: begun, now: configuration, folder: folder, isSaved: !saved.isEmpty)
    let waves =
      try saved
      + TrainingWave.plan(
        runs, behind: saved, configuration: configuration, in: folder, devices: devices, limit: waveLimit)
    let initial = try waves.contains { $0.update == 0 } ? InitialWeights(configuration) : nil
    let start = try ResumedMetrics(in: folder, begun: begun, waves: waves)
    let lanes = try lanes(waves, configuration, initial: initial, devices: devices)
    let metrics = try start.writer()
    if begun != configuration { try AtomicFile.write(configuration.yaml(), to: place) }
    return TrainingSession(
      folder: folder, configuration: configuration, waves: waves, lanes: lanes, metrics: metrics, lock: lock,
      remarks: remarks + start.remarks + Self.remarks(on: devices, waves: waves, configuration),
      notes: [initial?.note].compactMap(\.self) + start.notes(of: configuration), initial: initial)
  }

  /// Runs and finished updates of the waves that `begin`, or `resume` in a folder, would train.
  ///
  /// - Parameter folder: nil for a training that begins.
  /// - Throws: As `begin` and `resume`; nothing is written.
  public static func standing(
    _ configuration: TrainingConfiguration, shard: Shard, in folder: URL?, devices: [Device], waveLimit: Int?
  ) throws -> [(runs: [RunConfiguration], update: Int)] {
    let runs = try configuration.runs(in: shard)
    guard let folder else {
      return try Trainer.waves(of: runs, configuration: configuration, devices: devices, limit: waveLimit).map {
        ($0, 0)
      }
    }
    let saved = try TrainingWave.saved(runs, configuration: configuration, in: folder, devices: devices).waves
    let waves =
      try saved
      + TrainingWave.plan(
        runs, behind: saved, configuration: configuration, in: folder, devices: devices, limit: waveLimit)
    return waves.map { ($0.runs, $0.update) }
  }

  /// One per device that has something to do; where nothing is left, the last wave stands for the training.
  private static func lanes(
    _ waves: [TrainingWave], _ configuration: TrainingConfiguration, initial: InitialWeights?, devices: [Device]
  ) throws -> [TrainingLane] {
    let unfinished = waves.indices.filter { waves[$0].update < configuration.updates }
    return try zip(unfinished.isEmpty ? [waves.count - 1] : unfinished, devices).map { wave, device in
      let trainer = try waves[wave].makeTrainer(configuration, initial: initial, device: device)
      return TrainingLane(device, wave: wave, trainer: trainer)
    }
  }

  /// What is worth a remark about several devices.
  private static func remarks(
    on devices: [Device], waves: [TrainingWave], _ configuration: TrainingConfiguration
  ) -> [String] {
    var remarks: [String] = []
    let kinds = devices.map { TrainingState.identity(of: $0, precision: configuration.precision) }
    if let other = kinds.first(where: { $0 != kinds[0] }) {
      remarks.append(
        "the devices are of different kinds (\(kinds[0]); \(other)), so the last bits of a run depend on which of them "
          + "trains it")
    }
    let unfinished = waves.count { $0.update < configuration.updates }
    if devices.count > unfinished, unfinished > 0 {
      remarks.append(
        "only \(unfinished) of the \(devices.count) devices have something to do: runs that have begun together stay "
          + "together")
    }
    return remarks
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
    folder: URL, configuration: TrainingConfiguration, waves: [TrainingWave], lanes: [TrainingLane],
    metrics: MetricsWriter, lock: FolderLock, remarks: [String], notes: [String], initial: InitialWeights?
  ) {
    self.folder = folder
    self.configuration = configuration
    self.waves = waves
    self.lanes = lanes
    waiting = waves.indices.filter { place in
      waves[place].update < configuration.updates && !lanes.contains { $0.wave == place }
    }
    self.metrics = metrics
    self.lock = lock
    self.remarks = remarks
    self.notes = notes
    self.initial = initial
    commandsPerUpdate = lanes[0].trainer.commandsPerUpdate
    evaluations = DueEvaluations(configuration: configuration, folder: folder)
  }

  /// Trains the runs of the wave that the first device has; not to be asked for while the session runs.
  public var trainer: Trainer { lanes[0].trainer }

  /// What an update of the runs of one wave has brought.
  public struct Report {
    /// Place of the wave.
    public let wave: Int
    /// One per run of the wave.
    public let metrics: [RunMetrics]
    /// What was written to `metrics.jsonl`: one per run at the end of an interval, else nothing.
    public let lines: [RunMetrics]
    /// Of all runs so far.
    public let envSteps: Int
  }

  /// Env steps of all runs whose metrics are known.
  public var envSteps: Int { turn.withLock { envStepsOfAll } }

  private var envStepsOfAll: Int {
    waves.reduce(0) { $0 + $1.measuredUpdate * $1.runs.count } * configuration.envStepsPerUpdate
  }

  /// How far the training is, for example `after update 3 of 8 of wave 2 of 2`; not to be asked while it runs.
  public var standing: String {
    let begun = waves.indices.filter { (1..<configuration.updates).contains(waves[$0].update) }
    guard !begun.isEmpty else {
      let finished = waves.count { $0.update >= configuration.updates }
      return waves.count > 1
        ? "after \(finished) of \(waves.count) waves" : "after update \(waves[0].update) of \(configuration.updates)"
    }
    let parts = begun.map { place in
      "update \(waves[place].update) of \(configuration.updates)"
        + (waves.count > 1 ? " of wave \(place + 1) of \(waves.count)" : "")
    }
    return "after \(parts.joined(separator: ", "))"
  }

  /// Names of runs that diverged, as the last checkpoints say, in the order of the configuration.
  public var diverged: [String] {
    waves.flatMap { wave in wave.runs.filter { wave.diverged[$0.name] != nil } }.sorted { $0.index < $1.index }
      .map(\.name)
  }

  /// Whether all updates of all runs are done, and all evaluations; not to be asked while it runs.
  public var isFinished: Bool {
    get throws {
      try waves.allSatisfy { $0.update >= configuration.updates } && evaluations.updates(of: waves).isEmpty
    }
  }

  /// What whoever runs a session hears of, once at a time and from any thread, and whether he wants it to stop.
  public struct Control {
    /// Asked before every update, and every few env steps of an evaluation; from several threads at once.
    public var isStopping: () -> Bool
    /// Gets what every update has brought.
    public var report: (Report) throws -> Void
    /// Gets the update whose policies play, what they play, and how far that is.
    public var evaluating: (_ update: Int, _ part: String, EvaluationProgress) -> Void
    /// Gets what has come of an evaluation.
    public var evaluated: (_ update: Int, EvaluationSession.Result) -> Void

    public init(
      isStopping: @escaping () -> Bool = { false }, report: @escaping (Report) throws -> Void = { _ in },
      evaluating: @escaping (_ update: Int, _ part: String, EvaluationProgress) -> Void = { _, _, _ in },
      evaluated: @escaping (_ update: Int, EvaluationSession.Result) -> Void = { _, _ in }
    ) {
      (self.isStopping, self.report, self.evaluating, self.evaluated) = (isStopping, report, evaluating, evaluated)
    }
  }

  /// Trains to the end, or until it is asked to stop: it then finishes the updates in flight and writes checkpoints.
  ///
  /// - Throws: `TrainingFailure` that names the run; what was written before stays, and other devices write checkpoints.
  public func run(_ control: Control = Control()) throws {
    // Those that an earlier process left.
    try evaluate(0, control)
    try DeviceThreads.run(lanes.count) { [self] index in
      do {
        try train(index, control)
      } catch {
        turn.withLock { hasFailed = true }
        throw error
      }
    }
  }

  private func isStopping(_ control: Control) -> Bool { control.isStopping() || turn.withLock { hasFailed } }

  private func train(_ index: Int, _ control: Control) throws {
    let lane = lanes[index]
    try trainWave(index, control)
    while lane.trainer.isFinished, !isStopping(control),
      let next = turn.withLock({ waiting.isEmpty ? nil : waiting.removeFirst() })
    {
      try lane.goOn(to: next) {
        try waves[next].makeTrainer(configuration, initial: initial, device: lane.device)
      }
      try trainWave(index, control)
    }
  }

  private func trainWave(_ index: Int, _ control: Control) throws {
    let lane = lanes[index]
    let interval = configuration.updatesPerCheckpoint
    let patience = Duration.seconds(60 * configuration.checkpointMinutes)
    var written = ContinuousClock.now
    while !lane.trainer.isFinished && !isStopping(control) {
      if let metrics = try lane.trainer.submitUpdate() { try record(metrics, index, control.report) }
      let update = lane.trainer.updatesSubmitted
      let isEvaluated = configuration.isEvaluated(after: update)
      guard update % interval == 0 || isEvaluated || ContinuousClock.now - written >= patience else { continue }
      try writeCheckpoint(index, control.report)
      if isEvaluated { try evaluate(index, control) }
      written = .now
    }
    try writeCheckpoint(index, control.report)
  }

  /// Makes the evaluations that are due, while no other device does; those that have finished an update wait. The trainer
  /// goes and comes back from its checkpoint, which is where it stands.
  private func evaluate(_ index: Int, _ control: Control) throws {
    try turn.withLock {
      let due = try evaluations.updates(of: waves)
      guard !due.isEmpty, !hasFailed, !control.isStopping() else { return }
      let lane = lanes[index]
      let start = ContinuousClock.now
      let outcome = Swift.Result {
        try lane.withoutTrainer {
          for update in due {
            let result = try evaluations.evaluate(
              update, on: lane.device, progress: { control.evaluating(update, $0, $1) }, isStopping: control.isStopping)
            control.evaluated(update, result)
          }
        } afterwards: {
          try waves[lane.wave].makeTrainer(configuration, initial: initial, device: lane.device)
        }
      }
      metrics.leaveOut(ContinuousClock.now - start, device: index)
      do { try outcome.get() } catch is EvaluationStopped { return }
    }
  }

  /// After the update in flight; does nothing where the last checkpoint says all.
  private func writeCheckpoint(_ index: Int, _ report: (Report) throws -> Void) throws {
    let lane = lanes[index]
    if let metrics = try lane.trainer.finishUpdate() { try record(metrics, index, report) }
    guard lane.trainer.updatesSubmitted > waves[lane.wave].update else { return }
    try turn.withLock { try metrics.synchronize() }
    try waves[lane.wave].writeCheckpoint(lane.trainer, device: lane.device)
  }

  private func record(_ metrics: [RunMetrics], _ index: Int, _ report: (Report) throws -> Void) throws {
    let lane = lanes[index]
    try turn.withLock {
      let lines = lane.trainer.lines
      if !lines.isEmpty { try self.metrics.append(lines, device: index) }
      waves[lane.wave].measured(update: metrics[0].update)
      try report(Report(wave: lane.wave, metrics: metrics, lines: lines, envSteps: envStepsOfAll))
    }
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
    let rates =
      switch learningRateSchedule {
      case .constant: "learning rates stay as they are"
      case .linear: "learning rates fall linearly to 0 over \(lengths)"
      case .cosine: "learning rates fall along a cosine to 0 over \(lengths)"
      }
    var parts = [rates]
    if runs.contains(where: { $0.hyperparameters.learningRateWarmup > 0 }) {
      parts.append("warm-up is its part of \(lengths)")
    }
    if !entropySchedule.isEmpty {
      parts.append("entropy coefficients follow their schedule over \(lengths)")
    } else if runs.contains(where: { $0.hyperparameters.finalEntropyCoefficient != nil }) {
      parts.append("entropy coefficients change linearly over \(lengths)")
    }
    return parts.joined(separator: ", ")
  }
}
