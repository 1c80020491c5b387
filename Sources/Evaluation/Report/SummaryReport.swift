import Configuration
import Figures
import Foundation
import Training
import VulkanCompute

/// The summary per configuration as CSV, JSON and text for the terminal.
public enum SummaryReport {
  /// One row per configuration and mode.
  public static func csv(_ summary: EvaluationSummary) -> String {
    let keys = Hyperparameter.allCases
    let outcomes = outcomeNames(summary)
    let estimates =
      ["self_play", "cross_play_all_tuples", "cross_play_disjoint_pairs", "gap"]
      + outcomes.flatMap { ["self_play_outcome_\($0)", "cross_play_outcome_\($0)"] }
    var csv = CSV(
      header: ["configuration"] + keys.map(\.rawValue) + [
        "runs", "games", "tuples_evaluated", "tuples_possible", "mode",
      ]
        + estimates.flatMap { [$0, "\($0)_standard_error"] } + [
          "self_play_tie_rate", "cross_play_tie_rate", "self_play_near_tie_rate", "cross_play_near_tie_rate",
        ])
    for row in summary.configurations {
      for mode in row.modes {
        let values =
          [mode.selfPlay, mode.crossPlayAllTuples, mode.crossPlayDisjointPairs, mode.gap]
          + outcomes.flatMap { [mode.outcomes?[$0]?.selfPlay, mode.outcomes?[$0]?.crossPlay] }
        csv.append(
          [row.configuration] + keys.map { row.hyperparameters[$0].field }
            + ["\(row.runs)", "\(row.games)", "\(row.tuplesEvaluated)", "\(row.tuplesPossible)", "\(mode.mode)"]
            + values.flatMap { [($0?.mean).field, ($0?.standardError).field] }
            + [
              mode.selfPlayTieRate.field, mode.crossPlayTieRate.field, mode.selfPlayNearTieRate.field,
              mode.crossPlayNearTieRate.field,
            ])
      }
    }
    return csv.text
  }

  public static func json(_ summary: EvaluationSummary) throws -> Data { try ReportJSON.encode(summary) }

  /// The summary that `json` wrote.
  /// - Throws: `DecodingError` where it did not.
  public static func summary(json: Data) throws -> EvaluationSummary {
    let summary = try JSONDecoder().decode(EvaluationSummary.self, from: json)
    try summary.requirePlausible()
    return summary
  }

  private static func outcomeNames(_ summary: EvaluationSummary) -> [String] {
    (summary.configurations.first?.modes.first?.outcomes ?? [:]).keys.sorted()
  }

  /// Self-play, cross-play and gap in every mode, then the second estimator and the tie rates, then the game's outcomes,
  /// then what was played.
  public static func table(_ summary: EvaluationSummary) -> String {
    let modes = summary.configurations.first?.modes.map { $0.mode.description } ?? []
    func columns(_ name: String) -> [String] { modes.map { "\(name) \($0)" } }
    var returns = TextTable(header: ["configuration", "runs"] + columns("SP") + columns("XP") + columns("SP-XP"))
    var details = TextTable(
      header: ["configuration", "teams"] + columns("XP pairs") + columns("SP ties") + columns("XP ties"))
    for row in summary.configurations {
      returns.append(
        [row.configuration, "\(row.runs)"] + row.modes.map { text($0.selfPlay) }
          + row.modes.map { text($0.crossPlayAllTuples) } + row.modes.map { text($0.gap) })
      details.append(
        [row.configuration, "\(row.tuplesEvaluated) of \(row.tuplesPossible)"]
          + row.modes.map { text($0.crossPlayDisjointPairs) }
          + row.modes.map { percents($0.selfPlayTieRate, $0.selfPlayNearTieRate) }
          + row.modes.map { percents($0.crossPlayTieRate, $0.crossPlayNearTieRate) })
    }
    let games = summary.configurations.map(\.games).min() ?? 0
    return """
      \(returns.text)
      \(details.text)
      \(outcomes(summary, modes: modes))\
      \(SymmetryReport.table(summary))\
      \(BlockReport.table(summary))\
      Mean return per game ± standard error, \(games) games per team of \(summary.seats).
      SP: a run with itself, error over runs. XP: all teams of distinct runs, error by bootstrap over runs.
      XP pairs: disjoint teams, error over teams. Ties: decisions in which another
      action's logit equals the largest / comes within the tie tolerance of it.
      \(SymmetryReport.note(summary))\
      \(divergence(summary))\

      """
  }

  /// Which runs play with weights that they had before they diverged; nothing where none did.
  private static func divergence(_ summary: EvaluationSummary) -> String {
    let names = summary.configurations.flatMap { $0.diverged ?? [] }
    return names.isEmpty
      ? "" : "Diverged, and played with their last finite weights: \(names.joined(separator: ", ")).\n"
  }

  /// One row per configuration and outcome; nothing where the game has none.
  private static func outcomes(_ summary: EvaluationSummary, modes: [String]) -> String {
    let names = outcomeNames(summary)
    guard !names.isEmpty else { return "" }
    var table = TextTable(
      header: ["configuration", "outcome"] + modes.map { "SP \($0)" } + modes.map { "XP \($0)" })
    for row in summary.configurations {
      for name in names {
        let outcomes = row.modes.map { $0.outcomes?[name] }
        table.append(
          [row.configuration, name] + outcomes.map { text($0?.selfPlay, digits: 3) }
            + outcomes.map { text($0?.crossPlay, digits: 3) })
      }
    }
    return table.text + "\n"
  }

  static func text(_ estimate: Estimate?, digits: Int = 2) -> String {
    guard let estimate else { return "-" }
    let mean = String(format: "%.\(digits)f", estimate.mean)
    return mean + (estimate.standardError.map { String(format: " ±%.\(digits)f", $0) } ?? "")
  }

  private static func percents(_ exact: Double?, _ near: Double?) -> String {
    guard let exact, let near else { return "-" }
    return String(format: "%.1f/%.1f %%", exact * 100, near * 100)
  }
}
