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
      are named after their folders, and their networks may differ. With --checkpoint, crossplay report draws self-play and \
      cross-play over training; evaluation.interval makes such evaluations while it trains.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folder of a training, the folders of all its shards, or folders of several trainings and exported policies of the same game; "
        + "also files in ONNX.",
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

  @Option(
    help: ArgumentHelp(
      "Play the policies of this update, or those of every update that has a checkpoint: a number or all.",
      valueName: "update"))
  var checkpoint: String?

  @OptionGroup var foreignOptions: ForeignOptions

  @Option(help: "Seed of the games.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Where to write (default: evaluation/ in the folder of a single training; with --checkpoint evaluations/UPDATE/).",
      valueName: "folder"))
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

  /// Which checkpoints of the trainings.
  private enum Choice {
    case last
    case update(Int)
    case all
  }

  private func choice() throws -> Choice {
    switch checkpoint {
    case nil: return .last
    case "all": return .all
    case .some(let text):
      guard let update = Int(text), update >= 1 else {
        throw UsageError("--checkpoint \(text): expected the number of an update, or all")
      }
      return .update(update)
    }
  }

  func run() throws {
    StopRequest.await()
    let share = try shard.map { try Shard($0) } ?? .whole
    let urls = folders.map { URL(fileURLWithPath: $0) }
    let asked = output.map { URL(fileURLWithPath: $0) }
    let target = asked.map { EvaluationFolder.Output.folder($0) }
    switch try choice() {
    case .last:
      try evaluate(try joined(urls), in: target ?? .training, on: nil, share: share)
    case .update(let update):
      let joined = try joined(urls, update: update)
      let series = try series(of: joined)
      try evaluate(joined, in: target ?? .series(series, update: update), on: nil, update: update, share: share)
    case .all:
      let updates = try TrainedRuns.commonUpdates(in: urls)
      guard let last = updates.last else {
        throw UsageError("--checkpoint all: \(folders.joined(separator: ", ")) have no checkpoints of the same update")
      }
      let series = try asked.map { EvaluationSeries($0) } ?? series(of: joined(urls, update: last))
      let device = try deviceOptions.open()
      for update in updates {
        let joined = try joined(urls, update: update)
        try evaluate(joined, in: .series(series, update: update), on: device, update: update, share: share)
      }
      try deviceOptions.finish(device)
    }
  }

  private func joined(_ urls: [URL], update: Int? = nil) throws -> JoinedTrainings {
    try JoinedTrainings(urls, update: update, onnxRuntime: foreignOptions.library)
  }

  private func series(of joined: JoinedTrainings) throws -> EvaluationSeries {
    if output == nil { try EvaluationFolder.requireOne(joined) }
    return EvaluationSeries(ofTraining: joined.trainings[0].folders[0])
  }

  /// - Parameters:
  ///   - shared: The device of several evaluations; nil for one of this evaluation.
  ///   - update: Of the checkpoints, where it was asked for.
  ///   - share: Which teams are played; only the whole writes tables.
  private func evaluate(
    _ joined: JoinedTrainings, in output: EvaluationFolder.Output, on shared: Device?, update: Int? = nil,
    share: Shard
  ) throws {
    for remark in joined.remarks { Console.log.warning("\(remark)") }
    var settings = try settings(joined.evaluation)
    settings.acrossConfigurations =
      across ?? (joined.trainings.count > 1 || !joined.partners.isEmpty || settings.acrossConfigurations)
    let device = try shared ?? deviceOptions.open()
    let session = try EvaluationSession(joined, settings: settings, device: device, output: output, share: share)
    // A series also holds the shares of its other updates.
    if case .series = output {} else { for remark in session.remarks { Console.log.warning("\(remark)") } }
    let what = update.map { "update \($0): " } ?? ""
    if let update, let existing = try session.existing {
      Console.log.info("update \(update) was evaluated before, in \(existing.folder.relativePath)")
      return try print(existing.summary, of: update, envSteps: existing.record.envSteps)
    }
    if session.teamsBefore > 0 {
      Console.log.info("\(what)\(session.teamsBefore) teams were played before and are not played again")
    }
    let clock = ContinuousClock()
    let start = clock.now
    var lastReport = start
    func report(_ part: String, _ progress: EvaluationProgress) {
      guard clock.now - lastReport > .seconds(5) else { return }
      lastReport = clock.now
      Console.log.info("\(what)\(part): \(progress.cellsFinished) of \(progress.cells) teams")
    }
    var result: EvaluationSession.Result?
    let games: Int
    do {
      if share == .whole {
        let whole = try session.run(progress: report, isStopping: { StopRequest.isMade })
        (result, games) = (whole, whole.games)
      } else {
        games = try session.play(progress: report, isStopping: { StopRequest.isMade })
      }
    } catch let stopped as EvaluationStopped {
      try StopRequest.end("\(what)with \(session.teamsPlayed) teams played, which are kept")
      throw stopped
    }
    if shared == nil { try deviceOptions.finish(device) }
    let seconds = (clock.now - start).inSeconds
    let rate = "\(Int(seconds.rounded(.up))) s (\(Int(Double(games) / seconds)) games/s) on \(device.description.name)"
    guard let result else {
      Console.log.info("\(what)\(games) games in \(rate)")
      if json {
        return try Console.printJSON(PlayedShare(shard: share.description, teamsKept: session.teamsPlayed))
      }
      return try Console.print(
        "\(what)part \(share) of the teams is played; without --shard, evaluate writes the tables")
    }
    if let earlier = result.place.earlier {
      Console.log.info("the earlier evaluation was moved to \(earlier.relativePath)")
    }
    Console.log.info("\(what)\(games) games in \(rate); written to \(result.place.url.relativePath)")
    try print(result.evaluation.summary, of: update, envSteps: joined.envSteps)
  }

  /// The objects of a summary with the update that they are of.
  private struct OfUpdate<Content: Encodable>: Encodable {
    let update: Int
    let envSteps: Int
    let content: Content

    enum CodingKeys: String, CodingKey {
      case update
      case envSteps = "env_steps"
    }

    func encode(to encoder: any Encoder) throws {
      try content.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(update, forKey: .update)
      try container.encode(envSteps, forKey: .envSteps)
    }
  }

  /// - Parameter update: nil for the last, which nobody asked for by its number.
  private func print(_ summary: EvaluationSummary, of update: Int?, envSteps: Int) throws {
    guard json else {
      let heading = update.map { "Update \($0), \(envSteps) env steps per run\n" } ?? ""
      return try Console.print(heading + SummaryReport.table(summary))
    }
    func printObject(_ object: some Encodable) throws {
      if let update {
        try Console.printJSON(OfUpdate(update: update, envSteps: envSteps, content: object))
      } else {
        try Console.printJSON(object)
      }
    }
    for configuration in summary.configurations { try printObject(configuration) }
    for block in summary.blocks ?? [] { try printObject(block) }
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
