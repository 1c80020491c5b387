import Configuration
import Evaluation
import Foundation
import Runs
import Training

/// The tables of a page from a summary.
struct ReportTables {
  let summary: EvaluationSummary
  private let tests: [CrossPlayComparison]
  private let labels: [String]
  private let keyText: String

  init(_ evaluation: RecordedEvaluation) {
    summary = evaluation.summary
    tests = CrossPlayComparison.all(evaluation.matrices, evaluation.summary)
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

  /// Modes that share a table, by their places; those of the first are the ones to read first.
  var modePanels: [[Int]] { EvaluationMode.panels(of: modes) }

  /// `sampled and greedy`
  func names(_ places: [Int]) -> String { places.map { "\(modes[$0])" }.joined(separator: " and ") }

  /// Self-play, cross-play by both estimators, and the gap, of a few modes.
  func returns(_ places: [Int]) -> HTMLPage.Table {
    let rows = summary.configurations
    let games = Set(rows.map(\.games)).sorted().map(String.init)
    var table = HTMLPage.Table(
      caption: "Mean return per game (points) ± standard error, \(games.joined(separator: " or ")) games per team. SP: "
        + "self-play. XP: cross-play, over all \(teams) of distinct seeds; in brackets disjoint \(teams), which share no "
        + "seed.",
      header: [keyText, "seeds", "\(teams)"])
    let quantities: [(String, (EvaluationSummary.Mode) -> Estimate?)] = [
      ("SP", { $0.selfPlay }), ("XP", { $0.crossPlayAllTuples }), ("SP−XP", { $0.gap }),
      ("XP, disjoint", { $0.crossPlayDisjointPairs }),
    ]
    table.groups = [("", 3)] + places.map { ("\(modes[$0])", quantities.count) }
    table.header += places.flatMap { _ in quantities.map(\.0) }
    let digits = digits(quantities.map(\.1))
    table.rows = rows.enumerated().map { row, configuration in
      let disjoint = configuration.modes.first?.crossPlayDisjointPairs?.count ?? 0
      return [labels[row], "\(configuration.runs)", "\(configuration.tuplesEvaluated) (\(disjoint))"]
        + places.flatMap { mode in
          quantities.map { Self.text($0.1(configuration.modes[mode]), digits: digits) }
        }
    }
    if places.contains(where: { $0 == decidingMode }) { table.marked = best }
    return table
  }

  /// Whether a higher value helps strangers, in a few modes; nil where there is nothing to compare.
  func comparisons(_ places: [Int]) -> HTMLPage.Table? {
    let tests = tests.filter { test in places.contains { modes[$0] == test.mode } }
    guard let first = tests.first else { return nil }
    let names = summary.configurations.map(\.configuration)
    func label(_ configuration: String) -> String { names.firstIndex(of: configuration).map { labels[$0] } ?? "–" }
    let baselines = tests.map(\.baseline).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let isOne = baselines.count == 1
    var table = HTMLPage.Table(
      caption: "Do strangers play better together than at \(isOne ? label(first.baseline) : "the standard value")? "
        + "Difference of XP ± standard error, paired over seeds; p one-sided, and corrected for all rows of a mode (Holm).",
      header: [keyText, "mode"] + (isOne ? [] : ["standard"]) + [
        "seeds", "difference", "t", "p", "corrected p", "\(teams)", "difference", "t", "p", "corrected p",
      ])
    table.groups = [("", isOne ? 2 : 3), ("all \(teams), jackknife", 5), ("disjoint \(teams)", 5)]
    table.textColumns = isOne ? 2 : 3
    let digits = digits([{ $0.crossPlayAllTuples }])
    func cells(_ test: CrossPlayComparison.Test?) -> [String] {
      guard let test else { return ["–", "–", "–", "–", "–"] }
      return [
        "\(test.difference.count)", Self.text(test.difference, digits: digits),
        test.t.map { Self.number($0, digits: 2) } ?? "–",
      ] + [test.p, test.correctedP].map { $0.map(Self.probability) ?? "–" }
    }
    table.rows = tests.map { test in
      [label(test.configuration), "\(test.mode)"] + (isOne ? [] : [label(test.baseline)]) + cells(test.allTuples)
        + cells(test.disjointPairs)
    }
    return table
  }

  /// Two seats make pairs.
  private var teams: String { summary.seats == 2 ? "pairs" : "teams" }

  func ties(_ places: [Int]) -> HTMLPage.Table {
    var table = HTMLPage.Table(
      caption:
        "Tie rates: decisions in which another legal action's logit equals the largest, and comes within the tie "
        + "tolerance of it, in percent of all decisions; \(teams) of distinct seeds played, of how many.",
      header: [keyText, "\(teams)"])
    table.groups = [("", 2)] + places.flatMap { [("SP \(modes[$0])", 2), ("XP \(modes[$0])", 2)] }
    table.header += places.flatMap { _ in ["exact", "near", "exact", "near"] }
    table.rows = summary.configurations.enumerated().map { row, configuration in
      [labels[row], "\(configuration.tuplesEvaluated) of \(configuration.tuplesPossible)"]
        + places.map { configuration.modes[$0] }.flatMap { mode in
          [mode.selfPlayTieRate, mode.selfPlayNearTieRate, mode.crossPlayTieRate, mode.crossPlayNearTieRate]
            .map { $0.map { String(format: "%.2f", $0 * 100) } ?? "–" }
        }
    }
    return table
  }

  /// nil where the game reports nothing but returns.
  func outcomes(_ places: [Int]) -> HTMLPage.Table? {
    let names = Set(summary.configurations.flatMap { $0.modes.flatMap { ($0.outcomes ?? [:]).keys } }).sorted()
    guard !names.isEmpty else { return nil }
    var table = HTMLPage.Table(
      caption: "What the game reports beside returns: means per game, or ratios of sums over games, ± standard error.",
      header: [keyText, "outcome", "seeds"])
    table.groups = [("", 3)] + places.map { ("\(modes[$0])", 2) }
    table.header += places.flatMap { _ in ["SP", "XP"] }
    table.textColumns = 2
    for (row, configuration) in summary.configurations.enumerated() {
      for name in names {
        let outcomes = places.map { configuration.modes[$0].outcomes?[name] }
        table.rows.append(
          [labels[row], name, "\(configuration.runs)"]
            + outcomes.flatMap { [$0?.selfPlay, $0?.crossPlay].map { Self.text($0, digits: 3) } })
      }
    }
    return table
  }

  /// Cross-play of every configuration in seat 0 with every one in the other seats, per mode; none where they did not
  /// meet.
  var blocks: [HTMLPage.Table] {
    let names = summary.configurations.map(\.configuration)
    let blocks = summary.blocks ?? []
    return EvaluationMode.ordered(Array(Set(blocks.map(\.mode)))).map { mode in
      let ofMode = blocks.filter { $0.mode == mode }
      var table = HTMLPage.Table(
        caption:
          "XP \(mode): runs of the row in seat 0 with runs of the column in all other seats, mean return per "
          + "game (points) ± standard error by resampling the runs of both.",
        header: [keyText] + labels)
      let means = Dictionary(ofMode.map { ([$0.row, $0.column], $0.crossPlay) }) { first, _ in first }
      let digits = ofMode.contains { abs($0.crossPlay.mean) >= 5 } ? 2 : 3
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
        + "agreement of 1 mean that a policy treats games alike that a symmetry of the family turns into each other.",
      header: [keyText, "symmetries of", "seeds", "divergence (nats)", "total variation", "greedy agreement"])
    table.textColumns = 2
    for (label, configuration) in zip(labels, summary.configurations) {
      for (family, measured) in (configuration.equivariance ?? [:]).sorted(by: { $0.key < $1.key }) {
        table.rows.append(
          [label, family, "\(configuration.runs)"]
            + [measured.divergence, measured.totalVariation, measured.greedyAgreement].map { Self.text($0, digits: 4) })
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// One digit behind the point for games that are played for hundreds of points, two for tens, three for small ones.
  private func digits(_ quantities: [(EvaluationSummary.Mode) -> Estimate?]) -> Int {
    let means = summary.configurations.flatMap { row in
      row.modes.flatMap { mode in quantities.compactMap { abs($0(mode)?.mean ?? 0) } }
    }
    let most = means.max() ?? 0
    return most >= 100 ? 1 : most >= 5 ? 2 : 3
  }

  static func text(_ estimate: Estimate?, digits: Int) -> String {
    guard let estimate else { return "–" }
    return number(estimate.mean, digits: digits)
      + (estimate.standardError.map { " ± \(number($0, digits: digits))" } ?? "")
  }

  /// Nothing but zeros has no sign.
  private static func number(_ value: Double, digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    return text.contains { ("1"..."9").contains($0) } ? text.replacing("-", with: "−") : text.replacing("-", with: "")
  }

  private static func probability(_ value: Double) -> String {
    value < 1e-4 ? "< 0.0001" : String(format: "%.4f", value)
  }
}
