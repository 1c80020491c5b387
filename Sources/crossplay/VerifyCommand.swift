import ArgumentParser
import Environments
import VulkanCompute

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Replays recorded games of a reference implementation and compares every value; exit code 1 on a difference.")

  @Argument(help: ArgumentHelp("Recorded games, .json or .json.gz.", valueName: "trace"))
  var traces: [String]

  @Flag(help: "Print one JSON object per file.")
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    let device = try deviceOptions.open()
    var agrees = true
    for trace in traces {
      let report = try TraceReplay.replay(file: trace, device: device)
      agrees = agrees && report.agrees
      if json { try Console.printJSON(report) } else { try Console.print(report) }
    }
    try deviceOptions.finish(device)
    if !agrees { throw ExitCode(1) }
  }
}
