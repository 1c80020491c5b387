import Configuration
import Evaluation
import Figures
import Foundation
import Training

/// Learning curves as SVG.
public enum LearningCurvesFigure {
  /// Means over the seeds of every configuration with bands of one standard error: a panel per quantity.
  public static func means(_ curves: LearningCurves, title: String) -> String? {
    let labels = RunLabels(curves.runs.map(\.run))
    let groups = curves.groups.map { (group: $0, points: curves.points($0)) }
    let last = curves.lastEnvSteps
    let panels = curves.quantities.enumerated().map { place, quantity in
      var plot = LinePlot(title: "", xTitle: "env steps per run", yTitle: quantity.title, curves: [])
      plot.xLabel = Self.magnitude
      plot.xRange = 0...last
      plot.curves = groups.enumerated().map { number, entry in
        curve(
          groups.count > 1 ? labels.label(entry.group) : nil, number: number, of: groups.count,
          points: entry.points.map { ($0.envSteps, $0.estimates[place]?.mean ?? .nan) },
          errors: entry.points.map { $0.estimates[place]?.standardError ?? .nan })
      }
      return plot
    }
    var grid = PlotGrid(title: title, subtitle: subtitle(curves, groups.map(\.group)), panels: panels, columns: 2)
    grid.legendTitle = labels.keys.isEmpty ? "configuration" : labels.keyText
    return grid.svg()
  }

  /// One configuration of several, told apart by colour, dashes and dots.
  static func curve(
    _ label: String?, number: Int, of count: Int, points: [(x: Double, y: Double)], errors: [Double]
  ) -> LinePlot.Curve {
    var curve = LinePlot.Curve(label: label, color: LinePlot.colors[number % LinePlot.colors.count], points: points)
    curve.errors = errors
    curve.dashes = LinePlot.dashes[number % LinePlot.dashes.count]
    curve.marker = LinePlot.Marker.allCases[number % LinePlot.Marker.allCases.count]
    curve.width = 1.6
    curve.dotRadius = count > 1 ? 3 : 0
    // Dots of neighbouring curves stand at different places.
    curve.dotInterval = max(1, points.count / 5)
    curve.firstDot = number * max(1, curve.dotInterval / max(count, 1))
    return curve
  }

  /// More seeds than this are not drawn one by one.
  private static let mostSeeds = 32
  /// Points of all thin lines together.
  private static let mostPoints = 20_000

  /// The return of every seed as a thin line under the mean: a panel per configuration.
  public static func seeds(_ curves: LearningCurves, title: String) -> String? {
    let labels = RunLabels(curves.runs.map(\.run))
    let groups = curves.groups
    let last = curves.lastEnvSteps
    let drawn = groups.reduce(0) { $0 + min($1.members.count, mostSeeds) }
    let bins = curves.runs.map(\.pieces.count).max() ?? 1
    let interval = max(1, (drawn * bins + mostPoints - 1) / mostPoints)
    var panels = groups.map { group in
      let name = groups.count > 1 ? labels.title(group) : ""
      var plot = LinePlot(
        title: name, xTitle: "env steps per run", yTitle: curves.quantities[0].title, curves: [])
      plot.xLabel = Self.magnitude
      plot.xRange = 0...last
      plot.curves = group.members.prefix(mostSeeds).map { member in
        let pieces = curves.runs[member].pieces.compactMap(\.self)
        let points = pieces.enumerated().filter { $0.offset % interval == 0 || $0.offset == pieces.count - 1 }
          .map { (x: $0.element.envSteps, y: $0.element.value(0) ?? .nan) }
        var curve = LinePlot.Curve(label: "one seed", color: LinePlot.colors[5], points: points)
        curve.width = 1
        return curve
      }
      var mean = LinePlot.Curve(
        label: "mean over seeds", color: LinePlot.colors[6],
        points: curves.points(group).map { ($0.envSteps, $0.estimates[0]?.mean ?? .nan) })
      mean.width = 2
      plot.curves.append(mean)
      return plot
    }
    let ranges = panels.compactMap(\.dataRange)
    if let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() {
      for i in panels.indices { panels[i].yRange = low...high }
    }
    let most = groups.map(\.members.count).max() ?? 0
    var grid = PlotGrid(
      title: title,
      subtitle: "return of every seed" + (most > mostSeeds ? ", the first \(mostSeeds) of \(most) drawn" : ""),
      panels: panels, columns: panels.count > 4 ? 3 : 2)
    grid.panelSize = (250, 150)
    return grid.svg()
  }

  private static func subtitle(_ curves: LearningCurves, _ groups: [RunGroup]) -> String {
    let counts = groups.map(\.members.count)
    let (low, high) = (counts.min() ?? 0, counts.max() ?? 0)
    let seeds = low == high ? "\(low)" : "\(low) to \(high)"
    return "lines: mean over \(seeds) seeds; bands: ±1 standard error over seeds; training actions (sampled); "
      + "returns without shaping"
  }

  /// `50k`, `1.5M`, `2G`.
  static func magnitude(_ value: Double) -> String {
    for (unit, name) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= unit {
      return String(format: "%g", value / unit) + name
    }
    return String(format: "%g", value)
  }
}
