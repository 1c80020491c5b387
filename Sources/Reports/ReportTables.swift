import Checkpoints
import Configuration
import Evaluation
import Foundation
import Training

/// The tables of a page from a summary.
struct ReportTables {
  let summary: EvaluationSummary
  private let labels: [String]
  private let keyText: String

  init(_ evaluation: RecordedEvaluation) {
    summary = evaluation.summary
    let runLabels = RunLabels(evaluation.runs)
    let groups = RunGroup.groups(of: evaluation.runs)
    labels = groups.map { groups.count > 1 ? runLabels.label($0) : $0.configuration }
    keyText = runLabels.keys.isEmpty || groups.count < 2 ? "configuration" : runLabels.keyText
  }

  private var modes: [EvaluationMode] { summary.configurations.first?.modes.map(\.mode) ?? [] }

  /// The place of the mode that the best configuration is chosen by: greedy, or the last.
  private var decidingMode: Int? { modes.firstIndex(of: .greedy) ?? modes.indices.last }

  /// The configuration with the largest cross-play in the deciding mode; nil for a single one.
  var best: (row: Int, remark: String)? {
    guard summary.configurations.count > 1, let mode = decidingMode else { return nil }
    let means = summary.configurations.enumerated().compactMap { row, configuration in
      configuration.modes[mode].crossPlayAllTuples.map { (row: row, mean: $0.mean) }
    }
    // The first of equals, as in the order of the table.
    guard let largest = means.map(\.mean).max(), let row = means.first(where: { $0.mean == largest })?.row else {
      return nil
    }
    return (row, "best XP \(modes[mode])")
  }

  var returns: HTMLPage.Table {
    var table = HTMLPage.Table(
      caption: "Mean return per game (points) ± standard error. SP: self-play, XP: cross-play of distinct seeds.",
      header: [keyText, "seeds", "games"])
    let quantities: [(String, (EvaluationSummary.Mode) -> Estimate?)] = [
      ("SP", { $0.selfPlay }), ("XP, all pairs", { $0.crossPlayAllTuples }),
      ("SP-XP gap", { $0.gap }), ("XP, disjoint pairs", { $0.crossPlayDisjointPairs }),
    ]
    table.groups = [("", 3)] + quantities.map { ($0.0.replacing("pairs", with: teams), modes.count) }
    table.header += quantities.flatMap { _ in modes.map(\.description) }
    let digits = digits(quantities.map(\.1))
    table.rows = summary.configurations.enumerated().map { row, configuration in
      [labels[row], "\(configuration.runs)", "\(configuration.games)"]
        + quantities.flatMap { quantity in
          configuration.modes.map { Self.text(quantity.1($0), digits: digits) }
        }
    }
    table.marked = best
    return table
  }

  /// Two seats make pairs.
  private var teams: String { summary.seats == 2 ? "pairs" : "teams" }

  var ties: HTMLPage.Table {
    var table = HTMLPage.Table(
      caption:
        "Tie rates: decisions in which another legal action's logit equals the largest, and comes within the tie "
        + "tolerance of it, in percent of all decisions; \(teams) of distinct seeds played, of how many.",
      header: [keyText, "\(teams)"])
    table.groups = [("", 2)] + modes.flatMap { [("SP \($0)", 2), ("XP \($0)", 2)] }
    table.header += modes.flatMap { _ in ["exact", "near", "exact", "near"] }
    table.rows = summary.configurations.enumerated().map { row, configuration in
      [labels[row], "\(configuration.tuplesEvaluated) of \(configuration.tuplesPossible)"]
        + configuration.modes.flatMap { mode in
          [mode.selfPlayTieRate, mode.selfPlayNearTieRate, mode.crossPlayTieRate, mode.crossPlayNearTieRate]
            .map { $0.map { String(format: "%.2f", $0 * 100) } ?? "–" }
        }
    }
    return table
  }

  /// nil where the game reports nothing beside returns.
  var outcomes: HTMLPage.Table? {
    let names = Set(summary.configurations.flatMap { $0.modes.flatMap { ($0.outcomes ?? [:]).keys } }).sorted()
    guard !names.isEmpty else { return nil }
    var table = HTMLPage.Table(
      caption: "What the game reports beside returns: means per game, or ratios of sums over games, ± standard error.",
      header: [keyText, "outcome"])
    table.groups = [("", 2), ("SP", modes.count), ("XP", modes.count)]
    table.header += modes.map(\.description) + modes.map(\.description)
    table.textColumns = 2
    for (row, configuration) in summary.configurations.enumerated() {
      for name in names {
        let outcomes = configuration.modes.map { $0.outcomes?[name] }
        table.rows.append(
          [labels[row], name] + outcomes.map { Self.text($0?.selfPlay, digits: 3) }
            + outcomes.map { Self.text($0?.crossPlay, digits: 3) })
      }
    }
    return table
  }

  /// Cross-play of every configuration in seat 0 with every one in the other seats, per mode; none where they did not
  /// meet.
  var blocks: [HTMLPage.Table] {
    let names = summary.configurations.map(\.configuration)
    return Dictionary(grouping: summary.blocks ?? [], by: \.mode.description).sorted { $0.key > $1.key }.map { entry in
      var table = HTMLPage.Table(
        caption:
          "XP \(entry.key): runs of the row in seat 0 with runs of the column in all other seats, mean return per "
          + "game (points) ± standard error by resampling the runs of both.",
        header: [keyText] + labels)
      let means = Dictionary(entry.value.map { ([$0.row, $0.column], $0.crossPlay) }) { first, _ in first }
      let digits = entry.value.contains { abs($0.crossPlay.mean) >= 5 } ? 2 : 3
      table.rows = zip(labels, names).map { label, row in
        [label] + names.map { Self.text(means[[row, $0]], digits: digits) }
      }
      return table
    }
  }

  /// How far policies are from respecting the symmetries of the game; nil where that was not measured.
  var equivariance: HTMLPage.Table? {
    var table = HTMLPage.Table(
      caption: "Distance from equivariance, mean over seeds ± standard error: 0 divergence and total variation and an "
        + "agreement of 1 mean that a policy treats all games alike that a symmetry of the family makes of each other.",
      header: [keyText, "symmetries of", "divergence (nats)", "total variation", "greedy agreement"])
    table.textColumns = 2
    for (label, configuration) in zip(labels, summary.configurations) {
      for (family, measured) in (configuration.equivariance ?? [:]).sorted(by: { $0.key < $1.key }) {
        table.rows.append(
          [label, family]
            + [measured.divergence, measured.totalVariation, measured.greedyAgreement].map { Self.text($0, digits: 4) })
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// Two digits behind the point for games that are played for tens of points, three for small ones.
  private func digits(_ quantities: [(EvaluationSummary.Mode) -> Estimate?]) -> Int {
    let means = summary.configurations.flatMap { row in
      row.modes.flatMap { mode in quantities.compactMap { abs($0(mode)?.mean ?? 0) } }
    }
    return (means.max() ?? 0) >= 5 ? 2 : 3
  }

  static func text(_ estimate: Estimate?, digits: Int) -> String {
    guard let estimate else { return "–" }
    func number(_ value: Double) -> String {
      let text = String(format: "%.\(digits)f", value)
      return text.contains { ("1"..."9").contains($0) } ? text.replacing("-", with: "−") : text.replacing("-", with: "")
    }
    return number(estimate.mean) + (estimate.standardError.map { " ± \(number($0))" } ?? "")
  }
}
