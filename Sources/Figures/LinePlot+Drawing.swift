import Foundation

/// A `LinePlot` in pixels.
struct LinePlotDrawing {
  let plot: LinePlot
  let xTicks: [Double]
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>

  let left = 74.0
  let top = 60.0
  let width = 480.0
  let height = 320.0

  init?(_ plot: LinePlot) {
    self.plot = plot
    let xs = plot.curves.flatMap { $0.points.map(\.x) } + (plot.xTicks ?? []) + plot.markers.map(\.x)
    let ys = plot.curves.flatMap { curve in
      curve.points.indices.flatMap { i in
        [-1, 1].map { curve.points[i].y + $0 * (curve.errors.isEmpty ? 0 : curve.errors[i]) }
      }
    }
    guard let first = xs.min(), let last = xs.max(), let low = ys.min(), let high = ys.max() else { return nil }
    xRange = first...last
    let margin = max((high - low) * 0.06, max(abs(high), abs(low)) * 1e-3, 1e-9)
    yRange = low - margin...high + margin
    xTicks =
      plot.xTicks
      ?? (plot.isLogarithmic ? AxisTicks.decades(xRange, count: 8) : AxisTicks.values(xRange, count: 7))
  }

  func x(_ value: Double) -> Double {
    let scale: (Double) -> Double = { plot.isLogarithmic ? log($0) : $0 }
    let (first, last) = (scale(xRange.lowerBound), scale(xRange.upperBound))
    return left + width * (last > first ? 0.04 + 0.92 * (scale(value) - first) / (last - first) : 0.5)
  }

  func y(_ value: Double) -> Double {
    top + height * (yRange.upperBound - value) / (yRange.upperBound - yRange.lowerBound)
  }

  /// The curves that have an entry in the legend.
  private var legend: [LinePlot.Curve] {
    var labels: Set<String> = []
    return plot.curves.filter { curve in curve.label.map { labels.insert($0).inserted } ?? false }
  }

  func draw() -> String {
    let legend = legend
    let legendWidth = legend.map { SVGDocument.textWidth($0.label ?? "", size: 13) }.max()
    let widest = max(
      left + width + (legendWidth.map { 80 + $0 } ?? 30), left + SVGDocument.textWidth(plot.subtitle, size: 12) + 20,
      left + SVGDocument.textWidth(plot.title, size: 17) + 20)
    var svg = SVGDocument(width: widest, height: top + height + 74)
    svg.text(plot.title, x: left, y: 28, size: 17, bold: true)
    svg.text(plot.subtitle, x: left, y: 48, size: 12, fill: "#555555")
    drawAxes(&svg)
    for marker in plot.markers {
      svg.line([(x(marker.x), top), (x(marker.x), top + height)], stroke: "#777777", dashes: "4 3")
      svg.text(marker.label, x: x(marker.x) + 5, y: top + 10, size: 12, fill: "#555555")
    }
    for curve in plot.curves where !curve.errors.isEmpty { drawBand(curve, &svg) }
    for curve in plot.curves { drawCurve(curve, &svg) }
    for (i, curve) in legend.enumerated() {
      let legendY = top + 14 + Double(i) * 22
      if curve.isJoined {
        svg.line(
          [(left + width + 16, legendY), (left + width + 48, legendY)], stroke: curve.color, width: 2,
          dashes: curve.dashes)
      } else {
        svg.circle(x: left + width + 32, y: legendY, radius: max(curve.dotRadius, 3), fill: curve.color)
      }
      svg.text(curve.label ?? "", x: left + width + 56, y: legendY, size: 13)
    }
    return svg.source
  }

  private func drawBand(_ curve: LinePlot.Curve, _ svg: inout SVGDocument) {
    let upper = zip(curve.points, curve.errors).map { (x: x($0.x), y: y($0.y + $1)) }
    let lower = zip(curve.points, curve.errors).map { (x: x($0.x), y: y($0.y - $1)) }
    svg.polygon(upper + lower.reversed(), fill: curve.color, opacity: 0.15)
  }

  private func drawCurve(_ curve: LinePlot.Curve, _ svg: inout SVGDocument) {
    let points = curve.points.map { (x: x($0.x), y: y($0.y)) }
    if curve.isJoined {
      svg.line(points, stroke: curve.color, width: curve.width, dashes: curve.dashes, opacity: curve.opacity)
    }
    guard curve.dotRadius > 0 else { return }
    for point in points {
      svg.circle(x: point.x, y: point.y, radius: curve.dotRadius, fill: curve.color, opacity: curve.opacity)
    }
  }

  private func drawAxes(_ svg: inout SVGDocument) {
    let yTicks = AxisTicks.values(yRange, count: 6)
    for tick in yTicks {
      svg.line([(left, y(tick)), (left + width, y(tick))], stroke: "#e4e4e4")
      svg.text(AxisTicks.label(tick, among: yTicks), x: left - 8, y: y(tick), size: 12, anchor: .end)
    }
    var lastEnd = -Double.infinity
    for tick in xTicks {
      svg.line([(x(tick), top + height), (x(tick), top + height + 5)], stroke: "#222222")
      let text =
        plot.xLabel?(tick) ?? (plot.isLogarithmic ? String(format: "%g", tick) : AxisTicks.label(tick, among: xTicks))
      let half = SVGDocument.textWidth(text, size: 12) / 2
      guard x(tick) - half > lastEnd + 6 else { continue }
      svg.text(text, x: x(tick), y: top + height + 16, size: 12, anchor: .middle)
      lastEnd = x(tick) + half
    }
    svg.line([(left, top), (left, top + height), (left + width, top + height)], stroke: "#222222")
    let scale = plot.isLogarithmic ? " (logarithmic)" : ""
    svg.text(plot.xTitle + scale, x: left + width / 2, y: top + height + 46, size: 13, anchor: .middle)
    svg.text(plot.yTitle, x: 20, y: top + height / 2, size: 13, anchor: .middle, rotation: -90)
  }
}
