import ArgumentParser
import Checkpoints
import Foundation
import Training
import VulkanCompute

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains every run of a configuration: seeds times values of the sweep.")

  @Argument(help: ArgumentHelp("The configuration, in YAML.", valueName: "config.yaml"))
  var path: String

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var deviceOptions: DeviceOptions

  @Option(help: ArgumentHelp("Folder of the results (default: runs/<name of the configuration>).", valueName: "folder"))
  var output: String?

  @Flag(help: "Continue from the last checkpoint in the folder.")
  var resume = false

  @Option(help: ArgumentHelp("Train one part of the runs, for example 2/4.", valueName: "i/n"))
  var shard: String?

  @Flag(help: "Print the memory plan and stop.")
  var plan = false

  @Flag(help: "Print one JSON object with the result.")
  var json = false

  private struct Result: Encodable {
    let folder: String
    let runs: Int
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
    let configuration = try TrainingConfiguration(contentsOf: path, overrides: overrides.overrides).checked()
    let part = try shard.map { try Shard($0) } ?? .whole
    let device = try deviceOptions.open()
    if plan {
      guard !json else { throw UsageError("--plan prints text for people; leave out --json") }
      print(try Trainer.planText(configuration: configuration, runs: configuration.runs(in: part), device: device))
      return
    }
    let folder = URL(fileURLWithPath: output ?? "runs/\(configuration.name)")
    let session =
      resume
      ? try TrainingSession.resume(configuration, shard: part, in: folder, device: device)
      : try TrainingSession.begin(configuration, shard: part, in: folder, device: device)
    let trainer = session.trainer
    for remark in session.remarks { Console.log.warning("\(remark)") }
    let perUpdate =
      "\(trainer.dispatchesPerUpdate) dispatches and \(trainer.handOversPerUpdate) hand-overs to the host per update"
    Console.log.info("\(trainer.runs.count) runs on \(device.description.name), \(perUpdate)")

    let first = trainer.envSteps
    let clock = ContinuousClock()
    let start = clock.now
    var progress = ProgressLine(
      updates: configuration.updates,
      envSteps: configuration.updates * configuration.envStepsPerUpdate * trainer.runs.count)
    var meanReturn: Double?
    defer { progress.finish() }
    try session.run { metrics in
      let returns = metrics.compactMap(\.episodeReturn).map(Double.init)
      if !returns.isEmpty { meanReturn = returns.reduce(0, +) / Double(returns.count) }
      progress.report(
        update: metrics[0].update, envStepsDone: metrics[0].envSteps * metrics.count, meanReturn: meanReturn,
        at: (clock.now - start).inSeconds)
    }
    progress.finish()
    try deviceOptions.finish(device)
    let seconds = (clock.now - start).inSeconds
    let steps = (trainer.envSteps - first) * trainer.runs.count
    let result = Result(
      folder: folder.path, runs: trainer.runs.count, updates: trainer.updatesSubmitted, envSteps: trainer.envSteps,
      seconds: seconds, envStepsPerSecond: seconds > 0 ? Double(steps) / seconds : 0, meanReturn: meanReturn,
      device: device.description.name, dispatchesPerUpdate: trainer.dispatchesPerUpdate,
      handOversPerUpdate: trainer.handOversPerUpdate)
    if json {
      try Console.printJSON(result)
    } else {
      print("trained \(result.runs) runs for \(result.envSteps) env steps each in \(folder.relativePath)")
    }
  }
}
