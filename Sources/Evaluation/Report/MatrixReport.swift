import Figures
import Foundation
import Training

/// The matrix as files: one row (CSV) or object (JSON) per evaluated team.
public enum MatrixReport {
  public static func csv(_ matrices: [CrossPlayMatrix]) -> String {
    let seats = matrices.first?.seats ?? 0
    var csv = CSV(
      header: ["mode"] + (0..<seats).map { "seat_\($0)" } + [
        "games", "mean_return", "standard_error", "decisions", "tie_rate", "near_tie_rate",
      ])
    for matrix in matrices {
      for team in matrix.teams {
        guard let cell = matrix.cells[team] else { continue }
        csv.append(
          [matrix.mode.description] + team.map { matrix.runs[$0].name } + [
            "\(cell.games)", "\(cell.meanReturn)", cell.standardError.field, "\(cell.decisions)", cell.tieRate.field,
            cell.nearTieRate.field,
          ])
      }
    }
    return csv.text
  }

  private struct Entry: Encodable {
    let runs: [Int]
    let games: Int
    let meanReturn: Double
    let standardError: Double?
    let decisions: Int
    let tieRate: Double?
    let nearTieRate: Double?

    enum CodingKeys: String, CodingKey {
      case runs, games, decisions
      case meanReturn = "mean_return"
      case standardError = "standard_error"
      case tieRate = "tie_rate"
      case nearTieRate = "near_tie_rate"
    }
  }

  private struct Document: Encodable {
    let mode: EvaluationMode
    let seats: Int
    let runs: [EvaluatedRun]
    let entries: [Entry]
  }

  /// `entries[].runs` are places in `runs`, one per seat.
  public static func json(_ matrices: [CrossPlayMatrix]) throws -> Data {
    try ReportJSON.encode(
      matrices.map { matrix in
        Document(
          mode: matrix.mode, seats: matrix.seats, runs: matrix.runs,
          entries: matrix.teams.compactMap { team in
            matrix.cells[team].map { cell in
              Entry(
                runs: team, games: cell.games, meanReturn: cell.meanReturn, standardError: cell.standardError,
                decisions: cell.decisions, tieRate: cell.tieRate, nearTieRate: cell.nearTieRate)
            }
          })
      })
  }
}

enum ReportJSON {
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}
