import Configuration
import Evaluation
import Files
import Foundation
import Training

/// One matrix of an evaluation as numbers in rows: what `RecordedEvaluation` has as teams and cells, read many times faster,
/// for looking at hundreds of runs.
///
/// Where a game has more than two seats, an entry is over all evaluated teams that begin with these two runs.
public struct MatrixTable: Sendable {
  public let mode: EvaluationMode
  public let seats: Int
  /// R, in the order of tables and figures.
  public let runs: [EvaluatedRun]
  /// (R, R): mean return by the runs in seat 0 and seat 1; not a number where they were not played.
  public let means: [Float]
  /// (R, R): standard errors over games; not a number where there is none.
  public let errors: [Float]
  /// (R, R)
  public let games: [UInt32]

  /// The matrices of a folder in the order of tables and figures; without copying the file.
  ///
  /// - Throws: `FileFailure` where there is no readable `matrix.json`.
  public static func read(in folder: URL) throws -> [MatrixTable] {
    let file = folder.appendingPathComponent(EvaluationFolder.matrixName)
    guard let data = try? Data(contentsOf: file, options: .mappedIfSafe) else {
      throw FileFailure(file.relativePath, "is missing; run crossplay evaluate again")
    }
    func damaged(_ what: String) -> FileFailure {
      FileFailure(file.relativePath, "is not what crossplay evaluate of this version writes (\(what)); run it again")
    }
    // Numbers are read up to a byte behind them.
    guard let last = data.last, !(0x30...0x39).contains(last) else { throw damaged("it has no end") }
    return try data.withUnsafeBytes { raw in
      var cursor = JSONCursor(bytes: raw.bindMemory(to: UInt8.self), position: 0, end: raw.count)
      cursor.skipSpace()
      var tables: [MatrixTable] = []
      var problem: String?
      let isArray = cursor.array { cursor in
        var document = Document()
        guard document.read(&cursor) else { return false }
        do {
          tables.append(try document.table())
          return true
        } catch {
          problem = "\(error)"
          return false
        }
      }
      guard isArray else { throw damaged(problem ?? "it is no list of matrices") }
      let order = EvaluationMode.ordered(tables.map(\.mode))
      return order.compactMap { mode in tables.first { $0.mode == mode } }
    }
  }

  /// One matrix as it is read: its entries come before the runs that they name.
  private struct Document {
    struct Entry {
      var row = -1
      var column = -1
      var games = 0.0
      var mean = Double.nan
      var error = Double.nan
    }

    var mode: Data?
    var seats = 0
    var runs: Data?
    var entries: [Entry] = []

    private static let keys = ["mode", "seats", "runs", "entries"].map { Array($0.utf8) }
    private static let entryKeys = ["runs", "games", "mean_return", "standard_error"].map { Array($0.utf8) }

    mutating func read(_ cursor: inout JSONCursor) -> Bool {
      cursor.object { cursor, key in
        let start = cursor.position
        switch Self.keys.firstIndex(where: { cursor.equal(key, $0) }) {
        case 0:
          guard cursor.skipValue() else { return false }
          mode = Data(cursor.bytes[start..<cursor.position])
        case 1:
          guard let value = cursor.number(), (1...16).contains(value) else { return false }
          seats = Int(value)
        case 2:
          guard cursor.skipValue() else { return false }
          runs = Data(cursor.bytes[start..<cursor.position])
        case 3: return cursor.array { cursor in readEntry(&cursor) }
        default: return cursor.skipValue()
        }
        return true
      }
    }

    private mutating func readEntry(_ cursor: inout JSONCursor) -> Bool {
      var entry = Entry()
      let isObject = cursor.object { cursor, key in
        switch Self.entryKeys.firstIndex(where: { cursor.equal(key, $0) }) {
        case 0:
          var seat = 0
          return cursor.array { cursor in
            guard let run = cursor.number(), (0...1_000_000).contains(run) else { return false }
            if seat == 0 { (entry.row, entry.column) = (Int(run), Int(run)) }
            if seat == 1 { entry.column = Int(run) }
            seat += 1
            return true
          }
        case 1:
          guard let games = cursor.number(), (1...0x1p40).contains(games) else { return false }
          entry.games = games
        case 2:
          guard let mean = cursor.numberOrNull() else { return false }
          entry.mean = mean
        case 3:
          guard let error = cursor.numberOrNull() else { return false }
          entry.error = error
        default: return cursor.skipValue()
        }
        return true
      }
      entries.append(entry)
      return isObject
    }

    struct Problem: Error, CustomStringConvertible { let description: String }

    func table() throws -> MatrixTable {
      guard let mode, let runs, seats > 0 else { throw Problem(description: "a matrix lacks mode, runs or seats") }
      let list: [EvaluatedRun]
      let played: EvaluationMode
      do {
        list = try JSONDecoder().decode([EvaluatedRun].self, from: runs)
        played = try JSONDecoder().decode([EvaluationMode].self, from: Data("[".utf8) + mode + Data("]".utf8))[0]
      } catch {
        throw Problem(description: DecodingProblem.text(error))
      }
      let count = list.count
      guard count <= 20_000 else { throw Problem(description: "\(count) runs") }
      // Sums over games, for entries that stand for several teams.
      var games = [Double](repeating: 0, count: count * count)
      var sums = games
      var squaredErrors = games
      for entry in entries {
        guard (0..<count).contains(entry.row), (0..<count).contains(entry.column), entry.games > 0, entry.mean.isFinite
        else { throw Problem(description: "an entry names runs that are not in the list, or has no games") }
        let place = entry.row * count + entry.column
        games[place] += entry.games
        sums[place] += entry.games * entry.mean
        squaredErrors[place] += entry.games * entry.games * entry.error * entry.error
      }
      return MatrixTable(
        mode: played, seats: seats, runs: list,
        means: games.indices.map { games[$0] > 0 ? Float(sums[$0] / games[$0]) : .nan },
        errors: games.indices.map { games[$0] > 0 ? Float(squaredErrors[$0].squareRoot() / games[$0]) : .nan },
        games: games.map { UInt32(min($0, Double(UInt32.max))) })
    }
  }
}
