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

  @Flag(help: "Print one JSON object with the result.")
  var json = false

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
    let device: String
    let dispatchesPerUpdate: Int
    let handOversPerUpdate: Int
  }

  func run() throws {
    StopRequest.await()
    let configuration = try training.configuration()
    let part = try shard.map { try Shard($0) } ?? .whole
    if let waveRuns, waveRuns < 1 { throw UsageError("--wave-runs \(waveRuns): expected at least 1") }
    let runs = try min(configuration.runs(in: part).count, waveRuns ?? .max)
    let device = try training.deviceOptions.open(environments: runs * configuration.environments)
    if plan {
      let runs = try configuration.runs(in: part)
      guard !json else {
        return try Console.printJSON(
          Trainer.plan(configuration: configuration, runs: runs, device: device, waveLimit: waveRuns))
      }
      return try Console.print(
        try Trainer.planText(configuration: configuration, runs: runs, device: device, waveLimit: waveRuns))
    }
    let folder = URL(fileURLWithPath: training.folder(of: configuration))
    let session = try session(configuration, part, in: folder, device)
    for remark in session.remarks { Console.log.warning("\(remark)") }
    for note in session.notes { Console.log.info("\(note)") }
    let waves = session.waves.map(\.runs.count)
    let division = waves.count > 1 ? " in waves of \(waves.map { "\($0)" }.joined(separator: ", "))" : ""
    let perUpdate = session.trainer.commandsPerUpdate.text(per: "update")
    Console.log.info("\(waves.reduce(0, +)) runs\(division) on \(device.description.name), \(perUpdate)")

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
    func report(_ metrics: [RunMetrics]) throws {
      try board?.append(metrics)
      for run in metrics where run.hasDiverged && diverged.insert(run.name).inserted {
        progress.finish()
        Console.log.warning(
          "run \(run.name) diverged in update \(run.update); it keeps its last finite weights, the other runs go on")
      }
      for run in metrics { returns[run.run] = run.episodeReturn.map(Double.init) ?? returns[run.run] }
      if waves.count > 1 { progress.prefix = "wave \(session.wave + 1)/\(waves.count)" }
      let wave = metrics.compactMap { returns[$0.run] }
      progress.report(
        update: metrics[0].update, envStepsDone: session.envSteps,
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
    try training.deviceOptions.finish(device)
    if try !session.isFinished {
      let wave = waves.count > 1 ? " of wave \(session.wave + 1) of \(waves.count)" : ""
      try StopRequest.end("after update \(session.trainer.updatesSubmitted) of \(configuration.updates)\(wave)")
    }
    let seconds = (clock.now - start).inSeconds
    let steps = session.envSteps - first
    let result = Result(
      folder: folder.path, runs: waves.reduce(0, +), waves: waves.count, updates: session.trainer.updatesSubmitted,
      envSteps: session.trainer.envSteps, seconds: seconds,
      envStepsPerSecond: seconds > 0 ? Double(steps) / seconds : 0, meanReturn: meanReturn,
      diverged: session.diverged, device: device.description.name,
      dispatchesPerUpdate: session.trainer.commandsPerUpdate.dispatches,
      handOversPerUpdate: session.trainer.commandsPerUpdate.handOvers)
    if json {
      try Console.printJSON(result)
    } else {
      try Console.print("trained \(result.runs) runs for \(result.envSteps) env steps each in \(folder.relativePath)")
    }
    if !session.diverged.isEmpty { throw ExitCode.diverged }
  }

  private func session(
    _ configuration: TrainingConfiguration, _ part: Shard, in folder: URL, _ device: Device
  ) throws -> TrainingSession {
    guard training.resume else {
      return try .begin(configuration, shard: part, in: folder, device: device, waveLimit: waveRuns)
    }
    do {
      return try .resume(
        configuration, shard: part, in: folder, device: device, extending: training.extend, waveLimit: waveRuns)
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
