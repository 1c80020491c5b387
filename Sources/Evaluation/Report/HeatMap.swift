import Configuration
import Figures
import Foundation
import Training

/// The cross-play matrix as an SVG heat map: rows are the run in seat 0, columns the run in seat 1.
///
/// Runs are in the order of the matrix. Where configurations were paired there is one map whose blocks are the
/// configurations; where they did not, one map per configuration. With three and more seats an entry is the mean over
/// the evaluated teams with these runs in the first two seats.
public enum HeatMap {
  /// - Parameters:
  ///   - title: for example the environment.
  ///   - range: returns at the ends of the colour bar; nil for the smallest and largest entry.
  public static func svg(_ matrix: CrossPlayMatrix, title: String, range: ClosedRange<Double>? = nil) -> String {
    HeatMapDrawing(matrix, title: title, range: range).draw()
  }

  /// One scale for the maps of several modes: from the smallest entry, or 0, to the largest.
  public static func range(_ matrices: [CrossPlayMatrix]) -> ClosedRange<Double> {
    let returns = matrices.flatMap { $0.cells.values.map(\.meanReturn) }
    let (low, high) = (min(0, returns.min() ?? 0), returns.max() ?? 0)
    return low...(high > low ? high : low + 1)
  }
}

struct HeatMapDrawing {
  let matrix: CrossPlayMatrix
  let title: String
  let cells: [[Int]: CrossPlayCell]
  let range: ClosedRange<Double>
  let labels: RunLabels
  let layout: HeatMapLayout

  init(_ matrix: CrossPlayMatrix, title: String, range: ClosedRange<Double>?) {
    self.matrix = matrix
    self.title = title
    cells = matrix.firstTwoSeats
    let returns = cells.values.map(\.meanReturn)
    self.range = range ?? (returns.min() ?? 0)...(returns.max() ?? 1)
    labels = RunLabels(matrix.runs)
    let groups = matrix.groups
    let groupOfRun = Dictionary(
      uniqueKeysWithValues: groups.enumerated().flatMap { number, group in group.members.map { ($0, number) } })
    let isJoint = groups.count < 2 || cells.keys.contains { groupOfRun[$0[0]] != groupOfRun[$0[1]] }
    let group = labels.keys.isEmpty ? "configuration" : labels.keyText
    let what = isJoint && groups.count > 1 ? "\(group), then seed" : "seed"
    layout = HeatMapLayout(
      groups: groups.map { [labels] in (labels.label($0), $0.members) },
      seeds: matrix.runs.map { "\($0.seed)" }, isJoint: isJoint, titles: (0..<2).map { "run in seat \($0) (\(what))" })
  }

  func draw() -> String {
    let margin = 14.0
    let bar = (width: 104.0, height: min(max(layout.height - layout.bottom, 90), 320))
    let contentWidth = max(layout.width + 24 + bar.width, 440)
    let titles = SVGDocument.wrapped(title, width: contentWidth, size: 17)
    let subtitles = SVGDocument.wrapped(subtitle, width: contentWidth, size: 12)
    let top = margin + Double(titles.count) * 22 + Double(subtitles.count) * 17 + 8
    var svg = SVGDocument(
      width: contentWidth + 2 * margin, height: top + max(layout.height, bar.height + 40) + margin,
      label: "\(title); heat map of mean returns per game from \(twoDigits(range.lowerBound)) to "
        + "\(twoDigits(range.upperBound)) points; \(subtitle)")
    for (i, line) in titles.enumerated() {
      svg.text(line, x: margin, y: margin + 10 + Double(i) * 22, size: 17, bold: true)
    }
    for (i, line) in subtitles.enumerated() {
      let y = margin + Double(titles.count) * 22 + 6 + Double(i) * 17
      svg.text(line, x: margin, y: y, size: 12, fill: "#444444")
    }
    let corner = (x: margin, y: top)
    drawCells(&svg, corner)
    layout.drawLabels(&svg, corner)
    drawColorBar(&svg, x: margin + layout.width + 24, y: top + layout.firstTileTop, height: bar.height)
    return svg.source
  }

  private var subtitle: String {
    let games = cells.values.map(\.games)
    let (fewest, most) = (games.min() ?? 0, games.max() ?? 0)
    let count = fewest == most ? "\(fewest)" : "\(fewest) to \(most)"
    let others = matrix.seats > 2 ? ", over the teams played with these two" : ""
    let error = cells.values.compactMap(\.standardError).max().map { String(format: ", standard error up to %.2g", $0) }
    let maps = layout.isJoint ? "" : "; one map per \(labels.keys.isEmpty ? "configuration" : labels.keyText)"
    return "actions \(matrix.mode), games per entry: \(count)\(others)\(error ?? "")\(maps)"
  }

  private func position(_ value: Double) -> Double {
    let span = range.upperBound - range.lowerBound
    return span > 0 ? (value - range.lowerBound) / span : 0.5
  }

  private func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }

  // MARK: Entries

  private static let notPlayed = "#e4e4e4"
  /// More entries than this have no element of their own.
  private static let mostTooltips = 1600

  private var hasMissing: Bool {
    layout.tiles.contains { tile in tile.rows.contains { row in tile.columns.contains { cells[[row, $0]] == nil } } }
  }

  private func drawCells(_ svg: inout SVGDocument, _ corner: (x: Double, y: Double)) {
    let size = layout.size
    let widest = cells.values.map { SVGDocument.textWidth(twoDigits($0.meanReturn), size: 11) }.max() ?? 0
    let showsValues = widest <= size - 4
    let hasTooltips = layout.tiles.reduce(0) { $0 + $1.rows.count * $1.columns.count } <= Self.mostTooltips
    /// Neighbours of one colour in a row are one rectangle.
    var stripes: [String: [(x: Double, y: Double, width: Double)]] = [:]
    for tile in layout.tiles {
      let (left, top) = (corner.x + tile.x, corner.y + tile.y)
      svg.rectangle(
        x: left, y: top, width: Double(tile.columns.count) * size, height: Double(tile.rows.count) * size,
        fill: Self.notPlayed)
      for (i, row) in tile.rows.enumerated() {
        for (j, column) in tile.columns.enumerated() {
          guard let cell = cells[[row, column]] else { continue }
          let (x, y) = (left + Double(j) * size, top + Double(i) * size)
          let color = ColorMap.color(position(cell.meanReturn))
          guard hasTooltips else {
            Self.extend(&stripes[color, default: []], x: x, y: y, width: size)
            continue
          }
          svg.rectangle(
            x: x, y: y, width: size, height: size, fill: color,
            tooltip: "\(matrix.runs[row].name) with \(matrix.runs[column].name): \(twoDigits(cell.meanReturn))")
          if showsValues {
            svg.text(
              twoDigits(cell.meanReturn), x: x + size / 2, y: y + size / 2, size: 11, anchor: .middle,
              fill: ColorMap.textColor(on: position(cell.meanReturn)))
          }
        }
      }
    }
    for (color, places) in stripes.sorted(by: { $0.key < $1.key }) {
      svg.rectangles(places, height: size, fill: color)
    }
    for tile in layout.tiles where tile.isOneConfiguration && layout.hasOutlines {
      let (x, y) = (corner.x + tile.x, corner.y + tile.y)
      let (width, height) = (Double(tile.columns.count) * size, Double(tile.rows.count) * size)
      svg.line(
        [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], stroke: "#222222", width: 1.2)
    }
  }

  /// Lengthens the last rectangle if this one touches it, else adds this one.
  private static func extend(
    _ places: inout [(x: Double, y: Double, width: Double)], x: Double, y: Double, width: Double
  ) {
    if let last = places.last, last.y == y, abs(last.x + last.width - x) < 0.01 {
      places[places.count - 1].width += width
    } else {
      places.append((x, y, width))
    }
  }

  private func drawColorBar(_ svg: inout SVGDocument, x: Double, y top: Double, height: Double) {
    let steps = 64
    for step in 0..<steps {
      let value = (Double(steps - step) - 0.5) / Double(steps)
      let y = top + height * Double(step) / Double(steps)
      svg.rectangle(
        x: x, y: y, width: 18, height: height / Double(steps) + (step < steps - 1 ? 0.5 : 0),
        fill: ColorMap.color(value))
    }
    let ticks = AxisTicks.values(range, count: height < 120 ? 3 : 5)
    for tick in ticks {
      let y = top + height * (1 - position(tick))
      svg.line([(x + 18, y), (x + 23, y)], stroke: "#222222")
      svg.text(AxisTicks.label(tick, among: ticks), x: x + 27, y: y, size: 12)
    }
    let title = SVGDocument.wrapped("mean return per game (points)", width: max(height, 120), size: 13)
    for (i, line) in title.reversed().enumerated() {
      svg.text(line, x: x + 76 + Double(i) * 17, y: top + height / 2, size: 13, anchor: .middle, rotation: 90)
    }
    if hasMissing {
      let y = top + height + 16
      svg.rectangle(x: x, y: y, width: 14, height: 14, fill: Self.notPlayed, stroke: "#888888")
      svg.text("not played", x: x + 20, y: y + 7, size: 12)
    }
  }
}
