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

  func run() throws {
    let folder = try training.folder(of: training.configuration())

    var train = try TrainCommand.parse([training.path])
    train.training = training
    var diverged: ExitCode?
    do {
      try train.run()
    } catch let code as ExitCode where code == .diverged {
      diverged = code
    }

    var evaluate = try EvaluateCommand.parse([folder])
    evaluate.deviceOptions = training.deviceOptions
    try evaluate.run()

    StopRequest.ignore()
    try ReportCommand.parse([folder]).run()
    if let diverged { throw diverged }
  }
}
