import ArgumentParser
import Configuration
import Foundation
import Runs
import Training
import VulkanCompute

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains every run of a configuration: seeds times values of the sweep.")

  @OptionGroup var training: TrainingOptions

  @Option(help: ArgumentHelp("Train one part of the runs, for example 2/4.", valueName: "i/n"))
  var shard: String?

  @Option(
    name: .customLong("wave-runs"), parsing: .unconditional,
    help: ArgumentHelp(
      "Train at most N runs at a time, in waves (default: as many as fit into memory).",
      valueName: "n"))
  var waveRuns: Int?

  @Flag(help: "Also write event files for TensorBoard, one per run, into tensorboard/ in the folder.")
  var tensorboard = false

  @Flag(help: "Print the memory plan, the waves, what is written, and dispatches per update, and stop.")
  var plan = false

  @Flag(help: "With --plan: also train for a few seconds, to say how long it takes; writes nothing.")
  var measure = false

  @Flag(help: "Print one JSON object with the result.")
  var json = false

  func validate() throws {
    guard plan || !measure else { throw ValidationError("--measure is for --plan; give both") }
  }

  private struct Result: Encodable {
    let folder: String
    let runs: Int
    let waves: Int
    let updates: Int
    let envSteps: Int
    let seconds: Double
    let envStepsPerSecond: Double
    let meanReturn: Double?
    /// Names of runs that diverged.
    let diverged: [String]
    /// The first.
    let device: String
    let devices: Int
    let dispatchesPerUpdate: Int
    let handOversPerUpdate: Int
  }

  func run() throws {
    StopRequest.await()
    let configuration = try training.configuration()
    let part = try shard.map { try Shard($0) } ?? .whole
    if let waveRuns, waveRuns < 1 { throw UsageError("--wave-runs \(waveRuns): expected at least 1") }
    let runs = try configuration.runs(in: part)
    let devices = try training.deviceOptions.openAll(
      environments: min(runs.count, waveRuns ?? .max) * configuration.environments)
    if plan { return try printPlan(configuration, part, runs, devices) }
    let folder = URL(fileURLWithPath: training.folder(of: configuration))
    let session = try session(configuration, part, in: folder, devices)
    for remark in session.remarks { Console.log.warning("\(remark)") }
    for note in session.notes { Console.log.info("\(note)") }
    let waves = session.waves.map(\.runs.count)
    let division = waves.count > 1 ? " in waves of \(waves.map { "\($0)" }.joined(separator: ", "))" : ""
    let perUpdate = session.commandsPerUpdate.text(per: "update")
    let names = devices.map(\.description.name).joined(separator: " and ")
    Console.log.info("\(waves.reduce(0, +)) runs\(division) on \(names), \(perUpdate)")

    let board = try tensorboard ? TensorBoardFolder(of: folder) : nil
    let first = session.envSteps
    let clock = ContinuousClock()
    let start = clock.now
    var progress = ProgressLine(
      updates: configuration.updates,
      envSteps: configuration.updates * configuration.envStepsPerUpdate * waves.reduce(0, +),
      isTerminal: Console.rewritesLines, output: Console.note)
    var returns: [Int: Double] = [:]
    var meanReturn: Double? { returns.isEmpty ? nil : returns.values.reduce(0, +) / Double(returns.count) }
    defer { progress.finish() }
    var diverged = Set(session.diverged)
    func report(_ report: TrainingSession.Report) throws {
      try board?.append(report.lines)
      for run in report.metrics where run.hasDiverged && diverged.insert(run.name).inserted {
        progress.finish()
        Console.log.warning(
          "run \(run.name) diverged in update \(run.update); it keeps its last finite weights, the other runs go on")
      }
      for run in report.metrics { returns[run.run] = run.episodeReturn.map(Double.init) ?? returns[run.run] }
      if waves.count > 1 { progress.prefix = "wave \(report.wave + 1)/\(waves.count)" }
      let wave = report.metrics.compactMap { returns[$0.run] }
      progress.report(
        update: report.metrics[0].update, envStepsDone: report.envSteps,
        meanReturn: wave.isEmpty ? nil : wave.reduce(0, +) / Double(wave.count), at: (clock.now - start).inSeconds)
    }
    var lastReport = start
    let control = TrainingSession.Control(
      isStopping: { StopRequest.isMade }, report: report,
      evaluating: { update, part, done in
        guard clock.now - lastReport > .seconds(5) else { return }
        lastReport = clock.now
        progress.finish()
        Console.log.info("evaluating update \(update), \(part): \(done.cellsFinished) of \(done.cells) teams")
      },
      evaluated: { update, result in
        progress.finish()
        Console.log.info("update \(update) is evaluated, in \(result.place.url.relativePath)")
      })
    do {
      try session.run(control)
    } catch let failure as TrainingFailure {
      guard case .notFinite = failure else { throw failure }
      progress.finish()
      Console.log.error("\(failure)")
      throw ExitCode.diverged
    }
    progress.finish()
    try training.deviceOptions.finish(devices)
    if try !session.isFinished { try StopRequest.end(session.standing) }
    let seconds = (clock.now - start).inSeconds
    let steps = session.envSteps - first
    let result = Result(
      folder: folder.path, runs: waves.reduce(0, +), waves: waves.count, updates: configuration.updates,
      envSteps: configuration.updates * configuration.envStepsPerUpdate, seconds: seconds,
      envStepsPerSecond: seconds > 0 ? Double(steps) / seconds : 0, meanReturn: meanReturn,
      diverged: session.diverged, device: devices[0].description.name, devices: devices.count,
      dispatchesPerUpdate: session.commandsPerUpdate.dispatches,
      handOversPerUpdate: session.commandsPerUpdate.handOvers)
    if json {
      try Console.printJSON(result)
    } else {
      try Console.print("trained \(result.runs) runs for \(result.envSteps) env steps each in \(folder.relativePath)")
    }
    if !session.diverged.isEmpty { throw ExitCode.diverged }
  }

  private func printPlan(
    _ configuration: TrainingConfiguration, _ part: Shard, _ runs: [RunConfiguration], _ devices: [Device]
  ) throws {
    var measurement: TrainingMeasurement?
    if measure {
      let folder = training.resume ? training.folder(of: configuration) : nil
      let waves = try TrainingSession.standing(
        configuration, shard: part, in: folder.map { URL(fileURLWithPath: $0) }, devices: devices, waveLimit: waveRuns)
      measurement = try TrainingMeasurement.measure(configuration, waves: waves, on: devices)
      try training.deviceOptions.finish(devices)
    }
    if json {
      var plan = try Trainer.plan(
        configuration: configuration, runs: runs, devices: devices, waveLimit: waveRuns)
      plan.measurement = measurement
      return try Console.printJSON(plan)
    }
    try Console.print(
      try Trainer.planText(configuration: configuration, runs: runs, devices: devices, waveLimit: waveRuns))
    if measure { try Console.print(measurement?.text ?? "nothing is left to train") }
  }

  private func session(
    _ configuration: TrainingConfiguration, _ part: Shard, in folder: URL, _ devices: [Device]
  ) throws -> TrainingSession {
    guard training.resume else {
      return try .begin(configuration, shard: part, in: folder, devices: devices, waveLimit: waveRuns)
    }
    do {
      return try .resume(
        configuration, shard: part, in: folder, devices: devices, extending: training.extend, waveLimit: waveRuns)
    } catch let failure as ResumeFailure {
      guard case .longer = failure else { throw failure }
      throw UsageError("\(failure); ask with --extend")
    }
  }
}

extension ExitCode {
  /// The training is done, but at least one run diverged.
  static let diverged = ExitCode(3)
}
