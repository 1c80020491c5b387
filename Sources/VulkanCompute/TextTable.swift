/// Text in columns, each as wide as its widest cell, two spaces apart.
package struct TextTable {
  package enum Alignment: Sendable { case left, right }

  private let alignments: [Alignment]
  private let hasHeader: Bool
  private var rows: [[String]]

  /// - Parameters:
  ///   - alignments: Of the columns; the last also of all behind it.
  ///   - header: Stands above a rule; nil for none.
  package init(_ alignments: [Alignment] = [.left, .right], header: [String]? = nil) {
    precondition(!alignments.isEmpty)
    self.alignments = alignments
    hasHeader = header != nil
    rows = header.map { [$0] } ?? []
  }

  /// Adds a row with as many cells as the others.
  package mutating func append(_ row: [String]) {
    precondition(row.count == rows.first?.count ?? row.count)
    rows.append(row)
  }

  /// Header, rule and rows, without spaces at the end.
  package var lines: [String] {
    let columns = rows.first?.indices ?? 0..<0
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return alignments[min(column, alignments.count - 1)] == .left ? cell + space : space + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.dropLast(line.reversed().prefix { $0 == " " }.count))
    }
    guard hasHeader else { return lines }
    let length = widths.reduce(2 * (widths.count - 1), +)
    return [lines[0], String(repeating: "-", count: length)] + lines.dropFirst()
  }

  /// The lines, each with its line break.
  package var text: String { lines.map { $0 + "\n" }.joined() }
}
