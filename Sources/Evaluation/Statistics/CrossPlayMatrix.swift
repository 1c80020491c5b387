import Configuration
import Environments
import Training

/// What the games of one team measured; sums, so that parts of the games add up in any order.
public struct CrossPlayCell: Sendable, Hashable, Codable {
  public var games = 0
  public var returnSum = 0.0
  public var squaredReturnSum = 0.0
  /// E sums of the game's outcomes; empty where it has none.
  public var outcomeSums: [Double] = []
  /// Moves with more than one legal action.
  public var decisions = 0
  /// Those among them where another legal action's logit was exactly as large as the largest.
  public var tiedDecisions = 0
  /// Those among them where another legal action's logit came within the tie tolerance of the largest.
  public var nearTiedDecisions = 0

  public init(
    games: Int = 0, returnSum: Double = 0, squaredReturnSum: Double = 0, outcomeSums: [Double] = [], decisions: Int = 0,
    tiedDecisions: Int = 0, nearTiedDecisions: Int = 0
  ) {
    self.games = games
    self.returnSum = returnSum
    self.squaredReturnSum = squaredReturnSum
    self.outcomeSums = outcomeSums
    self.decisions = decisions
    self.tiedDecisions = tiedDecisions
    self.nearTiedDecisions = nearTiedDecisions
  }

  public var meanReturn: Double { returnSum / Double(games) }

  /// Standard error of the mean over games; nil with fewer than two.
  public var standardError: Double? {
    guard games > 1 else { return nil }
    let variance = max(0, squaredReturnSum - returnSum * meanReturn) / Double(games - 1)
    return (variance / Double(games)).squareRoot()
  }

  /// Part of the decisions that were exact ties; nil without decisions.
  public var tieRate: Double? { decisions > 0 ? Double(tiedDecisions) / Double(decisions) : nil }
  /// Part of the decisions that were ties within the tolerance; nil without decisions.
  public var nearTieRate: Double? { decisions > 0 ? Double(nearTiedDecisions) / Double(decisions) : nil }

  public static func += (total: inout CrossPlayCell, part: CrossPlayCell) {
    total.games += part.games
    total.returnSum += part.returnSum
    total.squaredReturnSum += part.squaredReturnSum
    if total.outcomeSums.isEmpty {
      total.outcomeSums = part.outcomeSums
    } else {
      for (outcome, sum) in part.outcomeSums.enumerated() { total.outcomeSums[outcome] += sum }
    }
    total.decisions += part.decisions
    total.tiedDecisions += part.tiedDecisions
    total.nearTiedDecisions += part.nearTiedDecisions
  }
}

/// M[i, j, ...]: what the team with run i in seat 0, run j in seat 1, ... earns per game, in one mode of play.
public struct CrossPlayMatrix: Sendable, Equatable {
  public let mode: EvaluationMode
  public let seats: Int
  public let runs: [EvaluatedRun]
  /// What the game reports in addition to returns.
  public let outcomes: [OutcomeQuantity]
  /// By the runs' places in `runs`, one per seat; teams that were not evaluated are absent.
  public private(set) var cells: [[Int]: CrossPlayCell] = [:]

  public init(mode: EvaluationMode, seats: Int, runs: [EvaluatedRun], outcomes: [OutcomeQuantity] = []) {
    self.mode = mode
    self.seats = seats
    self.runs = runs
    self.outcomes = outcomes
  }

  /// By their modes, in the order of tables and figures.
  public static func ordered(_ matrices: [CrossPlayMatrix]) -> [CrossPlayMatrix] {
    EvaluationMode.ordered(matrices.map(\.mode)).compactMap { mode in matrices.first { $0.mode == mode } }
  }

  /// Adds games of one team.
  public mutating func add(_ cell: CrossPlayCell, team: [Int]) {
    precondition(team.count == seats && team.allSatisfy(runs.indices.contains), "no such team: \(team)")
    cells[team, default: CrossPlayCell()] += cell
  }

  public subscript(team: Int...) -> CrossPlayCell? { cells[team] }

  /// Evaluated teams in rising order.
  public var teams: [[Int]] { cells.keys.sorted { $0.lexicographicallyPrecedes($1) } }

  public var groups: [RunGroup] { RunGroup.groups(of: runs) }

  func selfPlayCell(_ run: Int) -> CrossPlayCell? { cells[Array(repeating: run, count: seats)] }

  /// Evaluated teams of pairwise distinct runs of a group, in rising order.
  func crossPlayTeams(_ group: RunGroup) -> [(team: [Int], cell: CrossPlayCell)] {
    let members = Set(group.members)
    return cells.filter { members.isSuperset(of: $0.key) && Set($0.key).count == seats }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }

  /// What a heat map shows: by the runs in the first two seats, over all evaluated teams that begin so; a game for one has
  /// its diagonal alone.
  var firstTwoSeats: [[Int]: CrossPlayCell] {
    guard seats != 2 else { return cells }
    return cells.reduce(into: [:]) { sums, entry in
      sums[[entry.key[0], entry.key[min(1, seats - 1)]], default: CrossPlayCell()] += entry.value
    }
  }
}
