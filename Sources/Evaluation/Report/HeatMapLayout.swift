import Figures

/// Where the entries and the labels of a heat map stand.
struct HeatMapLayout {
  /// Entries of some runs with some runs, without gaps.
  struct Tile {
    let rows: [Int]
    let columns: [Int]
    /// Corner relative to the figure's.
    let x: Double
    let y: Double
    let isOneConfiguration: Bool
  }

  let groups: [(label: String, members: [Int])]
  private let titles: [String]
  /// Labels of rows and columns, by run.
  let seeds: [String]
  /// One map of all runs; else one per group.
  let isJoint: Bool
  /// Side of an entry.
  let size: Double
  let tiles: [Tile]
  let width: Double
  let height: Double
  /// The text below the lowest entries.
  let bottom: Double

  /// Every n-th run of a configuration has its seed beside it; 0: none.
  private let seedInterval: Int
  private let turnsSeeds: Bool
  private let turnsNames: Bool
  /// Room for the seeds of rows and of columns.
  private let rowSeedSpace: Double
  private let columnSeedSpace: Double
  private let nameWidth: Double

  private static let titleSpace = 22.0
  private static let seedSize = 11.0
  private static let nameSize = 13.0

  /// - Parameter titles: Of the axes of rows and of columns.
  init(groups: [(label: String, members: [Int])], seeds: [String], isJoint: Bool, titles: [String]) {
    self.groups = groups
    self.titles = titles
    self.seeds = seeds
    self.isJoint = isJoint
    let largest = Double(max(groups.map(\.members.count).max() ?? 1, 1))
    let all = Double(max(groups.reduce(0) { $0 + $1.members.count }, 1))
    let columns = isJoint ? 1 : min(groups.count, groups.count <= 4 ? 2 : groups.count <= 9 ? 3 : 4)
    let size =
      isJoint
      ? min(44, max(3, (720 / all).rounded(.down)))
      : min(36, max(3, ((720 / Double(columns) - 44) / largest).rounded(.down)))
    self.size = size
    let seedWidth = seeds.map { SVGDocument.textWidth($0, size: Self.seedSize) }.max() ?? 0
    // Where entries are small every second, fifth, ... seed is written, if there is more than one to write.
    let interval = [1, 2, 5, 10, 20, 50].first { Double($0) * size >= 13 }
    seedInterval = interval.map { $0 == 1 || 2 * $0 <= Int(largest) ? $0 : 0 } ?? 0
    let showsSeeds = seedInterval > 0
    turnsSeeds = seedWidth > Double(max(seedInterval, 1)) * size - 3
    rowSeedSpace = showsSeeds ? seedWidth + 10 : 6
    columnSeedSpace = showsSeeds ? (turnsSeeds ? seedWidth + 10 : 20) : 6
    let nameWidth = groups.map { SVGDocument.textWidth($0.label, size: Self.nameSize) }.max() ?? 0
    self.nameWidth = nameWidth
    turnsNames = groups.contains {
      SVGDocument.textWidth($0.label, size: Self.nameSize) > Double($0.members.count) * size - 4
    }
    let hasNames = groups.count > 1
    let titleLength = titles.map { SVGDocument.textWidth($0, size: Self.nameSize) }.max() ?? 0
    if isJoint {
      let gap = hasNames ? max(2, size / 5) : 0
      let left = Self.titleSpace + (hasNames ? nameWidth + 12 : 0) + rowSeedSpace
      var starts: [Double] = []
      var position = 0.0
      for group in groups {
        starts.append(position)
        position += Double(group.members.count) * size + gap
      }
      let extent = position - gap
      tiles = groups.indices.flatMap { row in
        groups.indices.map { column in
          Tile(
            rows: groups[row].members, columns: groups[column].members, x: left + starts[column], y: starts[row],
            isOneConfiguration: row == column)
        }
      }
      bottom = columnSeedSpace + (hasNames ? (turnsNames ? nameWidth + 12 : 20) : 0) + Self.titleSpace
      width = left + extent
      height = max(extent + bottom, titleLength + Self.titleSpace)
    } else {
      let mapWidth = max(largest * size, min(nameWidth, 200)) + 16
      let nameLines = groups.map { SVGDocument.wrapped($0.label, width: mapWidth - 8, size: Self.nameSize).count }
      let nameHeight = Double(nameLines.max() ?? 1) * 17 + 6
      let cell = (width: rowSeedSpace + mapWidth, height: nameHeight + largest * size + columnSeedSpace + 14)
      let left = Self.titleSpace + rowSeedSpace
      tiles = groups.enumerated().map { number, group in
        Tile(
          rows: group.members, columns: group.members, x: left + Double(number % columns) * cell.width,
          y: Double(number / columns) * cell.height + nameHeight, isOneConfiguration: true)
      }
      let rows = (groups.count + columns - 1) / columns
      bottom = columnSeedSpace + Self.titleSpace
      width = Self.titleSpace + Double(columns) * cell.width
      height = max(Double(rows) * cell.height, titleLength) + Self.titleSpace
    }
  }

  /// Configurations have a line around them where there is room for it between the maps.
  var hasOutlines: Bool { groups.count > 1 && (!isJoint || size >= 20) }

  /// Whether the seed of a configuration's run is written; the last one keeps its distance to the next configuration.
  private func hasSeed(_ place: Int, of members: [Int]) -> Bool {
    place.isMultiple(of: seedInterval) && place + seedInterval <= members.count
  }

  var firstTileTop: Double { tiles.first?.y ?? 0 }

  func drawLabels(_ svg: inout SVGDocument, _ corner: (x: Double, y: Double)) {
    for tile in tiles {
      let isFirstColumn = !isJoint || tile.columns == groups.first?.members
      let isLastRow = !isJoint || tile.rows == groups.last?.members
      let (x, y) = (corner.x + tile.x, corner.y + tile.y)
      if seedInterval > 0 && isFirstColumn {
        for (i, run) in tile.rows.enumerated() where hasSeed(i, of: tile.rows) {
          svg.text(seeds[run], x: x - 6, y: y + (Double(i) + 0.5) * size, size: Self.seedSize, anchor: .end)
        }
      }
      if seedInterval > 0 && isLastRow {
        for (i, run) in tile.columns.enumerated() where hasSeed(i, of: tile.columns) {
          let bottom = y + Double(tile.rows.count) * size
          svg.text(
            seeds[run], x: x + (Double(i) + 0.5) * size, y: bottom + (turnsSeeds ? 6 : 12), size: Self.seedSize,
            anchor: turnsSeeds ? .end : .middle, rotation: turnsSeeds ? -90 : 0)
        }
      }
      if groups.count > 1 { drawName(of: tile, &svg, corner, isFirstColumn: isFirstColumn, isLastRow: isLastRow) }
    }
    let (left, right) = (tiles.map(\.x).min() ?? 0, tiles.map { $0.x + Double($0.columns.count) * size }.max() ?? 0)
    let lengths = titles.map { SVGDocument.textWidth($0, size: Self.nameSize) }
    svg.text(
      titles[1], x: corner.x + max((left + right) / 2, lengths[1] / 2), y: corner.y + height - Self.titleSpace / 2,
      size: Self.nameSize, anchor: .middle)
    let below = isJoint ? bottom : Self.titleSpace
    svg.text(
      titles[0], x: corner.x + 8, y: corner.y + max((height - below) / 2, lengths[0] / 2), size: Self.nameSize,
      anchor: .middle, rotation: -90)
  }

  private func drawName(
    of tile: Tile, _ svg: inout SVGDocument, _ corner: (x: Double, y: Double), isFirstColumn: Bool, isLastRow: Bool
  ) {
    let (x, y) = (corner.x + tile.x, corner.y + tile.y)
    let label = { (members: [Int]) in groups.first { $0.members == members }?.label ?? "" }
    let middle = (x: x + Double(tile.columns.count) * size / 2, y: y + Double(tile.rows.count) * size / 2)
    guard isJoint else {
      let lines = SVGDocument.wrapped(
        label(tile.rows), width: max(Double(tile.columns.count) * size, min(nameWidth, 200)) + 8, size: Self.nameSize)
      for (i, line) in lines.reversed().enumerated() {
        svg.text(line, x: middle.x, y: y - 11 - Double(i) * 17, size: Self.nameSize, anchor: .middle, bold: true)
      }
      return
    }
    if isFirstColumn {
      svg.text(
        label(tile.rows), x: x - rowSeedSpace - 4, y: middle.y, size: Self.nameSize, anchor: .end, bold: true)
    }
    if isLastRow {
      let below = y + Double(tile.rows.count) * size + columnSeedSpace
      svg.text(
        label(tile.columns), x: middle.x, y: below + (turnsNames ? 4 : 10), size: Self.nameSize,
        anchor: turnsNames ? .end : .middle, rotation: turnsNames ? -90 : 0, bold: true)
    }
  }
}
