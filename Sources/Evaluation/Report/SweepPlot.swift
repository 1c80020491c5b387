import Figures
import Training

/// Self-play and cross-play over the swept hyper-parameter, in every mode, with bands of one standard error, as SVG.
public enum SweepPlot {
  /// nil where the configurations do not differ in exactly one hyper-parameter.
  public static func svg(_ summary: EvaluationSummary, title: String) -> String? {
    let rows = summary.configurations
    let varying = Hyperparameter.allCases.filter { key in Set(rows.map { $0.hyperparameters[key] }).count > 1 }
    guard let key = varying.first, varying.count == 1 else { return nil }
    let points = rows.compactMap { row in row.hyperparameters[key].map { (x: $0, row: row) } }.sorted { $0.x < $1.x }
    let ticks = points.map(\.x)
    guard Set(ticks).count == rows.count else { return nil }
    // Modes differ by their dashes, self-play and cross-play by their colours.
    let dashes: [String?] = ["6 4", nil, "2 3", "10 3 2 3"]
    let curves = (points.first?.row.modes.indices ?? 0..<0).flatMap { mode in
      [("SP", LinePlot.colors[0], \EvaluationSummary.Mode.selfPlay), ("XP", LinePlot.colors[1], \.crossPlayAllTuples)]
        .map { name, color, estimate in
          let estimates = points.compactMap { point in
            point.row.modes[mode][keyPath: estimate].map { (x: point.x, estimate: $0) }
          }
          var curve = LinePlot.Curve(
            label: "\(name) \(points[0].row.modes[mode].mode)", color: color,
            points: estimates.map { ($0.x, $0.estimate.mean) })
          curve.dashes = dashes[mode % dashes.count]
          curve.errors = estimates.map { $0.estimate.standardError ?? 0 }
          curve.dotRadius = 3
          return curve
        }
    }
    var plot = LinePlot(
      title: title, xTitle: key.rawValue.replacing("_", with: " "),
      yTitle: "mean return per game (points), ±1 standard error", curves: curves)
    func range(_ values: [Int]) -> String {
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return low == high ? "\(low)" : "\(low) to \(high)"
    }
    plot.subtitle =
      "per point: \(range(rows.map(\.runs))) seeds, \(range(rows.map(\.tuplesEvaluated))) teams of distinct seeds, "
      + "\(range(rows.map(\.games))) games per team"
    plot.isLogarithmic = ticks[0] > 0 && ticks[ticks.count - 1] / ticks[0] >= 8
    plot.xTicks = ticks
    plot.xLabel = RunLabels.short
    return plot.svg()
  }
}
