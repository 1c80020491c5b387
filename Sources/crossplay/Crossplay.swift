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
      PlayCommand.self, ServeCommand.self, FlowCommand.self,
    ])

  static func main() {
    Console.prepare()
    do {
      try Console.requireOpenFiles()
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(Advice.adding(to: error))
    }
  }

  /// Ends the process as `exit(withError:)` does, but for help that cannot be written.
  private static func end(_ error: any Error) -> Never {
    guard exitCode(for: error) == .success else { exit(withError: error) }
    let help = fullMessage(for: error)
    do {
      if !help.isEmpty { try Console.print(help) }
      exit()
    } catch {
      exit(withError: error)
    }
  }
}
