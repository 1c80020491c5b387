import ArgumentParser
import Runs

/// `crossplay`: the command line. Results go to stdout, everything else to stderr.
@main struct Crossplay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crossplay",
    abstract:
      "Trains hundreds of independent-PPO runs of cooperative games at once on a Vulkan device, and pairs them.",
    version: Version.identity,
    subcommands: [
      DevicesCommand.self, ExperimentCommand.self, TrainCommand.self, EvaluateCommand.self, ReportCommand.self,
      ExportCommand.self, ImportCommand.self, VerifyCommand.self, BenchCommand.self, WatchCommand.self,
      FlowCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: Advice.adding(to: error))
    }
  }
}
