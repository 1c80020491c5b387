import Foundation
import Training

/// Self-play and cross-play over the swept hyper-parameter, in every mode, with bands of one standard error, as SVG.
public enum SweepPlot {
  /// nil where the configurations do not differ in exactly one hyper-parameter.
  public static func svg(_ summary: EvaluationSummary, title: String) -> String? {
    SweepPlotDrawing(summary, title: title)?.draw()
  }
}

private struct SweepPlotDrawing {
  struct Curve {
    let label: String
    let color: String
    let dashes: String?
    /// In the order of x; points without an estimate are left out.
    let points: [(x: Double, estimate: Estimate)]
  }

  let title: String
  let key: Hyperparameter
  let curves: [Curve]
  let ticks: [Double]
  let isLogarithmic: Bool
  let returns: ClosedRange<Double>
  /// How many seeds, games and teams stand behind the points.
  let subtitle: String

  let left = 74.0
  let top = 60.0
  let width = 480.0
  let height = 320.0

  init?(_ summary: EvaluationSummary, title: String) {
    let rows = summary.configurations
    let varying = Hyperparameter.perRun.filter { key in Set(rows.map { $0.hyperparameters[key] }).count > 1 }
    guard let key = varying.first, varying.count == 1,
      Set(rows.map { $0.hyperparameters[key] }).count == rows.count
    else { return nil }
    self.title = title
    self.key = key
    func range(_ values: [Int]) -> String {
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return low == high ? "\(low)" : "\(low) to \(high)"
    }
    subtitle =
      "per point: \(range(rows.map(\.runs))) seeds, \(range(rows.map(\.tuplesEvaluated))) teams of distinct seeds, "
      + "\(range(rows.map(\.games))) games per team"
    let ordered = rows.sorted { $0.hyperparameters[key] < $1.hyperparameters[key] }
    ticks = ordered.map { $0.hyperparameters[key] }
    isLogarithmic = ticks[0] > 0 && ticks[ticks.count - 1] / ticks[0] >= 8
    // Blue and vermilion of Okabe and Ito: told apart with any kind of colour vision; modes differ by their dashes.
    let dashes: [String?] = ["6 4", nil, "2 3", "10 3 2 3"]
    curves = (ordered.first?.modes.indices ?? 0..<0).flatMap { mode in
      [("SP", "#0072b2", \EvaluationSummary.Mode.selfPlay), ("XP", "#d55e00", \.crossPlayAllTuples)].map {
        name, color, estimate in
        Curve(
          label: "\(name) \(ordered[0].modes[mode].mode)", color: color, dashes: dashes[mode % dashes.count],
          points: ordered.compactMap { row in
            row.modes[mode][keyPath: estimate].map { (row.hyperparameters[key], $0) }
          })
      }
    }
    let bounds = curves.flatMap { curve in
      curve.points.flatMap { point in
        [-1, 1].map { point.estimate.mean + $0 * (point.estimate.standardError ?? 0) }
      }
    }
    guard let low = bounds.min(), let high = bounds.max() else { return nil }
    let margin = max((high - low) * 0.06, 0.01)
    returns = low - margin...high + margin
  }

  private func x(_ value: Double) -> Double {
    let scale: (Double) -> Double = { isLogarithmic ? log($0) : $0 }
    let (first, last) = (scale(ticks[0]), scale(ticks[ticks.count - 1]))
    return left + width * (0.04 + 0.92 * (scale(value) - first) / (last - first))
  }

  private func y(_ value: Double) -> Double {
    top + height * (returns.upperBound - value) / (returns.upperBound - returns.lowerBound)
  }

  func draw() -> String {
    let legend = curves.map { SVGDocument.textWidth($0.label, size: 13) }.max() ?? 0
    var svg = SVGDocument(width: left + width + 80 + legend, height: top + height + 74)
    svg.text(title, x: left, y: 28, size: 17, bold: true)
    svg.text(subtitle, x: left, y: 48, size: 12, fill: "#555555")
    drawAxes(&svg)
    for curve in curves {
      let errors = curve.points.map { $0.estimate.standardError ?? 0 }
      let upper = zip(curve.points, errors).map { (x($0.x), y($0.estimate.mean + $1)) }
      let lower = zip(curve.points, errors).map { (x($0.x), y($0.estimate.mean - $1)) }
      svg.polygon(upper + lower.reversed(), fill: curve.color, opacity: 0.15)
    }
    for (i, curve) in curves.enumerated() {
      let points = curve.points.map { (x: x($0.x), y: y($0.estimate.mean)) }
      svg.line(points, stroke: curve.color, width: 2, dashes: curve.dashes)
      for point in points { svg.circle(x: point.x, y: point.y, radius: 3, fill: curve.color) }
      let legendY = top + 14 + Double(i) * 22
      svg.line(
        [(left + width + 16, legendY), (left + width + 48, legendY)], stroke: curve.color, width: 2,
        dashes: curve.dashes)
      svg.text(curve.label, x: left + width + 56, y: legendY, size: 13)
    }
    return svg.source
  }

  private func drawAxes(_ svg: inout SVGDocument) {
    let returnTicks = AxisTicks.values(returns, count: 6)
    for tick in returnTicks {
      svg.line([(left, y(tick)), (left + width, y(tick))], stroke: "#e4e4e4")
      svg.text(AxisTicks.label(tick, among: returnTicks), x: left - 8, y: y(tick), size: 12, anchor: .end)
    }
    var lastEnd = -Double.infinity
    for tick in ticks {
      svg.line([(x(tick), top + height), (x(tick), top + height + 5)], stroke: "#222222")
      let text = RunLabels.short(tick)
      let half = SVGDocument.textWidth(text, size: 12) / 2
      guard x(tick) - half > lastEnd + 6 else { continue }
      svg.text(text, x: x(tick), y: top + height + 16, size: 12, anchor: .middle)
      lastEnd = x(tick) + half
    }
    svg.line([(left, top), (left, top + height), (left + width, top + height)], stroke: "#222222")
    let scale = isLogarithmic ? " (logarithmic)" : ""
    svg.text(
      key.rawValue.replacing("_", with: " ") + scale, x: left + width / 2, y: top + height + 46, size: 13,
      anchor: .middle)
    svg.text(
      "mean return per game (points), ±1 standard error", x: 20, y: top + height / 2, size: 13, anchor: .middle,
      rotation: -90)
  }
}
