import Foundation
import Testing
import Training

// Outcomes of an evaluation against numbers computed by hand.
@testable import Environments
@testable import Evaluation

struct OutcomeStatisticsTests {
  let bootstrap = Bootstrap(samples: 2000, seed: 1)
  /// Won games, games that ended early, and wins among those, counted apart.
  let outcomes = [
    OutcomeQuantity(name: "early", numerator: 0, denominator: nil),
    OutcomeQuantity(name: "early_wins", numerator: 1, denominator: nil),
    OutcomeQuantity(name: "win_rate_given_early", numerator: 1, denominator: 0),
  ]

  /// Ten games per cell; early games and early wins by team.
  func matrix(_ sums: [[(Double, Double)]]) throws -> CrossPlayMatrix {
    var matrix = CrossPlayMatrix(
      mode: .sampled, seats: 2, runs: try exampleRuns(seeds: sums.count), outcomes: outcomes)
    for (i, row) in sums.enumerated() {
      for (j, sums) in row.enumerated() {
        matrix.add(CrossPlayCell(games: 10, outcomeSums: [sums.0, sums.1]), team: [i, j])
      }
    }
    return matrix
  }

  let sums: [[(Double, Double)]] = [
    [(10, 10), (2, 1), (0, 0)],
    [(4, 0), (5, 1), (0, 0)],
    [(2, 1), (2, 1), (3, 1)],
  ]

  @Test func meansAndRatiosAreThoseOfAllGamesTogether() throws {
    let matrix = try matrix(sums)
    let group = matrix.groups[0]
    let selfPlay = outcomes.map { matrix.selfPlay($0, group, bootstrap)?.mean }
    let crossPlay = outcomes.map { matrix.crossPlay($0, group, bootstrap)?.mean }
    let expectedSelfPlay: [Double?] = [0.6, 0.4, 12.0 / 18]
    let expectedCrossPlay: [Double?] = [10.0 / 60, 0.05, 0.3]
    #expect(selfPlay == expectedSelfPlay)
    #expect(crossPlay == expectedCrossPlay)
    #expect(matrix.selfPlay(outcomes[0], group, bootstrap)?.count == 3)
    #expect(matrix.crossPlay(outcomes[0], group, bootstrap)?.count == 6)
  }

  @Test func theErrorOfARatioApproachesThatOfEveryResampling() throws {
    let matrix = try matrix(sums)
    var ratios: [Double] = []
    for draw in 0..<27 {
      let drawn = [draw % 3, draw / 3 % 3, draw / 9]
      let early = drawn.reduce(0) { $0 + sums[$1][$1].0 }
      ratios.append(drawn.reduce(0) { $0 + sums[$1][$1].1 } / early)
    }
    let mean = ratios.reduce(0, +) / 27
    let exact = (ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 27).squareRoot()
    let estimate = try #require(
      matrix.selfPlay(outcomes[2], matrix.groups[0], Bootstrap(samples: 20_000, seed: 3)))
    #expect(abs(try #require(estimate.standardError) - exact) < 0.03 * exact)
  }

  @Test func aRatioWithNothingToDivideByIsNull() throws {
    let matrix = try matrix([[(0, 0), (0, 0)], [(0, 0), (1, 1)]])
    let group = matrix.groups[0]
    #expect(matrix.crossPlay(outcomes[2], group, bootstrap) == nil)
    #expect(matrix.crossPlay(outcomes[0], group, bootstrap) == Estimate(mean: 0, standardError: nil, count: 2))
    #expect(matrix.selfPlay(outcomes[2], group, bootstrap)?.mean == 1)
    let csv = MatrixReport.csv([matrix]).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(csv[0].suffix(3) == ["outcome_early", "outcome_early_wins", "outcome_win_rate_given_early"])
    #expect(csv[1].suffix(3) == ["0.0", "0.0", ""] && csv[4].suffix(3) == ["0.1", "0.1", "1.0"])
    let summary = EvaluationSummary([matrix], bootstrap: bootstrap)
    let mode = try #require(summary.configurations[0].modes.first)
    #expect(mode.outcomes?["win_rate_given_early"]?.crossPlay == nil)
    #expect(mode.outcomes?["win_rate_given_early"]?.selfPlay?.mean == 1)
    #expect(try JSONDecoder().decode(EvaluationSummary.self, from: SummaryReport.json(summary)) == summary)
  }

  @Test func theTablesShowEveryOutcome() throws {
    let summary = EvaluationSummary([try matrix(sums)], bootstrap: bootstrap)
    let table = SummaryReport.table(summary).split(separator: "\n").map { $0.split(separator: " ") }
    let first = try #require(table.firstIndex { $0.prefix(2) == ["configuration", "outcome"] })
    #expect(table[first] == ["configuration", "outcome", "SP", "sampled", "XP", "sampled"])
    #expect(table[first + 2].prefix(3) == ["default", "early", "0.600"])
    #expect(table[first + 4].prefix(3) == ["default", "win_rate_given_early", "0.667"])
    let lines = SummaryReport.csv(summary).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(Set(lines.map(\.count)).count == 1)
    let column = try #require(lines[0].firstIndex(of: "cross_play_outcome_win_rate_given_early"))
    #expect(lines[1][column] == "0.3" && lines[0][column + 1].hasSuffix("_standard_error"))
  }

  @Test func gamesWithoutOutcomesReportNone() throws {
    let summary = EvaluationSummary([try EvaluationTests.matrix([[4, 1], [3, 4]])], bootstrap: bootstrap)
    #expect(!String(decoding: try SummaryReport.json(summary), as: UTF8.self).contains("outcomes"))
    #expect(!SummaryReport.table(summary).contains("outcome") && !SummaryReport.csv(summary).contains("outcome"))
  }

  @Test func sumsOfPartsAddUp() {
    var cell = CrossPlayCell()
    cell += CrossPlayCell(games: 1, outcomeSums: [1, 2])
    cell += CrossPlayCell(games: 1, outcomeSums: [0.5, 3])
    #expect(cell.outcomeSums == [1.5, 5])
  }
}
