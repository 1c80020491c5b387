import Configuration
import Evaluation
import Figures
import Foundation
import Runs
import Training

/// Self-play and cross-play over training: what the evaluations of several updates say of every configuration.
public struct CrossPlayCurves {
  /// One update of one training.
  public struct Evaluation {
    /// How names of the training's runs begin; nil for a single training.
    public let label: String?
    public let recorded: RecordedEvaluation
  }

  /// One configuration at one update, in one mode.
  public struct Point {
    public let update: Int
    public let envSteps: Int
    /// Configuration and mode as the evaluation has them.
    public let configuration: EvaluationSummary.Configuration
    public let mode: EvaluationSummary.Mode
  }

  /// Of every training by rising updates.
  public let evaluations: [Evaluation]
  /// All runs of the trainings, in the order of every table and figure.
  public let runs: [EvaluatedRun]

  /// - Throws: `FileFailure` that names a file that is missing or cannot be understood.
  public init(_ trainings: [ReportedTraining]) throws {
    evaluations = try trainings.flatMap { training in
      try training.folders.flatMap { folder in
        try EvaluationSeries(ofTraining: folder.url).evaluations().map {
          Evaluation(label: training.label, recorded: $0)
        }
      }
    }
    runs = EvaluatedRun.ordered(trainings.flatMap(\.runs))
  }

  public var isEmpty: Bool { evaluations.isEmpty }
  public var groups: [RunGroup] { RunGroup.groups(of: runs) }
  /// In the order of tables and figures.
  public var modes: [EvaluationMode] {
    let all = evaluations.flatMap { $0.recorded.matrices.map(\.mode) }
    return EvaluationMode.ordered(all.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
  }

  /// By rising updates.
  public func points(_ group: RunGroup, _ mode: EvaluationMode) -> [Point] {
    evaluations.flatMap { evaluation in
      evaluation.recorded.summary.configurations.compactMap { configuration -> Point? in
        let name = evaluation.label.map { "\($0)/\(configuration.configuration)" } ?? configuration.configuration
        guard name == group.configuration, let found = configuration.modes.first(where: { $0.mode == mode }) else {
          return nil
        }
        return Point(
          update: evaluation.recorded.record.update, envSteps: evaluation.recorded.record.envSteps,
          configuration: configuration, mode: found)
      }
    }.sorted { $0.update < $1.update }
  }

  /// What a reader must know before he compares the points of a curve.
  var remarks: [String] {
    let games = Set(evaluations.map(\.recorded.record.games)).sorted()
    guard games.count > 1 else { return [] }
    let numbers = games.map { "\($0)" }.joined(separator: ", ")
    return ["Evaluations over training were made with different numbers of games (\(numbers))."]
  }

  /// One row per configuration, update and mode.
  public var csv: String {
    let keys = Hyperparameter.allCases
    let estimates = ["self_play", "cross_play_all_tuples", "cross_play_disjoint_pairs", "gap"]
    var csv = CSV(
      header: ["configuration"] + keys.map(\.rawValue) + ["update", "env_steps", "runs", "games", "mode"]
        + estimates.flatMap { [$0, "\($0)_standard_error"] })
    for group in groups {
      let hyperparameters = runs[group.members[0]].hyperparameters
      for mode in modes {
        for point in points(group, mode) {
          let values = [
            point.mode.selfPlay, point.mode.crossPlayAllTuples, point.mode.crossPlayDisjointPairs, point.mode.gap,
          ]
          csv.append(
            [group.configuration] + keys.map { hyperparameters[$0].field } + [
              "\(point.update)", "\(point.envSteps)", "\(point.configuration.runs)", "\(point.configuration.games)",
              "\(mode)",
            ] + values.flatMap { [($0?.mean).field, ($0?.standardError).field] })
        }
      }
    }
    return csv.text
  }

  /// Self-play and cross-play of every mode, a panel each; nil where nothing was measured.
  public func svg(title: String) -> String? {
    let labels = RunLabels(runs)
    let groups = groups
    let last = evaluations.map(\.recorded.record.envSteps).max() ?? 0
    let quantities: [(name: String, estimate: (EvaluationSummary.Mode) -> Estimate?)] = [
      ("self-play", { $0.selfPlay }), ("cross-play", { $0.crossPlayAllTuples }),
    ]
    var panels = modes.flatMap { mode in
      quantities.map { quantity in
        var plot = LinePlot(
          title: "\(quantity.name), \(mode)", xTitle: "env steps per run", yTitle: "return per game (points)",
          curves: [])
        plot.xLabel = LearningCurvesFigure.magnitude
        plot.xRange = 0...Double(last)
        plot.curves = groups.enumerated().map { number, group in
          let estimates = points(group, mode).map { (x: Double($0.envSteps), estimate: quantity.estimate($0.mode)) }
          return LearningCurvesFigure.curve(
            groups.count > 1 ? labels.label(group) : nil, number: number, of: groups.count,
            points: estimates.map { ($0.x, $0.estimate?.mean ?? .nan) },
            errors: estimates.map { $0.estimate?.standardError ?? .nan })
        }
        return plot
      }
    }
    let ranges = panels.compactMap(\.dataRange)
    if let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() {
      for i in panels.indices { panels[i].yRange = low...high }
    }
    var grid = PlotGrid(
      title: title,
      subtitle: "self-play: mean over seeds; cross-play: mean over all teams of distinct seeds; bands: ±1 "
        + "standard error", panels: panels, columns: 2)
    grid.legendTitle = labels.keys.isEmpty ? "configuration" : labels.keyText
    return grid.svg()
  }
}
