import Foundation

/// Plots side by side with one legend, as SVG. Curves of the same label look alike in all of them.
public struct PlotGrid {
  public var title: String
  public var subtitle: String
  public var panels: [LinePlot]
  public var columns: Int
  /// What the entries of the legend are, for example the swept key.
  public var legendTitle = ""
  /// Width and height of a panel's axes, in pixels.
  public var panelSize = (width: 340.0, height: 220.0)

  public init(title: String, subtitle: String = "", panels: [LinePlot], columns: Int) {
    (self.title, self.subtitle, self.panels, self.columns) = (title, subtitle, panels, columns)
  }

  /// nil where no panel has a point.
  public func svg() -> String? {
    let drawings = panels.compactMap { PlotPanel($0, size: panelSize) }
    guard !drawings.isEmpty else { return nil }
    let columns = max(1, min(columns, drawings.count))
    let rows = (drawings.count + columns - 1) / columns
    let leftSpace = drawings.map(\.leftSpace).max() ?? 0
    let bottomSpace = drawings.map(\.bottomSpace).max() ?? 0
    let topSpace = drawings.map(\.topSpace).max() ?? 0
    let width = drawings.map(\.width).max() ?? panelSize.width
    let cell = (width: leftSpace + width + 26, height: topSpace + panelSize.height + bottomSpace + 12)

    let legend = Legend(curves: panels.flatMap(\.curves), title: legendTitle)
    let margin = 14.0
    let gridWidth = cell.width * Double(columns)
    let contentWidth = max(gridWidth + legend.width, 420)
    let titles = SVGDocument.wrapped(title, width: contentWidth - 20, size: 17)
    let subtitles = SVGDocument.wrapped(subtitle, width: contentWidth - 20, size: 12)
    let top = margin + Double(titles.count) * 22 + Double(subtitles.count) * 17 + 6
    let height = top + max(cell.height * Double(rows), topSpace + legend.height) + margin
    var svg = SVGDocument(
      width: contentWidth + 2 * margin, height: height,
      label: [title, subtitle].filter { !$0.isEmpty }.joined(separator: "; "))
    for (i, line) in titles.enumerated() {
      svg.text(line, x: margin, y: margin + 10 + Double(i) * 22, size: 17, bold: true)
    }
    for (i, line) in subtitles.enumerated() {
      let y = margin + Double(titles.count) * 22 + 6 + Double(i) * 17
      svg.text(line, x: margin, y: y, size: 12, fill: "#444444")
    }
    for (i, drawing) in drawings.enumerated() {
      let corner = (
        x: margin + Double(i % columns) * cell.width + leftSpace, y: top + Double(i / columns) * cell.height + topSpace
      )
      drawing.draw(&svg, at: corner)
    }
    legend.draw(&svg, x: margin + gridWidth, y: top + topSpace)
    return svg.source
  }
}

/// One entry per label, in the order of the curves.
private struct Legend {
  let curves: [LinePlot.Curve]
  let title: String
  private let titleLines: [String]

  init(curves: [LinePlot.Curve], title: String) {
    var labels: Set<String> = []
    self.curves = curves.filter { curve in curve.label.map { labels.insert($0).inserted } ?? false }
    self.title = title
    titleLines = title.isEmpty || self.curves.isEmpty ? [] : SVGDocument.wrapped(title, width: 150, size: 13)
  }

  var width: Double {
    let widest = (curves.compactMap(\.label) + titleLines).map { SVGDocument.textWidth($0, size: 13) }.max()
    return widest.map { 56 + $0 } ?? 0
  }

  var height: Double { Double(titleLines.count) * 17 + Double(curves.count) * 21 + 10 }

  func draw(_ svg: inout SVGDocument, x: Double, y: Double) {
    for (i, line) in titleLines.enumerated() { svg.text(line, x: x, y: y + 8 + Double(i) * 17, size: 13, bold: true) }
    for (i, curve) in curves.enumerated() {
      let y = y + 10 + Double(titleLines.count) * 17 + Double(i) * 21
      if curve.isJoined {
        svg.line(
          [(x, y), (x + 40, y)], stroke: curve.color, width: max(curve.width, 1.5), dashes: curve.dashes)
      }
      if !curve.isJoined || curve.dotRadius > 0 {
        svg.marker(
          curve.marker, x: x + 20, y: y, radius: max(curve.dotRadius, 3), color: curve.color, isHollow: curve.isHollow)
      }
      svg.text(curve.label ?? "", x: x + 48, y: y, size: 13)
    }
  }
}
