import ArgumentParser
import Checkpoints
import Foundation
import Training

/// The whole experiment of one configuration: train, evaluate, report, each as its own command does it.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Trains every run of a configuration, evaluates all of them and writes the report.",
    discussion: """
      The same as train, evaluate and report one after another, with the configuration's evaluation settings. With \
      --resume it goes on wherever it was interrupted.
      """)

  @Argument(help: ArgumentHelp("The configuration, in YAML.", valueName: "config.yaml"))
  var path: String

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var deviceOptions: DeviceOptions

  @Option(help: ArgumentHelp("Folder of the results (default: runs/<name of the configuration>).", valueName: "folder"))
  var output: String?

  @Flag(help: "Continue from the last checkpoint in the folder.")
  var resume = false

  func run() throws {
    let configuration = try TrainingConfiguration(contentsOf: path, overrides: overrides.overrides).checked()
    let folder = output ?? "runs/\(configuration.name)"

    var train = try TrainCommand.parse([path, "--output", folder] + (resume ? ["--resume"] : []))
    train.overrides = overrides
    train.deviceOptions = deviceOptions
    try train.run()

    var evaluate = try EvaluateCommand.parse([folder])
    evaluate.deviceOptions = deviceOptions
    try evaluate.run()

    try ReportCommand.parse([folder]).run()
  }
}
