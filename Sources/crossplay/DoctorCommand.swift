import ArgumentParser
import Doctor
import Foundation
import Runs
import VulkanCompute

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examines a device: whether it computes what it should. Exit code 1 where it does not.",
    discussion: """
      Limits and features, recorded games, one update by every kernel family against float64, ten losses of small \
      trainings, the same bytes twice, matrix units on and off, and a short measurement. It takes a minute or two and \
      needs nothing but the program and a driver; docs/doctor.md says what each check is.
      """)

  @Argument(
    help: ArgumentHelp(
      "Only these checks: \(Doctor.Check.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "check"))
  var checks: [Doctor.Check] = []

  @Option(
    name: .customLong("device"), parsing: .unconditional,
    help: ArgumentHelp(
      "Vulkan device: its number in the list of `crossplay devices`, its UUID or its PCI address.",
      discussion: "The default is CROSSPLAY_DEVICE, or else the best device.", valueName: "device"))
  var name: String?

  @Flag(help: "Print one JSON object with all findings.")
  var json = false

  private struct Result: Encodable {
    let diagnosis: Diagnosis
    let commit: String

    private enum CodingKeys: CodingKey { case commit }

    func encode(to encoder: any Encoder) throws {
      try diagnosis.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(commit, forKey: .commit)
    }
  }

  func run() throws {
    let doctor = try Doctor(device: DeviceOptions.one(name), moreGames: Self.gamesOfTheBundle)
    let diagnosis = try doctor.examine(checks.isEmpty ? Set(Doctor.Check.allCases) : Set(checks)) { finding in
      guard !json else { return }
      let mark = finding.isHealthy ? "passed" : "FAILED"
      try Console.print("\(mark)  \(finding.check.rawValue), \(finding.subject): \(finding.sentence)")
    }
    if json {
      try Console.printJSON(Result(diagnosis: diagnosis, commit: Version.commit))
    } else {
      try Console.print(diagnosis.verdict)
    }
    if !diagnosis.isHealthy { throw ExitCode(1) }
  }

  /// What lies in the folder `games` beside the folder of the program, as scripts/bundle puts it.
  private static var gamesOfTheBundle: [String] {
    let program = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
      .resolvingSymlinksInPath()
    guard program.deletingLastPathComponent().lastPathComponent == "bin" else { return [] }
    let folder = program.deletingLastPathComponent().deletingLastPathComponent().appending(path: "games")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json.gz") }.sorted().map { folder.appending(path: $0).path }
  }
}

extension Doctor.Check: ExpressibleByArgument {}
