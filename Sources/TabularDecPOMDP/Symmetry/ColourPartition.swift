// An ordered partition of points into cells, which refinement splits and search individualises.

/// Points in cells; the colour of a point is the place of the first point of its cell.
///
/// Cells are only ever split, so that a colour that is in use stays in use, and two partitions that went through the
/// same splits have the same colours.
struct ColourPartition: Sendable {
  /// The points, cell by cell.
  private(set) var order: [Int]
  /// (points)
  private(set) var colours: [Int]
  /// Size of the cell that begins at a place; 0 at all other places.
  private(set) var cellSizes: [Int]

  /// Cells of points with equal keys, in rising order of the keys.
  init(keys: [[Int]]) {
    order = keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) || (keys[$0] == keys[$1] && $0 < $1) }
    colours = Array(repeating: 0, count: keys.count)
    cellSizes = Array(repeating: 0, count: keys.count)
    var start = 0
    for (place, point) in order.enumerated() {
      if keys[point] != keys[order[start]] { start = place }
      colours[point] = start
      cellSizes[start] += 1
    }
  }

  func cell(at start: Int) -> ArraySlice<Int> { order[start..<start + cellSizes[start]] }

  /// Splits cells by hashes, in rising order of these.
  ///
  /// - Returns: Whether a cell was split.
  mutating func split(by hashes: [UInt64]) -> Bool {
    var hasSplit = false
    var start = 0
    while start < order.count {
      let end = start + cellSizes[start]
      if end - start > 1, order[start..<end].contains(where: { hashes[$0] != hashes[order[start]] }) {
        hasSplit = true
        order[start..<end].sort { (hashes[$0], $0) < (hashes[$1], $1) }
        var first = start
        for place in start..<end {
          let point = order[place]
          if hashes[point] != hashes[order[first]] {
            cellSizes[first] = place - first
            first = place
          }
          colours[point] = first
        }
        cellSizes[first] = end - first
      }
      start = end
    }
    return hasSplit
  }

  /// Puts a point into a cell of its own, before the rest of its cell.
  mutating func individualise(_ point: Int) {
    let start = colours[point]
    let size = cellSizes[start]
    guard size > 1, let place = order[start..<start + size].firstIndex(of: point) else { return }
    order.swapAt(start, place)
    (cellSizes[start], cellSizes[start + 1]) = (1, size - 1)
    for other in order[start + 1..<start + size] { colours[other] = start + 1 }
  }
}
