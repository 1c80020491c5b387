/// A grid, turned or mirrored: one of the 8 ways to look at a square, or of the 4 that keep the sides of a rectangle.
///
/// First rows and columns change places, then rows run the other way, then columns.
struct GridView: Hashable {
  let transposes: Bool
  let flipsRows: Bool
  let flipsColumns: Bool

  /// All views of a grid; the unchanged one first.
  static func all(square: Bool) -> [GridView] {
    (square ? [false, true] : [false]).flatMap { transposes in
      [false, true].flatMap { rows in
        [false, true].map { GridView(transposes: transposes, flipsRows: rows, flipsColumns: $0) }
      }
    }
  }

  /// The new place of a cell, numbered row by row.
  func cell(_ cell: Int, width: Int, height: Int) -> Int {
    var (row, column) = cell.quotientAndRemainder(dividingBy: width)
    if transposes { swap(&row, &column) }
    return (flipsRows ? height - 1 - row : row) * width + (flipsColumns ? width - 1 - column : column)
  }

  /// Where a step of one cell leads: right and down are positive.
  func direction(x: Int, y: Int) -> (x: Int, y: Int) {
    let (x, y) = transposes ? (y, x) : (x, y)
    return (flipsColumns ? -x : x, flipsRows ? -y : y)
  }

  /// The new place of a line of a square grid among its rows, then its columns.
  func line(_ line: Int, size: Int) -> Int {
    let isColumn = (line >= size) != transposes
    let number = line % size
    return (isColumn ? size : 0) + ((isColumn ? flipsColumns : flipsRows) ? size - 1 - number : number)
  }
}
