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

  @Flag(help: "Print the memory plan, the waves, and dispatches per update, and stop.")
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
    let device: String
    let dispatchesPerUpdate: Int
    let handOversPerUpdate: Int
  }

  func run() throws {
    let configuration = try training.configuration()
    let part = try shard.map { try Shard($0) } ?? .whole
    if let waveRuns, waveRuns < 1 { throw UsageError("--wave-runs \(waveRuns): expected at least 1") }
    let runs = try min(configuration.runs(in: part).count, waveRuns ?? .max)
    let device = try training.deviceOptions.open(environments: runs * configuration.environments)
    if plan {
      guard !json else { throw UsageError("--plan prints text only; leave out --json") }
      print(
        try Trainer.planText(
          configuration: configuration, runs: configuration.runs(in: part), device: device, waveLimit: waveRuns))
      return
    }
    let folder = URL(fileURLWithPath: training.folder(of: configuration))
    let session =
      training.resume
      ? try TrainingSession.resume(configuration, shard: part, in: folder, device: device, waveLimit: waveRuns)
      : try TrainingSession.begin(configuration, shard: part, in: folder, device: device, waveLimit: waveRuns)
    for remark in session.remarks { Console.log.warning("\(remark)") }
    let waves = session.waves.map(\.runs.count)
    let division = waves.count > 1 ? " in waves of \(waves.map { "\($0)" }.joined(separator: ", "))" : ""
    let trainer = session.trainer
    let perUpdate =
      "\(trainer.dispatchesPerUpdate) dispatches and \(trainer.handOversPerUpdate) hand-overs to the host per update"
    Console.log.info("\(waves.reduce(0, +)) runs\(division) on \(device.description.name), \(perUpdate)")

    let board = try tensorboard ? TensorBoardFolder(of: folder) : nil
    let first = session.envSteps
    let clock = ContinuousClock()
    let start = clock.now
    var progress = ProgressLine(
      updates: configuration.updates,
      envSteps: configuration.updates * configuration.envStepsPerUpdate * waves.reduce(0, +))
    var returns: [Int: Double] = [:]
    var meanReturn: Double? { returns.isEmpty ? nil : returns.values.reduce(0, +) / Double(returns.count) }
    defer { progress.finish() }
    try session.run { metrics in
      try board?.append(metrics)
      for run in metrics { returns[run.run] = run.episodeReturn.map(Double.init) ?? returns[run.run] }
      if waves.count > 1 { progress.prefix = "wave \(session.wave + 1)/\(waves.count)" }
      let wave = metrics.compactMap { returns[$0.run] }
      progress.report(
        update: metrics[0].update, envStepsDone: session.envSteps,
        meanReturn: wave.isEmpty ? nil : wave.reduce(0, +) / Double(wave.count), at: (clock.now - start).inSeconds)
    }
    progress.finish()
    try training.deviceOptions.finish(device)
    let seconds = (clock.now - start).inSeconds
    let steps = session.envSteps - first
    let result = Result(
      folder: folder.path, runs: waves.reduce(0, +), waves: waves.count, updates: session.trainer.updatesSubmitted,
      envSteps: session.trainer.envSteps, seconds: seconds,
      envStepsPerSecond: seconds > 0 ? Double(steps) / seconds : 0, meanReturn: meanReturn,
      device: device.description.name, dispatchesPerUpdate: session.trainer.dispatchesPerUpdate,
      handOversPerUpdate: session.trainer.handOversPerUpdate)
    if json {
      try Console.printJSON(result)
    } else {
      print("trained \(result.runs) runs for \(result.envSteps) env steps each in \(folder.relativePath)")
    }
  }
}
