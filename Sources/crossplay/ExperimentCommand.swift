import ArgumentParser
import Configuration
import Foundation
import Runs
import Training

/// The whole experiment of one configuration: train, evaluate and report, each like its own command.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Trains every run of a configuration, evaluates all of them and writes the report.",
    discussion: """
      Runs train, evaluate and report one after another, with the configuration's evaluation settings. With --resume, \
      it continues wherever it was interrupted.
      """)

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp(
      "Train one part of the runs, for example 2/4, in shard-2-of-4/ of the folder; the last part evaluates and reports.",
      valueName: "i/n"))
  var shard: String?

  func run() throws {
    let configuration = try training.configuration()
    let folder = training.folder(of: configuration)
    let part = try shard.map { try Shard($0) } ?? .whole
    let parts = try (1...part.count).map { try Shard("\($0)/\(part.count)") }
    let folders = parts.map { part == .whole ? folder : "\(folder)/shard-\($0.number)-of-\($0.count)" }

    var train = try TrainCommand.parse([training.path])
    train.training = training
    train.training.output = folders[part.number - 1]
    train.shard = shard
    var diverged: ExitCode?
    do {
      try train.run()
    } catch let code as ExitCode where code == .diverged {
      diverged = code
    }

    let rest = try zip(parts, folders).filter { try !Self.isTrained($0, of: configuration, in: $1) }
    if rest.isEmpty {
      let results = part == .whole ? [] : ["--output", "\(folder)/evaluation"]
      var evaluate = try EvaluateCommand.parse(folders + results)
      evaluate.deviceOptions = training.deviceOptions.first
      try evaluate.run()

      StopRequest.ignore()
      let report = part == .whole ? [] : ["--evaluation", "\(folder)/evaluation", "--output", "\(folder)/report"]
      try ReportCommand.parse(folders + report).run()
    } else {
      Console.log.info(
        "\(rest.count) of \(folders.count) parts are not trained yet; the last of them evaluates all runs and reports")
    }
    if let diverged { throw diverged }
  }

  /// Whether all runs of a part have come to their end.
  private static func isTrained(
    _ part: Shard, of configuration: TrainingConfiguration, in folder: String
  ) throws -> Bool {
    guard let trained = try? TrainingFolder(URL(fileURLWithPath: folder)) else { return false }
    return try Set(trained.savedRuns) == Set(configuration.runs(in: part))
      && trained.checkpoints.allSatisfy { $0.update >= configuration.updates }
  }
}
