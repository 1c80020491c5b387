// Cross-play between configurations: plan, estimates and tables.
import Evaluation
import Foundation
import TestSupport
import Testing

struct BlockTests {
  let bootstrap = Bootstrap(samples: 200, seed: 3)

  /// Return 10 i + j for the runs i and j of a sweep, every pair played.
  func everyPair(seeds: Int, values: [Double]) throws -> CrossPlayMatrix {
    let runs = try exampleRuns(seeds: seeds, entropyCoefficients: values)
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 2, runs: runs)
    for i in runs.indices { for j in runs.indices { matrix.add(cell(Double(10 * i + j), games: 4), team: [i, j]) } }
    return matrix
  }

  @Test func aBlockIsTheMeanOverItsTeamsOfDistinctRuns() throws {
    let blocks = try everyPair(seeds: 3, values: [0.1, 0.2]).blocks(bootstrap)
    #expect(blocks.map { [$0.row, $0.column] } == [[0, 0], [0, 1], [1, 0], [1, 1]])
    #expect(blocks.map(\.crossPlay.mean) == [11, 14, 41, 44])
    #expect(blocks.map(\.crossPlay.count) == [6, 9, 9, 6])
    #expect(blocks.map(\.possible) == [6, 9, 9, 6])
    #expect(blocks.map(\.total.games) == [24, 36, 36, 24])
  }

  @Test func theErrorOfABlockResamplesBothConfigurations() throws {
    let matrix = try everyPair(seeds: 6, values: [0.1, 0.2])
    let block = matrix.blocks(Bootstrap(samples: 4000, seed: 3))[1]
    // Rows and columns add up, so the variance of the mean is that of the mean row plus that of the mean column.
    let variance = (0..<6).map { pow(Double($0) - 2.5, 2) }.reduce(0, +) / 6
    let expected = ((100 * variance + variance) / 6).squareRoot()
    let found = try #require(block.crossPlay.standardError)
    #expect(abs(found / expected - 1) < 0.05)
  }

  @Test func blocksOnTheDiagonalAreTheCrossPlayOfTheSummary() throws {
    let matrix = try everyPair(seeds: 5, values: [0.1, 0.2])
    let summary = EvaluationSummary([matrix], bootstrap: bootstrap)
    let blocks = try #require(summary.blocks)
    for configuration in summary.configurations {
      let block = try #require(
        blocks.first { $0.row == configuration.configuration && $0.column == configuration.configuration })
      #expect(block.crossPlay == configuration.modes[0].crossPlayAllTuples)
    }
  }

  @Test func withoutTeamsAcrossThereAreNoBlocks() throws {
    let summary = EvaluationSummary([try matrix([[4, 1], [3, 4]])], bootstrap: bootstrap)
    #expect(summary.blocks == nil)
    #expect(BlockReport.csv(summary) == nil)
    #expect(BlockReport.table(summary) == "")
  }

  @Test func tablesHaveARowPerBlock() throws {
    let summary = EvaluationSummary([try everyPair(seeds: 3, values: [0.1, 0.2])], bootstrap: bootstrap)
    let lines = try #require(BlockReport.csv(summary)).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[2].hasPrefix("greedy,entropy_coefficient=0.1,entropy_coefficient=0.2,14.0,"))
    let table = BlockReport.table(summary).split(separator: "\n").map(String.init)
    #expect(table[0].hasPrefix("XP greedy"))
    #expect(table[3].hasPrefix("(2) entropy_coefficient=0.2  41.00 ±"))
    #expect(table[3].contains("  44.00 ±"))
  }

  /// Three seats: one run of the row's configuration in seat 0, distinct runs of the column's in the other two.
  @Test(arguments: [(1000, 4 * 12), (10, 10)])
  func teamsAcrossHaveOneOfTheFirstAndOthersOfTheSecond(maxTuples: Int, expected: Int) throws {
    let runs = try exampleRuns(seeds: 4, entropyCoefficients: [0.1, 0.2])
    let plan = CrossPlayPlan(runs: runs, seats: 3, maxTuples: maxTuples, seed: 5, acrossConfigurations: true)
    let mixed = plan.teams.filter { Set($0.map { $0 / 4 }).count > 1 }
    #expect(mixed.count == 2 * expected)
    #expect(mixed.allSatisfy { Set($0).count == 3 && $0[1] / 4 == $0[2] / 4 && $0[0] / 4 != $0[1] / 4 })
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 3, runs: runs)
    for team in plan.teams { matrix.add(cell(1), team: team) }
    let block = try #require(matrix.blocks(bootstrap).first { $0.row == 0 && $0.column == 1 })
    #expect(block.crossPlay.count == expected && block.possible == 48)
  }
}
