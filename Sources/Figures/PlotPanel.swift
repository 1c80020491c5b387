import Foundation

/// A `LinePlot` in pixels: axes, curves and labels, without a legend.
struct PlotPanel {
  let plot: LinePlot
  let width: Double
  let height: Double
  private let xTicks: [Double]
  /// Between which values `plot.xScale` places the others; rising.
  private let xValues: [Double]
  private let yTicks: [Double]
  private let yRange: ClosedRange<Double>
  private let xLabels: [(x: Double, text: String)]
  /// Labels of the x axis lean where they would touch.
  private let leans: Bool

  /// Room that a point keeps from both ends of the x axis.
  private static let inset = 0.04
  private static let leaning = -45.0

  init?(_ plot: LinePlot, size: (width: Double, height: Double)) {
    let xs = plot.curves.flatMap { $0.points.filter(\.y.isFinite).map(\.x) }
    guard !xs.isEmpty, let data = plot.dataRange else { return nil }
    self.plot = plot
    let places = Set(
      xs + (plot.xTicks ?? []) + plot.markers.map(\.x) + (plot.xRange.map { [$0.lowerBound, $0.upperBound] } ?? [])
    )
    .sorted()
    let count = plot.xTicks?.count ?? 0
    width = plot.xScale == .ranks ? max(size.width, Double(count) * 24) : size.width
    height = size.height
    xValues = plot.xScale == .ranks ? (plot.xTicks ?? places).sorted() : places
    let range = places[0]...places[places.count - 1]
    xTicks =
      plot.xTicks
      ?? (plot.xScale == .logarithmic
        ? AxisTicks.decades(range, count: 8) : AxisTicks.values(range, count: size.width < 400 ? 5 : 7))
    let yRange = Self.padded(plot.yRange ?? data)
    self.yRange = yRange
    yTicks = AxisTicks.values(yRange, count: size.height < 260 ? 5 : 6)
    let ticks = xTicks
    let labels = ticks.map { tick in
      plot.xLabel?(tick)
        ?? (plot.xScale == .logarithmic ? String(format: "%g", tick) : AxisTicks.label(tick, among: ticks))
    }
    let (values, width) = (xValues, width)
    xLabels = zip(ticks, labels).map { tick, label in
      (Self.pixel(plot.xScale.place(of: tick, among: values), width), label)
    }
    leans = zip(xLabels, xLabels.dropFirst()).contains { left, right in
      right.x - left.x
        < (SVGDocument.textWidth(left.text, size: 12) + SVGDocument.textWidth(right.text, size: 12)) / 2 + 6
    }
  }

  /// With room above and below. What stays the same gets a scale to be read on: 0 one that ends at 1, anything else a tenth of
  /// itself on both sides.
  private static func padded(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let span = range.upperBound - range.lowerBound
    let size = max(abs(range.lowerBound), abs(range.upperBound))
    if size == 0 { return -0.06...1 }
    let margin = span > size * 1e-6 ? span * 0.06 : size * 0.1
    return range.lowerBound - margin...range.upperBound + margin
  }

  private static func pixel(_ place: Double, _ width: Double) -> Double { width * (inset + (1 - 2 * inset) * place) }

  /// Relative to the corner of the axes.
  private func x(_ value: Double) -> Double { Self.pixel(plot.xScale.place(of: value, among: xValues), width) }

  private func y(_ value: Double) -> Double {
    height * (yRange.upperBound - value) / (yRange.upperBound - yRange.lowerBound)
  }

  // MARK: Room around the axes

  private var yTitleLines: [String] { SVGDocument.wrapped(plot.yTitle, width: max(height, 160), size: 13) }

  private var xTitleLines: [String] {
    SVGDocument.wrapped(plot.xTitle + plot.xScale.remark, width: max(width, 200), size: 13)
  }

  private var titleLines: [String] { SVGDocument.wrapped(plot.title, width: width, size: 13) }

  var leftSpace: Double {
    let ticks = yTicks.map { SVGDocument.textWidth(AxisTicks.label($0, among: yTicks), size: 12) }.max() ?? 0
    // A leaning label reaches to the left of its tick.
    let leaning = leans ? xLabels.map { SVGDocument.textWidth($0.text, size: 12) * 0.71 - $0.x + 8 }.max() ?? 0 : 0
    return max(ticks + 10 + Double(yTitleLines.count) * 17, leaning)
  }

  var topSpace: Double { plot.title.isEmpty ? 6 : 8 + Double(titleLines.count) * 17 }

  private var labelHeight: Double {
    leans ? 16 + (xLabels.map { SVGDocument.textWidth($0.text, size: 12) * 0.71 }.max() ?? 0) : 24
  }

  var bottomSpace: Double { labelHeight + 8 + Double(xTitleLines.count) * 17 }

  // MARK: Drawing

  func draw(_ svg: inout SVGDocument, at corner: (x: Double, y: Double)) {
    for (i, line) in titleLines.enumerated() {
      let y = corner.y - topSpace + 10 + Double(i) * 17
      svg.text(line, x: corner.x + width / 2, y: y, size: 13, anchor: .middle, bold: true)
    }
    drawAxes(&svg, corner)
    for marker in plot.markers {
      let x = corner.x + x(marker.x)
      svg.line([(x, corner.y), (x, corner.y + height)], stroke: "#777777", dashes: "4 3")
      svg.text(marker.label, x: x + 5, y: corner.y + 10, size: 12, fill: "#444444")
    }
    let shifts = plot.curves.indices.map { i in
      plot.standsApart ? (Double(i) - Double(plot.curves.count - 1) / 2) * 9 : 0
    }
    for (curve, shift) in zip(plot.curves, shifts) { drawErrors(curve, &svg, (corner.x + shift, corner.y)) }
    for (curve, shift) in zip(plot.curves, shifts) { drawCurve(curve, &svg, (corner.x + shift, corner.y)) }
  }

  /// Neighbours that are joined: pieces between gaps, and on both sides of the break of an axis.
  private func pieces(_ curve: LinePlot.Curve) -> [[Int]] {
    var pieces: [[Int]] = []
    var last: Int?
    for (i, point) in curve.points.enumerated() where point.y.isFinite {
      let isBeyondBreak = plot.xScale == .logarithmicWithZero && last.map { curve.points[$0].x == 0 } ?? false
      if curve.isJoined, let last, last == i - 1, !isBeyondBreak {
        pieces[pieces.count - 1].append(i)
      } else {
        pieces.append([i])
      }
      last = i
    }
    return pieces
  }

  private func drawErrors(_ curve: LinePlot.Curve, _ svg: inout SVGDocument, _ corner: (x: Double, y: Double)) {
    guard !curve.errors.isEmpty else { return }
    func place(_ i: Int, _ sign: Double) -> (x: Double, y: Double) {
      let error = curve.errors[i].isFinite ? curve.errors[i] : 0
      return (corner.x + x(curve.points[i].x), corner.y + y(curve.points[i].y + sign * error))
    }
    for piece in pieces(curve) {
      guard piece.count == 1 else {
        let outline = piece.map { place($0, 1) } + piece.reversed().map { place($0, -1) }
        svg.polygon(outline, fill: curve.color, opacity: 0.15)
        continue
      }
      guard curve.errors[piece[0]].isFinite, curve.errors[piece[0]] > 0 else { continue }
      let (high, low) = (place(piece[0], 1), place(piece[0], -1))
      svg.line([high, low], stroke: curve.color, width: 1.5)
      for end in [high, low] { svg.line([(end.x - 4, end.y), (end.x + 4, end.y)], stroke: curve.color, width: 1.5) }
    }
  }

  private func drawCurve(_ curve: LinePlot.Curve, _ svg: inout SVGDocument, _ corner: (x: Double, y: Double)) {
    func place(_ i: Int) -> (x: Double, y: Double) {
      (corner.x + x(curve.points[i].x), corner.y + y(curve.points[i].y))
    }
    let pieces = pieces(curve)
    for piece in pieces where piece.count > 1 {
      svg.line(
        piece.map(place), stroke: curve.color, width: curve.width, dashes: curve.dashes, opacity: curve.opacity)
    }
    for piece in pieces {
      for i in piece {
        let isDue = curve.dotRadius > 0 && i % curve.dotInterval == curve.firstDot % curve.dotInterval
        guard isDue || (piece.count == 1 && curve.isJoined) else { continue }
        let point = place(i)
        svg.marker(
          curve.marker, x: point.x, y: point.y, radius: max(curve.dotRadius, 1.5), color: curve.color,
          isHollow: curve.isHollow, opacity: curve.opacity)
      }
    }
  }

  private func drawAxes(_ svg: inout SVGDocument, _ corner: (x: Double, y: Double)) {
    let bottom = corner.y + height
    for tick in yTicks {
      let y = corner.y + y(tick)
      let isBaseline = plot.marksZero && tick == 0
      svg.line([(corner.x, y), (corner.x + width, y)], stroke: isBaseline ? "#777777" : "#e4e4e4")
      svg.text(AxisTicks.label(tick, among: yTicks), x: corner.x - 7, y: y, size: 12, anchor: .end)
    }
    for label in xLabels {
      let x = corner.x + label.x
      svg.line([(x, bottom), (x, bottom + 5)], stroke: "#222222")
      if leans {
        svg.text(label.text, x: x + 2, y: bottom + 12, size: 12, anchor: .end, rotation: Self.leaning)
      } else {
        svg.text(label.text, x: x, y: bottom + 16, size: 12, anchor: .middle)
      }
    }
    svg.line([(corner.x, corner.y), (corner.x, bottom)], stroke: "#222222")
    if plot.xScale == .logarithmicWithZero, xValues.first == 0 {
      let gap = corner.x + Self.pixel(AxisScale.zeroShare / 2, width)
      svg.line([(corner.x, bottom), (gap - 3, bottom)], stroke: "#222222")
      svg.line([(gap + 3, bottom), (corner.x + width, bottom)], stroke: "#222222")
      for middle in [gap - 3, gap + 3] {
        svg.line([(middle - 3, bottom + 6), (middle + 3, bottom - 6)], stroke: "#222222", width: 1.2)
      }
    } else {
      svg.line([(corner.x, bottom), (corner.x + width, bottom)], stroke: "#222222")
    }
    for (i, line) in xTitleLines.enumerated() {
      let y = bottom + labelHeight + 8 + Double(i) * 17
      svg.text(line, x: corner.x + width / 2, y: y, size: 13, anchor: .middle)
    }
    for (i, line) in yTitleLines.enumerated() {
      let x = corner.x - leftSpace + 9 + Double(i) * 17
      svg.text(line, x: x, y: corner.y + height / 2, size: 13, anchor: .middle, rotation: -90)
    }
  }
}
