import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Training
import VulkanCompute

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Plays every run with itself and with the other seeds of its configuration; writes tables and figures.")

  @Argument(help: ArgumentHelp("Folder of a training, or the folders of all its shards.", valueName: "folder"))
  var folders: [String]

  @Option(help: "Games per entry of the matrix.")
  var games: Int?

  @Option(
    name: .customLong("mode"),
    help: ArgumentHelp("Ways to play, separated by commas: \(EvaluationMode.choices).", valueName: "modes"))
  var modes: String?

  @Option(help: "Seed of the games.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Where to write (default: evaluation/ in the first folder).", valueName: "folder"))
  var output: String?

  @Flag(help: "Print one JSON object per configuration of the sweep.")
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    let trained = try TrainedRuns(folders.map { URL(fileURLWithPath: $0) })
    let settings = try settings(trained.configuration.evaluation)
    if trained.missingRunCount > 0 {
      Console.log.warning(
        "\(trained.runs.count) of \(trained.configuration.runs.count) runs; the folders of the other shards are missing"
      )
    }
    let target =
      output.map { URL(fileURLWithPath: $0) } ?? URL(fileURLWithPath: folders[0]).appendingPathComponent("evaluation")
    try Folder.make(target)
    let device = try deviceOptions.open()
    let (runs, policies) = trained.evaluated
    let evaluator = try CrossPlayEvaluator(
      environment: trained.environment, architecture: trained.architecture, policies: policies, settings: settings,
      device: device)
    let clock = ContinuousClock()
    let start = clock.now
    var lastReport = start
    let evaluation = try evaluator.evaluate(runs: runs) { progress in
      guard clock.now - lastReport > .seconds(5) else { return }
      lastReport = clock.now
      Console.log.info("\(progress.mode): \(progress.cellsFinished) of \(progress.cells) teams")
    }
    try deviceOptions.finish(device)
    let seconds = (clock.now - start).inSeconds
    let played = evaluation.plan.teams.count * settings.games * settings.modes.count
    try EvaluationFolder.write(
      evaluation, of: trained, device: "\(device.description.name), \(device.description.driver)", to: target)
    Console.log.info(
      "\(played) games in \(Int(seconds.rounded(.up))) s (\(Int(Double(played) / seconds)) games/s) on \(device.description.name); written to \(target.relativePath)"
    )
    if json {
      for configuration in evaluation.summary.configurations { try Console.printJSON(configuration) }
    } else {
      print(SummaryReport.table(evaluation.summary))
    }
  }

  /// The configuration's settings with the options of the command on top.
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

extension TrainedRuns {
  /// The runs in the order of every table and figure, with their policies.
  var evaluated: (runs: [EvaluatedRun], policies: [EvaluationPolicy]) {
    let evaluated = runs.map { EvaluatedRun($0) }
    let parametersByName = Dictionary(uniqueKeysWithValues: zip(evaluated.map(\.name), parameters))
    let ordered = EvaluatedRun.ordered(evaluated)
    return (ordered, ordered.map { EvaluationPolicy(name: $0.name, parameters: parametersByName[$0.name] ?? []) })
  }
}
