import Figures
import Foundation
import Training

/// The cross-play matrix as an SVG heat map: rows are the run in seat 0, columns the run in seat 1.
///
/// Runs stand in the order of the matrix; a gap separates configurations. With three and more seats an entry is the
/// mean over the evaluated teams with these runs in the first two seats.
public enum HeatMap {
  /// - Parameters:
  ///   - title: for example the environment.
  ///   - range: returns at the ends of the colour bar; nil for the smallest and largest entry.
  public static func svg(_ matrix: CrossPlayMatrix, title: String, range: ClosedRange<Double>? = nil) -> String {
    HeatMapDrawing(matrix, title: title, range: range).draw()
  }
}

private struct HeatMapDrawing {
  let matrix: CrossPlayMatrix
  let title: String
  let cells: [[Int]: CrossPlayCell]
  let range: ClosedRange<Double>
  let labels: RunLabels
  let groups: [RunGroup]

  /// Size of an entry, and of the gap between configurations.
  let size: Double
  let gap: Double
  let left: Double
  let top = 92.0
  let extent: Double
  let showsSeeds: Bool
  let showsValues: Bool

  init(_ matrix: CrossPlayMatrix, title: String, range: ClosedRange<Double>?) {
    self.matrix = matrix
    self.title = title
    cells = matrix.firstTwoSeats
    let returns = cells.values.map(\.meanReturn)
    self.range = range ?? (returns.min() ?? 0)...(returns.max() ?? 1)
    labels = RunLabels(matrix.runs)
    groups = matrix.groups
    let count = Double(max(matrix.runs.count, 1))
    size = min(44, max(3, (720 / count).rounded(.down)))
    gap = groups.count > 1 ? max(2, size / 5) : 0
    showsSeeds = size >= 13
    showsValues = size >= 34
    let names = groups.map { [labels] in labels.label($0) }
    let groupWidth = names.map { SVGDocument.textWidth($0, size: 13) }.max() ?? 0
    left = 44 + (groups.count > 1 ? groupWidth + 14 : 0) + (showsSeeds ? 34 : 6)
    extent = count * size + Double(groups.count - 1) * gap
  }

  private var order: [Int] { groups.flatMap(\.members) }

  /// Where each run's row and column starts, relative to the map.
  private var starts: [Int: Double] {
    var starts: [Int: Double] = [:]
    var position = 0.0
    for group in groups {
      for member in group.members {
        starts[member] = position
        position += size
      }
      position += gap
    }
    return starts
  }

  /// Group names below the map stand upright if they would touch.
  private var turnsGroupNames: Bool {
    groups.contains { SVGDocument.textWidth(labels.label($0), size: 13) > Double($0.members.count) * size }
  }

  private var groupNameHeight: Double {
    guard groups.count > 1 else { return 0 }
    guard turnsGroupNames else { return 22 }
    return (groups.map { SVGDocument.textWidth(labels.label($0), size: 13) }.max() ?? 0) + 14
  }

  func draw() -> String {
    let bottom = (showsSeeds ? 26 : 6) + groupNameHeight + 40
    let barX = left + extent + 34
    let subtitleWidth = SVGDocument.textWidth(subtitle, size: 12)
    let width = max(barX + 110, left + subtitleWidth + 20, left + SVGDocument.textWidth(title, size: 17) + 40)
    var svg = SVGDocument(width: width, height: top + max(extent, 150) + bottom)
    svg.text(title, x: left, y: 28, size: 17, bold: true)
    svg.text(subtitle, x: left, y: 54, size: 12, fill: "#555555")
    drawCells(&svg)
    drawRunLabels(&svg)
    drawAxisTitles(&svg)
    drawColorBar(&svg, x: barX)
    return svg.source
  }

  private var subtitle: String {
    let games = cells.values.map(\.games)
    let (fewest, most) = (games.min() ?? 0, games.max() ?? 0)
    let count = fewest == most ? "\(fewest)" : "\(fewest) to \(most)"
    let others = matrix.seats > 2 ? ", over the teams played with these two" : ""
    let error = cells.values.compactMap(\.standardError).max().map { String(format: ", standard error up to %.2g", $0) }
    return "actions \(matrix.mode), games per entry: \(count)\(others)\(error ?? "")"
  }

  private func position(_ value: Double) -> Double {
    let span = range.upperBound - range.lowerBound
    return span > 0 ? (value - range.lowerBound) / span : 0.5
  }

  private func drawCells(_ svg: inout SVGDocument) {
    let starts = starts
    if hasMissing { drawBackground(&svg) }
    for row in order {
      for column in order {
        let x = left + (starts[column] ?? 0)
        let y = top + (starts[row] ?? 0)
        guard let cell = cells[[row, column]] else { continue }
        let value = position(cell.meanReturn)
        svg.rectangle(
          x: x, y: y, width: size, height: size, fill: ColorMap.color(value),
          tooltip: size < 8
            ? nil : "\(matrix.runs[row].name) with \(matrix.runs[column].name): \(Self.twoDigits(cell.meanReturn))")
        if showsValues {
          svg.text(
            Self.twoDigits(cell.meanReturn), x: x + size / 2, y: y + size / 2, size: 12, anchor: .middle,
            fill: ColorMap.textColor(on: value))
        }
      }
    }
  }

  private var hasMissing: Bool { cells.count < order.count * order.count }

  /// What entries that were not played show.
  private func drawBackground(_ svg: inout SVGDocument) {
    let starts = starts
    for rows in groups {
      for columns in groups {
        svg.rectangle(
          x: left + (starts[columns.members[0]] ?? 0), y: top + (starts[rows.members[0]] ?? 0),
          width: Double(columns.members.count) * size, height: Double(rows.members.count) * size, fill: "#e4e4e4")
      }
    }
  }

  private static func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }

  private func drawRunLabels(_ svg: inout SVGDocument) {
    let starts = starts
    if showsSeeds {
      for run in order {
        let middle = (starts[run] ?? 0) + size / 2
        let seed = "\(matrix.runs[run].seed)"
        svg.text(seed, x: left - 7, y: top + middle, size: 11, anchor: .end)
        svg.text(seed, x: left + middle, y: top + extent + 13, size: 11, anchor: .middle)
      }
    }
    guard groups.count > 1 else { return }
    let space = showsSeeds ? 34.0 : 6.0
    for group in groups {
      let middle = (starts[group.members[0]] ?? 0) + Double(group.members.count) * size / 2
      let text = labels.label(group)
      svg.text(text, x: left - space - 4, y: top + middle, size: 13, anchor: .end, bold: true)
      let y = top + extent + (showsSeeds ? 36 : 16)
      svg.text(
        text, x: left + middle, y: turnsGroupNames ? y - 6 : y, size: 13, anchor: turnsGroupNames ? .end : .middle,
        rotation: turnsGroupNames ? -90 : 0, bold: true)
    }
  }

  private func drawAxisTitles(_ svg: inout SVGDocument) {
    let what = [groups.count > 1 ? (labels.keys.isEmpty ? "configuration" : labels.keyText) : nil, "seed"]
      .compactMap(\.self).joined(separator: ", then ")
    let y = top + extent + (showsSeeds ? 26 : 6) + groupNameHeight + 20
    svg.text("run in seat 1 (\(what))", x: left + extent / 2, y: y, size: 13, anchor: .middle)
    svg.text("run in seat 0 (\(what))", x: 20, y: top + extent / 2, size: 13, anchor: .middle, rotation: -90)
  }

  private func drawColorBar(_ svg: inout SVGDocument, x: Double) {
    let height = min(extent, 320)
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
    svg.text("mean return per game (points)", x: x + 74, y: top + height / 2, size: 13, anchor: .middle, rotation: 90)
    if hasMissing {
      let y = top + height + 16
      svg.rectangle(x: x, y: y, width: 14, height: 14, fill: "#e4e4e4")
      svg.text("not played", x: x + 20, y: y + 7, size: 12)
    }
  }
}
