import ArgumentParser
import Configuration
import Environments
import Evaluation
import Files
import Foundation
import Networks
import Runs
import Training
import VulkanCompute

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Shows games step by step, played by trained policies or at random.",
    discussion: """
      With --policy once, one run plays all seats; with one --policy per seat, runs meet each other. The games are those \
      that evaluate plays in its first environment with the same seed, mode and runs. With --environment every seat \
      chooses legal actions at random. With --format hanab-live FILE the games go to files that hanab.live and verify can \
      replay; the second game goes to FILE-2, and so on.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case hanabLive = "hanab-live" }

  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp(
      "Folder of a training or of exported policies, and the number of one of its runs (default: its first), and of one of its checkpoints (default: the last); also a file in ONNX.",
      valueName: "folder[:run[@update]]"))
  var policies: [String] = []

  @OptionGroup var foreignOptions: ForeignOptions

  @Option(name: .customLong("environment"), help: "Name of the environment, for random play.")
  var environmentName: String?

  @OptionGroup var overrides: OverrideOptions

  @Option(help: ArgumentHelp("How policies play: \(EvaluationMode.choices).", valueName: "mode"))
  var mode = "sampled"

  @Option(help: "Games to show.")
  var games = 1

  @Option(help: "Seed of the games.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Wait after every step.", valueName: "seconds"))
  var delay = 0.0

  @Flag(help: "Wait for Enter after every step.")
  var step = false

  @Flag(help: "Print one JSON object per step.")
  var json = false

  @Option(help: "Write replays in this format instead of showing games: hanab-live.")
  var format: Format?

  @Argument(help: ArgumentHelp("File for the replays.", valueName: "file"))
  var file: String?

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    guard let mode = EvaluationMode(mode) else {
      throw UsageError("--mode \(mode): expected \(EvaluationMode.choices)")
    }
    guard (1...1_000_000).contains(games) else { throw UsageError("--games \(games): expected 1 to 1000000") }
    guard (0...3600).contains(delay) else { throw UsageError("--delay \(delay): expected 0 to 3600 seconds") }
    guard !step || delay == 0 else { throw UsageError("--step waits for Enter; leave out --delay") }
    guard (format == nil) == (file == nil) else {
      throw UsageError("replays need a format and a file; give both, as in --format hanab-live game.json")
    }
    guard format == nil || !(json || step || delay > 0) else {
      throw UsageError("--format writes a file and shows nothing; leave out --json, --step and --delay")
    }
    let table = try table()
    guard table.team != nil || mode == .sampled else {
      throw UsageError("--mode \(mode) is for policies; random play has no preferences, leave it out")
    }
    var settings = EvaluationSettings()
    settings.games = games
    settings.seed = seed
    let device = try deviceOptions.open()
    let watched = try WatchedGames(
      environment: table.environment, team: table.team, mode: mode, settings: settings, device: device)
    if let file {
      try writeReplays(of: watched, table, to: URL(fileURLWithPath: file))
      return try deviceOptions.finish(device)
    }
    let printer = WatchPrinter(environment: table.environment, seats: table.seats, json: json)
    try printer.begin(mode: table.team == nil ? nil : mode, seed: seed)
    while let next = try watched.next() {
      try printer.show(next)
      if !(try wait()) { break }
    }
    try deviceOptions.finish(device)
  }

  /// Waits between two steps; false if the user ended the input.
  private func wait() throws -> Bool {
    if delay > 0 { Thread.sleep(forTimeInterval: delay) }
    return !step || readLine() != nil
  }

  /// One file per game.
  private func writeReplays(of watched: WatchedGames, _ table: Table, to url: URL) throws {
    // Names of players there are short and all different.
    let names = table.seats.indices.map { "seat \($0)" }
    func begin() throws -> HanabLiveRecorder {
      do {
        return try HanabLiveRecorder(table.environment, names: names)
      } catch let error as HanabLiveRecorder.Unsupported {
        throw UsageError("--format hanab-live: \(error)")
      }
    }
    var recorder = try begin()
    while let next = try watched.next() {
      recorder.add(before: next.before, actions: next.actions, after: next.after)
      guard let end = next.end else { continue }
      let base = url.deletingPathExtension().lastPathComponent
      let name = next.game == 1 ? base : "\(base)-\(next.game)"
      let suffix = url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)"
      let place = url.deletingLastPathComponent().appendingPathComponent(name + suffix)
      try AtomicFile.write(try recorder.json(), to: place)
      try Console.print("\(place.relativePath)  return \(String(format: "%g", end.episodeReturn))")
      recorder = try begin()
    }
  }

  // MARK: Who plays what

  private struct Table {
    let environment: any Environment
    /// The policy of each seat with its network; nil for random play.
    let team: [Roster.Member]?
    /// A description of each seat.
    let seats: [String]
  }

  private func table() throws -> Table {
    switch (environmentName, policies.isEmpty) {
    case (nil, true): throw UsageError("give --policy FOLDER to watch what was trained, or --environment NAME")
    case (.some, false): throw UsageError("--policy brings its own environment; leave out --environment")
    case (.some(let name), true): return try randomTable(name)
    case (nil, false):
      guard overrides.overrides.isEmpty else {
        throw UsageError("--set belongs to --environment; a policy plays the game that it was trained on")
      }
      return try trainedTable()
    }
  }

  private func randomTable(_ name: String) throws -> Table {
    let environment = try TrainingConfiguration.ofEnvironment(
      name, command: "watch", overrides: overrides.overrides
    ).makeEnvironment()
    return Table(
      environment: environment, team: nil, seats: Array(repeating: "random", count: environment.agentCount))
  }

  private func trainedTable() throws -> Table {
    let named = try NamedTeam(policies, onnxRuntime: foreignOptions.library)
    return Table(environment: named.environment, team: named.seats.map(\.member), seats: named.seats.map(\.text))
  }
}
