import ArgumentParser
import Configuration
import Environments
import Evaluation
import Foundation
import Runs
import Training
import VulkanCompute

struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Lets you play a seat in the terminal, with trained policies in the others.",
    discussion: """
      Shows what your seat sees and knows whenever you have a choice. Answer with the number or the name of an action. The \
      finished game is recorded, and crossplay serve shows it and your score beside those of policies. To end the input \
      (Ctrl-D) ends the game without a record.
      """)

  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp(
      "Folder of a training or of exported policies, and the number of one of its runs (default: its first), and of one of its checkpoints (default: the last); once for all "
        + "other seats, or once per other seat; also a file in ONNX.",
      valueName: "folder[:run[@update]]"))
  var policies: [String] = []

  @OptionGroup var foreignOptions: ForeignOptions

  @Option(help: "Your seat, from 0.")
  var seat = 0

  @Option(help: ArgumentHelp("How policies play: \(EvaluationMode.choices).", valueName: "mode"))
  var mode = "greedy"

  @Option(help: "Seed of the game (default: another one every time).")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Where the game is recorded.", valueName: "folder"))
  var games = "played-games"

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    guard let mode = EvaluationMode(mode) else {
      throw UsageError("--mode \(mode): expected \(EvaluationMode.choices)")
    }
    guard !policies.isEmpty else { throw UsageError("give --policy FOLDER: a policy that plays with you") }
    let named = try NamedTeam(policies, besides: 1, onnxRuntime: foreignOptions.library)
    let environment = named.environment
    guard (0..<environment.agentCount).contains(seat) else {
      throw UsageError("--seat \(seat): \(environment.name) has seats 0 to \(environment.agentCount - 1)")
    }
    var team = named.seats.map(\.member)
    team.insert(try WatchedGames.uniform(environment, name: "person"), at: seat)
    var seats = named.seats.map(\.recorded)
    seats.insert(.person, at: seat)
    var settings = EvaluationSettings()
    settings.games = 1
    settings.seed = seed ?? UInt64.random(in: 0..<1 << 32)
    let device = try deviceOptions.open()
    let watched = try WatchedGames(
      environment: environment, team: team, mode: mode, settings: settings, device: device)
    var record = GameRecord(environment, seats: seats, mode: mode.description, seed: settings.seed)
    try Console.print("\(environment.name), you are in seat \(seat); the others play \(mode)")
    for (number, other) in seats.enumerated() where number != seat {
      try Console.print("seat \(number): \(other.name)\(other.folder.map { " of \($0)" } ?? "")")
    }
    while let decisions = try watched.decide() {
      var chosen: [Int: Int] = [:]
      if decisions[seat].isChoice {
        let state = try watched.state()
        try Console.print("\n\(environment.render(state: state, for: seat))\n")
        guard let action = try ask(decisions[seat].legalActions, environment) else {
          Console.log.notice("the game was given up and is not recorded")
          return try deviceOptions.finish(device)
        }
        chosen[seat] = action
      }
      let step = try watched.play(instead: chosen)
      record.add(step, outcomeNames: environment.outcomeNames)
      try show(step, environment)
      if let end = step.end { try finish(end, step, record, environment) }
    }
    try deviceOptions.finish(device)
  }

  /// Asks until the answer is one of the actions; nil where the input ends.
  private func ask(_ legal: [Int], _ environment: any Environment) throws -> Int? {
    try Console.print(legal.enumerated().map { "\($0): \(environment.actionName($1))" }.joined(separator: "\n"))
    while true {
      try Console.print("your action:")
      guard let line = readLine() else { return nil }
      let answer = line.trimmingCharacters(in: .whitespaces)
      if let number = Int(answer), legal.indices.contains(number) { return legal[number] }
      if let action = legal.first(where: { environment.actionName($0) == answer }) { return action }
      try Console.print("that is none of them; answer with a number from 0 to \(legal.count - 1), or a name")
    }
  }

  /// What the seats with a choice did.
  private func show(_ step: WatchedStep, _ environment: any Environment) throws {
    for (number, action) in step.actions.enumerated() where step.chose[number] {
      try Console.print("\(number == seat ? "you" : "seat \(number)"): \(environment.actionName(action))")
    }
    let reward = step.rewards[seat]
    if reward != 0 { try Console.print("reward \(String(format: "%g", Double(reward)))") }
  }

  private func finish(
    _ end: WatchedStep.End, _ step: WatchedStep, _ record: GameRecord, _ environment: any Environment
  ) throws {
    let outcomes = zip(environment.outcomeNames, end.outcomes).map { ", \($0) \(String(format: "%g", Double($1)))" }
    try Console.print("\n\(environment.render(state: step.after))")
    try Console.print(
      "the game is over after \(step.step) steps: return \(String(format: "%g", end.episodeReturn))\(outcomes.joined())"
    )
    let folder = PlayedGamesFolder(URL(fileURLWithPath: games))
    try Console.print("recorded as \(try folder.write(record)) in \(games)")
  }
}
