// Self-play, cross-play, gap and tie rate against numbers computed by hand.
import Configuration
import Evaluation
import Testing
import Training

struct CrossPlayStatisticsTests {
  let bootstrap = Bootstrap(samples: 2000, seed: 1)
  let rows: [[Double]] = [[4, 1, 2], [3, 4, 1], [2, 1, 3]]

  func isClose(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-12) -> Bool {
    value.map { abs($0 - expected) <= tolerance } ?? false
  }

  @Test func selfPlayIsTheDiagonalWithItsErrorOverRuns() throws {
    let matrix = try matrix(rows)
    let estimate = try #require(matrix.selfPlay(matrix.groups[0]))
    #expect(isClose(estimate.mean, 11.0 / 3))
    // Deviations 1/3, 1/3, -2/3: variance (1/9 + 1/9 + 4/9) / 2 = 1/3, error sqrt(1/3 / 3).
    #expect(isClose(estimate.standardError, 1.0 / 3))
    #expect(estimate.count == 3)
  }

  @Test func allTuplesIsTheMeanOffTheDiagonal() throws {
    let matrix = try matrix(rows)
    let estimate = try #require(matrix.crossPlayAllTuples(matrix.groups[0], bootstrap))
    #expect(isClose(estimate.mean, 10.0 / 6))
    #expect(estimate.count == 6)
  }

  @Test func theBootstrapErrorApproachesThatOfEveryResampling() throws {
    let matrix = try matrix(rows)
    // The same statistic over all 27 equally likely resamplings, without those of one run only.
    var means: [Double] = []
    for draw in 0..<27 {
      let drawn = [draw % 3, draw / 3 % 3, draw / 9]
      var sum = 0.0
      var count = 0.0
      for i in drawn { for j in drawn where i != j { (sum, count) = (sum + rows[i][j], count + 1) } }
      if count > 0 { means.append(sum / count) }
    }
    let mean = means.reduce(0, +) / Double(means.count)
    let exact = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(means.count)).squareRoot()
    let estimate = try #require(matrix.crossPlayAllTuples(matrix.groups[0], Bootstrap(samples: 20_000, seed: 3)))
    #expect(isClose(estimate.standardError, exact, within: 0.03 * exact))
  }

  @Test func theBootstrapIsAFunctionOfItsSeed() throws {
    let matrix = try matrix(rows)
    func error(_ seed: UInt64) -> Double? {
      matrix.crossPlayAllTuples(matrix.groups[0], Bootstrap(samples: 100, seed: seed))?.standardError
    }
    #expect(error(5) == error(5))
    #expect(error(5) != error(6))
  }

  @Test func equalCellsHaveNoError() throws {
    let matrix = try matrix(.init(repeating: .init(repeating: 2.5, count: 5), count: 5))
    let group = matrix.groups[0]
    #expect(matrix.crossPlayAllTuples(group, bootstrap) == Estimate(mean: 2.5, standardError: 0, count: 20))
    #expect(matrix.crossPlayDisjointPairs(group) == Estimate(mean: 2.5, standardError: 0, count: 2))
    #expect(matrix.gap(group, bootstrap) == Estimate(mean: 0, standardError: 0, count: 5))
  }

  @Test func withAsManyRunsAsSeatsThereIsNoBootstrapError() throws {
    let matrix = try matrix([[4, 1], [3, 4]])
    let group = matrix.groups[0]
    #expect(matrix.crossPlayAllTuples(group, bootstrap) == Estimate(mean: 2, standardError: nil, count: 2))
    #expect(matrix.gap(group, bootstrap) == Estimate(mean: 2, standardError: nil, count: 2))
  }

  @Test func disjointPairsUseEveryRunOnceAndBothSeatings() throws {
    // Pairs (0, 1): (1 + 3) / 2 = 2, and (2, 3): (5 + 6) / 2 = 5.5; run 4 is left over.
    var rows = [[Double]](repeating: .init(repeating: 9, count: 5), count: 5)
    (rows[0][1], rows[1][0], rows[2][3], rows[3][2]) = (1, 3, 5, 6)
    let matrix = try matrix(rows)
    let estimate = try #require(matrix.crossPlayDisjointPairs(matrix.groups[0]))
    #expect(isClose(estimate.mean, 3.75))
    // Deviations -1.75, 1.75: std(ddof = 1) = 1.75 sqrt(2), error 1.75 sqrt(2) / sqrt(2).
    #expect(isClose(estimate.standardError, 1.75))
    #expect(estimate.count == 2)
  }

  @Test func theGapIsSelfPlayMinusCrossPlay() throws {
    let matrix = try matrix(rows)
    let gap = try #require(matrix.gap(matrix.groups[0], bootstrap))
    #expect(isClose(gap.mean, 2))
    #expect((gap.standardError ?? 0) > 0)
  }

  @Test func configurationsDoNotMix() throws {
    var matrix = CrossPlayMatrix(
      mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2, entropyCoefficients: [0.01, 0.1]))
    for i in 0..<4 { for j in 0..<4 { matrix.add(cell(i / 2 == j / 2 ? Double(i / 2) : 100), team: [i, j]) } }
    let groups = matrix.groups
    #expect(groups.map(\.configuration) == ["entropy_coefficient=0.01", "entropy_coefficient=0.1"])
    #expect(groups.map(\.members) == [[0, 1], [2, 3]])
    #expect(matrix.crossPlayAllTuples(groups[1], bootstrap)?.mean == 1)
    #expect(matrix.selfPlay(groups[0])?.mean == 0)
  }

  @Test func missingGamesGiveNoEstimate() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2))
    matrix.add(cell(1), team: [0, 0])
    let group = matrix.groups[0]
    #expect(matrix.selfPlay(group) == nil)
    #expect(matrix.crossPlayAllTuples(group, bootstrap) == nil)
    #expect(matrix.crossPlayDisjointPairs(group) == nil)
    #expect(matrix.gap(group, bootstrap) == nil)
    #expect(matrix.selfPlayTotal(group).tieRate == nil)
  }

  @Test func aSingleRunHasSelfPlayOnly() throws {
    let matrix = try matrix([[3]])
    let group = matrix.groups[0]
    #expect(matrix.selfPlay(group) == Estimate(mean: 3, standardError: nil, count: 1))
    #expect(matrix.crossPlayAllTuples(group, bootstrap) == nil)
  }

  @Test func threeSeatsUseTuplesOfDistinctRuns() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 3, runs: try exampleRuns(seeds: 4))
    let plan = CrossPlayPlan(runs: matrix.runs, seats: 3, maxTuples: 100, seed: 0)
    for team in plan.teams { matrix.add(cell(Double(team[0] * 100 + team[1] * 10 + team[2])), team: team) }
    matrix.add(cell(1e9), team: [0, 0, 1])
    let group = matrix.groups[0]
    // Every run is in every seat equally often: mean 1.5 * 111.
    let estimate = try #require(matrix.crossPlayAllTuples(group, bootstrap))
    #expect(isClose(estimate.mean, 166.5, within: 1e-9))
    #expect(estimate.count == 24)
    // One disjoint team, (0, 1, 2), in three rotations: 12, 120, 201.
    #expect(matrix.crossPlayDisjointPairs(group) == Estimate(mean: 111, standardError: nil, count: 1))
    #expect(isClose(matrix.selfPlay(group)?.mean, 166.5))
  }

  @Test func cellsAddUpInAnyOrder() {
    var first = CrossPlayCell(games: 2, returnSum: 3, squaredReturnSum: 5, decisions: 10, tiedDecisions: 1)
    let second = CrossPlayCell(games: 1, returnSum: 3, squaredReturnSum: 9, decisions: 10, tiedDecisions: 4)
    first += second
    #expect(first.meanReturn == 2)
    // Returns 1, 2, 3: variance 1, error sqrt(1 / 3).
    #expect(isClose(first.standardError, (1.0 / 3).squareRoot()))
    #expect(first.tieRate == 0.25)
    #expect(CrossPlayCell(games: 1, returnSum: 1, squaredReturnSum: 1).standardError == nil)
    #expect(CrossPlayCell().tieRate == nil)
  }

  @Test func tieRatesCountDecisionsNotCells() throws {
    var matrix = CrossPlayMatrix(mode: .greedy, seats: 2, runs: try exampleRuns(seeds: 2))
    matrix.add(CrossPlayCell(games: 1, decisions: 10, tiedDecisions: 10), team: [0, 0])
    matrix.add(CrossPlayCell(games: 1, decisions: 30, tiedDecisions: 0), team: [1, 1])
    matrix.add(CrossPlayCell(games: 1, decisions: 5, tiedDecisions: 1), team: [0, 1])
    #expect(matrix.selfPlayTotal(matrix.groups[0]).tieRate == 0.25)
    #expect(matrix.crossPlayTotal(matrix.groups[0]).tieRate == 0.2)
  }

  @Test func runsAreOrderedByHyperparameterThenSeed() throws {
    let runs = try exampleRuns(seeds: 3, entropyCoefficients: [0.1, 0.02])
    let ordered = EvaluatedRun.ordered(runs.reversed())
    #expect(ordered.map(\.hyperparameters.entropyCoefficient) == [0.02, 0.02, 0.02, 0.1, 0.1, 0.1])
    #expect(ordered.map(\.seed) == [0, 1, 2, 0, 1, 2])
  }
}
