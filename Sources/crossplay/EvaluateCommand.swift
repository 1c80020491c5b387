import ArgumentParser
import Configuration
import Evaluation
import Files
import Foundation
import Runs
import Training
import VulkanCompute

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Plays every run with itself and with the other seeds of its configuration; writes tables and figures.",
    discussion: """
      Several trainings of the same game, even from other machines or versions, are paired with each other; their runs \
      are named after their folders.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folder of a training, the folders of all its shards, or folders of several trainings and exported policies of the same game.",
      valueName: "folder"))
  var folders: [String]

  @Option(parsing: .unconditional, help: "Games per entry of the matrix.")
  var games: Int?

  @Option(
    name: .customLong("mode"),
    help: ArgumentHelp("Ways to play, separated by commas: \(EvaluationMode.choices).", valueName: "modes"))
  var modes: String?

  @Flag(
    inversion: .prefixedNo,
    help: """
      Also pair runs of different configurations and trainings: the whole block matrix (default: yes for several \
      trainings, else evaluation.across_configurations).
      """)
  var across: Bool?

  @Option(help: "Seed of the games.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Where to write (default: evaluation/ in the folder of a single training).", valueName: "folder"))
  var output: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Measure how far policies are from equivariant, where the game has symmetries (default: evaluation.symmetry)."
  )
  var symmetry: Bool?

  @Option(
    help: ArgumentHelp(
      "Play one part of the teams, for example 2/4, and only keep them.",
      discussion: "The same command without --shard plays what is missing and writes the tables of all.",
      valueName: "i/n"))
  var shard: String?

  @Flag(help: "Print one JSON object per configuration of the sweep, then one per block.")
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    StopRequest.await()
    let share = try shard.map { try Shard($0) } ?? .whole
    let joined = try JoinedTrainings(folders.map { URL(fileURLWithPath: $0) })
    for remark in joined.remarks { Console.log.warning("\(remark)") }
    var settings = try settings(joined.evaluation)
    settings.acrossConfigurations = across ?? (joined.trainings.count > 1 || settings.acrossConfigurations)
    if settings.acrossConfigurations, let (first, second) = joined.differentNetworks {
      throw UsageError(
        "\(first) and \(second) have different networks, and a team shares one network; "
          + "pass --no-across to pair only runs of the same configuration")
    }
    let device = try deviceOptions.open()
    let record = EvaluationRecord(
      joined, settings: settings, device: "\(device.description.name), \(device.description.driver)")
    let target = try EvaluationFolder(record, of: joined, output: output.map { URL(fileURLWithPath: $0) })
    try Folder.make(target.place)
    let evaluators = try joined.networks.map { network in
      try CrossPlayEvaluator(
        environment: joined.environment, architecture: network.architecture, policies: network.policies,
        settings: settings, device: device)
    }
    let played = try PlayedTeams(record, share: share, in: target.place)
    for remark in played.remarks { Console.log.warning("\(remark)") }
    if played.count > 0 { Console.log.info("\(played.count) teams were played before and are not played again") }
    let before = played.count
    let clock = ContinuousClock()
    let start = clock.now
    var lastReport = start
    func control(_ what: @escaping (EvaluationProgress) -> String) -> EvaluationControl {
      EvaluationControl(
        played: { played[$0] }, keep: { try played.keep($0) },
        progress: { progress in
          guard clock.now - lastReport > .seconds(5) else { return }
          lastReport = clock.now
          Console.log.info("\(what(progress)): \(progress.cellsFinished) of \(progress.cells) teams")
        }, isStopping: { StopRequest.isMade })
    }
    let measured = settings.symmetry ? joined.networks : []
    var evaluation: CrossPlayEvaluation?
    do {
      if share == .whole {
        var whole = try CrossPlayEvaluation(
          runs: joined.runs, evaluators: evaluators, control: control { "\($0.mode)" })
        for network in measured {
          whole.add(
            try RunEquivariance.measure(
              runs: joined.runs, policies: network.policies, environment: joined.environment,
              architecture: network.architecture, settings: settings, device: device,
              control: control { _ in "symmetry" }))
        }
        evaluation = whole
      } else {
        try CrossPlayEvaluation.play(
          share, runs: joined.runs, evaluators: evaluators, control: control { "\($0.mode)" })
        for network in measured {
          try RunEquivariance.play(
            share, policies: network.policies, environment: joined.environment, architecture: network.architecture,
            settings: settings, device: device, control: control { _ in "symmetry" })
        }
      }
    } catch let stopped as EvaluationStopped {
      try StopRequest.end("with \(played.count) teams played, which are kept")
      throw stopped
    }
    try deviceOptions.finish(device)
    let seconds = (clock.now - start).inSeconds
    let games = (played.count - before) * settings.games
    let rate = "\(Int(seconds.rounded(.up))) s (\(Int(Double(games) / seconds)) games/s) on \(device.description.name)"
    guard let evaluation else {
      Console.log.info("\(games) games in \(rate)")
      guard !json else { return try Console.printJSON(PlayedShare(shard: share.description, teamsKept: played.count)) }
      return try Console.print("part \(share) of the teams is played; without --shard, evaluate writes the tables")
    }
    let written = try target.write(evaluation)
    played.remove()
    if let earlier = written.earlier {
      Console.log.info("the earlier evaluation was moved to \(earlier.relativePath)")
    }
    Console.log.info("\(games) games in \(rate); written to \(written.url.relativePath)")
    if json {
      for configuration in evaluation.summary.configurations { try Console.printJSON(configuration) }
      for block in evaluation.summary.blocks ?? [] { try Console.printJSON(block) }
    } else {
      try Console.print(SummaryReport.table(evaluation.summary))
    }
  }

  private struct PlayedShare: Encodable {
    let shard: String
    /// Of all shares that are known here.
    let teamsKept: Int
  }

  /// The configuration's settings, overridden by the options of the command.
  private func settings(_ configured: EvaluationSettings) throws -> EvaluationSettings {
    var settings = configured
    if let games {
      let range = EvaluationSettings.gamesRange
      guard range.contains(games) else {
        throw UsageError("--games \(games): expected \(range.lowerBound) to \(range.upperBound)")
      }
      settings.games = games
    }
    if let seed { settings.seed = seed }
    if let symmetry { settings.symmetry = symmetry }
    if let modes {
      settings.modes = try modes.split(separator: ",").map { text in
        guard let mode = EvaluationMode(String(text)) else {
          throw UsageError("--mode \(text): expected \(EvaluationMode.choices)")
        }
        return mode
      }
      guard !settings.modes.isEmpty, Set(settings.modes).count == settings.modes.count else {
        throw UsageError("--mode \(modes): name each mode once, separated by commas")
      }
    }
    return settings
  }
}
