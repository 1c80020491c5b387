// Which teams are played.
import Evaluation
import Testing

struct CrossPlayPlanTests {
  @Test func twoSeatsPlayEveryOrderedPairOfAConfiguration() throws {
    let runs = try exampleRuns(seeds: 3, entropyCoefficients: [0.01, 0.1])
    let plan = CrossPlayPlan(runs: runs, seats: 2, maxTuples: 1, seed: 0)
    #expect(plan.teams.prefix(6) == [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5]])
    #expect(plan.teams[6...].prefix(6) == [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]])
    #expect(plan.teams.count == 6 + 12)
    #expect(plan.coverage.map(\.evaluated) == [6, 6])
    #expect(plan.coverage.map(\.possible) == [6, 6])
  }

  @Test func inAGameForOneNobodyMeetsAnybody() throws {
    let runs = try exampleRuns(seeds: 2, entropyCoefficients: [0.01, 0.1])
    let plan = CrossPlayPlan(runs: runs, seats: 1, maxTuples: 1, seed: 0, acrossConfigurations: true)
    #expect(plan.teams == [[0], [1], [2], [3]])
  }

  @Test func acrossConfigurationsTheWholeMatrixIsPlayed() throws {
    let runs = try exampleRuns(seeds: 3, entropyCoefficients: [0.01, 0.1])
    let plan = CrossPlayPlan(runs: runs, seats: 2, maxTuples: 1, seed: 0, acrossConfigurations: true)
    #expect(plan.teams.count == 36)
    #expect(Set(plan.teams).count == 36)
    #expect(plan.coverage.map(\.evaluated) == [6, 6])
  }

  @Test(arguments: [(3, 4, 24), (4, 5, 120), (5, 5, 120), (3, 2, 0)])
  func fewTuplesAreAllPlayed(seats: Int, seeds: Int, expected: Int) throws {
    let plan = CrossPlayPlan(runs: try exampleRuns(seeds: seeds), seats: seats, maxTuples: 120, seed: 0)
    let crossPlay = plan.teams.dropFirst(seeds)
    #expect(crossPlay.count == expected)
    #expect(Set(crossPlay).count == expected)
    #expect(crossPlay.allSatisfy { Set($0).count == seats && $0.allSatisfy((0..<seeds).contains) })
    #expect(plan.coverage[0].possible == expected)
  }

  @Test func manyTuplesAreSampledBySeed() throws {
    let runs = try exampleRuns(seeds: 20)
    let plan = CrossPlayPlan(runs: runs, seats: 3, maxTuples: 100, seed: 7)
    let crossPlay = plan.teams.dropFirst(20)
    #expect(plan.coverage[0].possible == 20 * 19 * 18)
    #expect(plan.coverage[0].evaluated == crossPlay.count)
    #expect((100...118).contains(crossPlay.count))
    #expect(crossPlay.allSatisfy { Set($0).count == 3 })
    #expect(Set(crossPlay).isSuperset(of: [[0, 1, 2], [1, 2, 0], [2, 0, 1], [15, 16, 17]]))
    #expect(CrossPlayPlan(runs: runs, seats: 3, maxTuples: 100, seed: 7) == plan)
    #expect(CrossPlayPlan(runs: runs, seats: 3, maxTuples: 100, seed: 8) != plan)
  }

  @Test func sampledTuplesFavourNoRun() throws {
    let plan = CrossPlayPlan(runs: try exampleRuns(seeds: 10), seats: 3, maxTuples: 500, seed: 1)
    var counts = [Int](repeating: 0, count: 10)
    for team in plan.teams.dropFirst(10) { counts[team[0]] += 1 }
    // About 50 each, standard deviation below 6.
    #expect(counts.allSatisfy { (30...75).contains($0) })
  }

  @Test func configurationsAreSampledIndependently() throws {
    let runs = try exampleRuns(seeds: 10, entropyCoefficients: [0.01, 0.1])
    let plan = CrossPlayPlan(runs: runs, seats: 3, maxTuples: 50, seed: 1)
    let teams = plan.teams.dropFirst(20)
    let first = Set(teams.filter { $0[0] < 10 })
    let second = Set(teams.filter { $0[0] >= 10 }.map { $0.map { $0 - 10 } })
    #expect(teams.allSatisfy { Set($0.map { $0 / 10 }).count == 1 })
    #expect(first != second)
  }
}
