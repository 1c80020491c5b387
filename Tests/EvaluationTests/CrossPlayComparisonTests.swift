// Tests of "XP is higher here than there" against numbers computed by hand, tables, and simulated matrices.
import Configuration
import Foundation
import Testing
import Training

@testable import Evaluation

struct CrossPlayComparisonTests {
  func isClose(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-12) -> Bool {
    value.map { abs($0 - expected) <= tolerance } ?? false
  }

  /// Runs of two coefficients; blocks of rows of each, no games between them.
  func matrix(_ low: [[Double]], _ high: [[Double]]) throws -> CrossPlayMatrix {
    var matrix = CrossPlayMatrix(
      mode: .greedy, seats: 2, runs: try exampleRuns(seeds: low.count, entropyCoefficients: [0.01, 0.1]))
    for (shift, rows) in [(0, low), (low.count, high)] {
      for (i, row) in rows.enumerated() {
        for (j, value) in row.enumerated() { matrix.add(cell(value), team: [i + shift, j + shift]) }
      }
    }
    return matrix
  }

  /// Critical values of tables of Student's t.
  @Test(arguments: [
    (1, 6.3138, 0.05), (2, 2.9200, 0.05), (3, 2.3534, 0.05), (7, 1.8946, 0.05), (15, 1.7531, 0.05), (30, 1.6973, 0.05),
    (1, 63.657, 0.005), (2, 6.9646, 0.01), (7, 2.9980, 0.01), (15, 2.6025, 0.01), (8, 0, 0.5),
  ]) func tailsAreThoseOfTables(freedom: Int, t: Double, p: Double) {
    #expect(isClose(StudentDistribution.upperTail(t, degreesOfFreedom: freedom), p, within: 2e-5))
    #expect(isClose(StudentDistribution.upperTail(-t, degreesOfFreedom: freedom), 1 - p, within: 2e-5))
  }

  @Test func theErrorIsTheJackknifesOverSeeds() throws {
    // Off the diagonal 0 in the first; 1, 2, 3 and back in the second: D = 2.
    let matrix = try matrix(
      [[9, 0, 0], [0, 9, 0], [0, 0, 9]], [[9, 1, 2], [1, 9, 3], [2, 3, 9]])
    let groups = matrix.groups
    let test = try #require(matrix.comparison(groups[1], with: groups[0])).allTuples
    #expect(isClose(test.difference.mean, 2))
    // Without seeds 0, 1, 2: D = 3, 2, 1. D_s = 3 x 2 - 2 D = 0, 2, 4: standard deviation 2, error 2 / sqrt(3).
    #expect(isClose(test.difference.standardError, 2 / 3.0.squareRoot()))
    #expect(test.difference.count == 3 && test.degreesOfFreedom == 2)
    #expect(isClose(test.t, 3.0.squareRoot()))
    // Two degrees of freedom: P(T > t) = 1/2 - t / (2 sqrt(2 + t^2)).
    #expect(isClose(test.p, 0.5 - 3.0.squareRoot() / (2 * 5.0.squareRoot())))
  }

  @Test func disjointPairsHaveAPairedTest() throws {
    let low = (0..<4).map { _ in [Double](repeating: 1, count: 4) }
    var high = low
    (high[0][1], high[1][0], high[2][3], high[3][2]) = (2, 4, 5, 7)
    let matrix = try matrix(low, high)
    let comparison = try #require(matrix.comparison(matrix.groups[1], with: matrix.groups[0]))
    let test = try #require(comparison.disjointPairs)
    // Differences 2 and 5: mean 3.5, error 1.5.
    #expect(isClose(test.difference.mean, 3.5) && isClose(test.difference.standardError, 1.5))
    #expect(test.degreesOfFreedom == 1)
    // One degree of freedom: P(T > t) = 1/2 - atan(t) / pi.
    #expect(isClose(test.p, 0.5 - atan(3.5 / 1.5) / .pi))
    #expect(comparison.baseline == "entropy_coefficient=0.01" && comparison.configuration == "entropy_coefficient=0.1")
  }

  @Test func withoutAnErrorThereIsNoTest() throws {
    let rows = (0..<4).map { _ in [Double](repeating: 1, count: 4) }
    let matrix = try matrix(rows, rows.map { $0.map { $0 + 1 } })
    let test = try #require(matrix.comparison(matrix.groups[1], with: matrix.groups[0])).allTuples
    #expect(test.difference.mean == 1 && test.t == nil && test.p == nil)
  }

  @Test func tooFewSeedsAreNotCompared() throws {
    let matrix = try matrix([[1, 2], [3, 4]], [[1, 2], [3, 4]])
    #expect(matrix.comparison(matrix.groups[1], with: matrix.groups[0]) == nil)
  }

  @Test func onlySeedsOfBothAreCompared() throws {
    let whole = try matrix(
      [[9, 0, 0], [0, 9, 0], [0, 0, 9]], [[9, 1, 2], [1, 9, 3], [2, 3, 9]])
    let runs = whole.runs + (try exampleRuns(seeds: 5, entropyCoefficients: [0.01])).suffix(1)
    var more = CrossPlayMatrix(mode: .greedy, seats: 2, runs: runs)
    for (team, cell) in whole.cells { more.add(cell, team: team) }
    for other in [0, 1, 2, 6] {
      more.add(cell(100), team: [other, 6])
      if other != 6 { more.add(cell(100), team: [6, other]) }
    }
    let groups = more.groups
    #expect(groups.map(\.members.count) == [4, 3])
    #expect(
      more.comparison(groups[1], with: groups[0])?.allTuples
        == whole.comparison(whole.groups[1], with: whole.groups[0])?.allTuples)
  }

  @Test func holmCorrectsFromTheSmallestOn() {
    let corrected = CrossPlayComparison.holm([0.04, nil, 0.01, 0.03, 0.9])
    let expected = [0.09, nil, 0.04, 0.09, 0.9]
    for (value, wanted) in zip(corrected, expected) {
      #expect(wanted.map { isClose(value, $0) } ?? (value == nil))
    }
    #expect(CrossPlayComparison.holm([0.6, 0.7]) == [1, 1])
  }

  /// Entries that are sums of what both runs bring, and noise: the test errs in about one of twenty, while a t-test over the
  /// means of rows, which forgets that every seed is in the rows of all others, errs far more often.
  @Test func underNoDifferenceOneInTwentyIsBelowFivePercent() throws {
    var generator = SplitMix(state: 7)
    func normal() -> Double {
      let (u, v) = (Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator))
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
    let seeds = 8
    func rows() -> [[Double]] {
      let own = (0..<seeds).map { _ in normal() }
      return (0..<seeds).map { i in (0..<seeds).map { j in own[i] + own[j] + 0.5 * normal() } }
    }
    let trials = 300
    var (found, foundByRows) = (0, 0)
    for _ in 0..<trials {
      let (low, high) = (rows(), rows())
      let matrix = try matrix(low, high)
      let test = try #require(matrix.comparison(matrix.groups[1], with: matrix.groups[0])).allTuples
      if try #require(test.p) < 0.05 { found += 1 }
      func sumOfOthers(_ rows: [[Double]], _ s: Int) -> Double {
        (0..<seeds).filter { $0 != s }.reduce(0.0) { sum, other in sum + rows[s][other] + rows[other][s] }
      }
      let byRows: [Double] = (0..<seeds).map { s in sumOfOthers(high, s) - sumOfOthers(low, s) }
      let rowTest = CrossPlayComparison.Test(try #require(Estimate(byRows)))
      if try #require(rowTest.p) < 0.05 { foundByRows += 1 }
    }
    #expect((5...27).contains(found), "\(found) of \(trials)")
    #expect(foundByRows > 2 * found, "\(foundByRows) of \(trials)")
  }

  @Test func theStandardValueIsTheDefaultOrTheSmallestAboveZero() throws {
    func compared(_ coefficients: [Double]) throws -> [String] {
      let runs = try exampleRuns(seeds: 3, entropyCoefficients: coefficients)
      let matrices = [EvaluationMode.greedy, .sampled].map { mode in
        var matrix = CrossPlayMatrix(mode: mode, seats: 2, runs: runs)
        for i in runs.indices {
          for j in runs.indices where i / 3 == j / 3 { matrix.add(cell(Double(i * j % 7)), team: [i, j]) }
        }
        return matrix
      }
      let summary = EvaluationSummary(matrices, bootstrap: Bootstrap(samples: 4, seed: 0))
      return CrossPlayComparison.all(CrossPlayMatrix.ordered(matrices), summary).map {
        let short = { (name: String) in name.replacing("entropy_coefficient=", with: "") }
        return "\($0.mode) \(short($0.configuration)) > \(short($0.baseline))"
      }
    }
    #expect(try compared([0, 0.01, 0.1]) == ["sampled 0.1 > 0.01", "greedy 0.1 > 0.01"])
    #expect(try compared([0, 0.005, 0.02]) == ["sampled 0.02 > 0.005", "greedy 0.02 > 0.005"])
    #expect(try compared([0.01]) == [])
  }
}

/// Steele, Lea and Flood 2014.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
