import Configuration
import Figures
import Training

/// Self-play, cross-play and their gap over the swept hyper-parameter, in every mode, with bands of one standard error,
/// as SVG.
public enum SweepPlot {
  private typealias Quantity = (
    name: String, color: String, marker: LinePlot.Marker, estimate: (EvaluationSummary.Mode) -> Estimate?
  )

  /// The curves of self-play and cross-play; nil where nothing was measured.
  public static func svg(_ summary: EvaluationSummary, title: String) -> String? {
    draw(
      summary, title: title, yTitle: "mean return per game (points), ±1 standard error",
      [
        ("SP", LinePlot.colors[0], .circle, { $0.selfPlay }),
        ("XP", LinePlot.colors[1], .square, { $0.crossPlayAllTuples }),
      ])
  }

  /// SP - XP; nil where nothing was measured.
  public static func gap(_ summary: EvaluationSummary, title: String) -> String? {
    draw(
      summary, title: title, yTitle: "SP-XP gap per game (points), ±1 standard error",
      [("SP-XP", LinePlot.colors[2], .diamond, { $0.gap })], marksZero: true)
  }

  private static func draw(
    _ summary: EvaluationSummary, title: String, yTitle: String, _ quantities: [Quantity], marksZero: Bool = false
  ) -> String? {
    let axis = SweptAxis(summary)
    let modes = summary.configurations.first?.modes.map(\.mode) ?? []
    let modePanels = EvaluationMode.panels(of: modes)
    var panels = axis.panelTitles.indices.flatMap { panel in
      let members = axis.members(ofPanel: panel)
      let rows = members.map { summary.configurations[$0] }
      return modePanels.map { places in
        // One panel for all modes needs no name.
        let names = modePanels.count > 1 ? [places.map { "\(modes[$0])" }.joined(separator: " and ")] : []
        let title = ([axis.panelTitles[panel]] + names).filter { !$0.isEmpty }.joined(separator: ": ")
        var plot = LinePlot(title: title, xTitle: axis.title, yTitle: yTitle, curves: [])
        axis.prepare(&plot, members: members)
        plot.marksZero = marksZero
        plot.standsApart = axis.key == nil
        plot.curves = places.flatMap { mode in
          quantities.map { quantity in
            let estimates = rows.map { row in quantity.estimate(row.modes[mode]) }
            var curve = LinePlot.Curve(
              label: "\(quantity.name) \(modes[mode])", color: quantity.color,
              points: zip(members, estimates).map { (axis.places[$0].x, $1?.mean ?? .nan) })
            // Modes differ by their dashes and by full or hollow dots; quantities by colour and the shape of the dots.
            curve.dashes = modeDashes[mode % modeDashes.count]
            curve.isHollow = mode.isMultiple(of: 2)
            curve.marker = quantity.marker
            curve.errors = estimates.map { $0?.standardError ?? .nan }
            curve.dotRadius = 3.5
            curve.isJoined = axis.key != nil
            return curve
          }
        }
        return plot
      }
    }
    let ranges = panels.compactMap(\.dataRange)
    if let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() {
      for i in panels.indices { panels[i].yRange = low...high }
    }
    var grid = PlotGrid(
      title: title, subtitle: subtitle(summary), panels: panels,
      columns: min(3, modePanels.count > 1 ? modePanels.count : panels.count))
    if panels.count == 1 { grid.panelSize = (480, 320) }
    return grid.svg()
  }

  /// Sampled is dashed, greedy whole.
  private static let modeDashes: [String?] = ["6 4", nil, "2 3", "10 3 2 3"]

  private static func subtitle(_ summary: EvaluationSummary) -> String {
    let rows = summary.configurations
    func range(_ values: [Int]) -> String {
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return low == high ? "\(low)" : "\(low) to \(high)"
    }
    return
      "per point: \(range(rows.map(\.runs))) seeds, \(range(rows.map(\.tuplesEvaluated))) teams of distinct seeds, "
      + "\(range(rows.map(\.games))) games per team"
  }
}
