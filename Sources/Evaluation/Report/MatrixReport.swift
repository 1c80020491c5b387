import Configuration
import Figures
import Foundation
import Training

/// The matrix as files: one row (CSV) or object (JSON) per evaluated team.
public enum MatrixReport {
  public static func csv(_ matrices: [CrossPlayMatrix]) -> String {
    let seats = matrices.first?.seats ?? 0
    let outcomes = matrices.first?.outcomes ?? []
    var csv = CSV(
      header: ["mode"] + (0..<seats).map { "seat_\($0)" } + [
        "games", "mean_return", "standard_error", "decisions", "tie_rate", "near_tie_rate",
      ] + outcomes.map { "outcome_\($0.name)" })
    for matrix in matrices {
      for team in matrix.teams {
        guard let cell = matrix.cells[team] else { continue }
        csv.append(
          [matrix.mode.description] + team.map { matrix.runs[$0].name } + [
            "\(cell.games)", "\(cell.meanReturn)", cell.standardError.field, "\(cell.decisions)", cell.tieRate.field,
            cell.nearTieRate.field,
          ] + outcomes.map { $0.value(sums: cell.outcomeSums, episodes: cell.games).field })
      }
    }
    return csv.text
  }

  private struct Entry: Codable {
    let runs: [Int]
    let games: Int
    let meanReturn: Double
    let standardError: Double?
    let decisions: Int
    let tieRate: Double?
    let nearTieRate: Double?
    let outcomes: [String: Double?]?

    var cell: CrossPlayCell {
      let count = Double(games)
      let variance = standardError.map { $0 * $0 * count * (count - 1) } ?? 0
      func decided(_ rate: Double?) -> Int { Int(((rate ?? 0) * Double(decisions)).rounded()) }
      return CrossPlayCell(
        games: games, returnSum: meanReturn * count, squaredReturnSum: variance + meanReturn * meanReturn * count,
        decisions: decisions, tiedDecisions: decided(tieRate), nearTiedDecisions: decided(nearTieRate))
    }

    enum CodingKeys: String, CodingKey {
      case runs, games, decisions, outcomes
      case meanReturn = "mean_return"
      case standardError = "standard_error"
      case tieRate = "tie_rate"
      case nearTieRate = "near_tie_rate"
    }
  }

  private struct Document: Codable {
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
                decisions: cell.decisions, tieRate: cell.tieRate, nearTieRate: cell.nearTieRate,
                outcomes: outcomes(of: cell, matrix))
            }
          })
      })
  }

  /// The matrices that `json` wrote, for figures; sums over games are restored from the means, and outcomes are left out.
  public static func matrices(json: Data) throws -> [CrossPlayMatrix] {
    try JSONDecoder().decode([Document].self, from: json).map { document in
      guard (1...16).contains(document.seats), Set(document.runs.map(\.name)).count == document.runs.count else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: [], debugDescription: "it has \(document.seats) seats, or two runs of the same name"))
      }
      for run in document.runs { try PlausibleNumbers.require(run.hyperparameters) }
      var matrix = CrossPlayMatrix(mode: document.mode, seats: document.seats, runs: document.runs)
      for entry in document.entries {
        try PlausibleNumbers.require(counts: entry.games, entry.decisions)
        try PlausibleNumbers.require(values: entry.meanReturn, entry.standardError)
        try PlausibleNumbers.require(rates: entry.tieRate, entry.nearTieRate)
        guard entry.runs.count == document.seats, entry.runs.allSatisfy(document.runs.indices.contains), entry.games > 0
        else {
          throw DecodingError.dataCorrupted(
            .init(codingPath: [], debugDescription: "an entry names runs \(entry.runs), which are not in the list"))
        }
        matrix.add(entry.cell, team: entry.runs)
      }
      return matrix
    }
  }

  private static func outcomes(of cell: CrossPlayCell, _ matrix: CrossPlayMatrix) -> [String: Double?]? {
    guard !matrix.outcomes.isEmpty else { return nil }
    return Dictionary(
      uniqueKeysWithValues: matrix.outcomes.map { outcome in
        (outcome.name, outcome.value(sums: cell.outcomeSums, episodes: cell.games))
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
