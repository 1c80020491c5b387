import Figures
import Foundation
import VulkanCompute

/// Cross-play between configurations: a row per block (CSV), a square table per mode (text).
public enum BlockReport {
  /// nil where configurations did not meet.
  public static func csv(_ summary: EvaluationSummary) -> String? {
    guard let blocks = summary.blocks else { return nil }
    var csv = CSV(header: [
      "mode", "row", "column", "cross_play", "cross_play_standard_error", "tuples_evaluated", "tuples_possible",
      "games", "tie_rate", "near_tie_rate",
    ])
    for block in blocks {
      csv.append([
        "\(block.mode)", block.row, block.column, "\(block.crossPlay.mean)", block.crossPlay.standardError.field,
        "\(block.tuplesEvaluated)", "\(block.tuplesPossible)", "\(block.games)", block.tieRate.field,
        block.nearTieRate.field,
      ])
    }
    return csv.text
  }

  /// Empty where configurations did not meet.
  public static func table(_ summary: EvaluationSummary) -> String {
    guard let blocks = summary.blocks else { return "" }
    let names = summary.configurations.map(\.configuration)
    let headings = names.indices.map { "(\($0 + 1))" }
    var modes: [String] = []
    for block in blocks where !modes.contains("\(block.mode)") { modes.append("\(block.mode)") }
    let tables = modes.map { mode in
      var table = TextTable(header: ["XP \(mode)"] + headings)
      for (number, row) in names.enumerated() {
        let fields = names.map { column in
          SummaryReport.text(blocks.first { "\($0.mode)" == mode && $0.row == row && $0.column == column }?.crossPlay)
        }
        table.append(["(\(number + 1)) \(row)"] + fields)
      }
      return table.text
    }
    return tables.joined(separator: "\n") + """
      Row: the configuration in seat 0, column: the one in all other seats; distinct runs, error by bootstrap over runs.

      """
  }
}
