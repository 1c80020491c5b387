import CShaders
import VulkanCompute

// Between submissions: new games, and what has come of those before.
extension CellPlayer {
  /// First games of new cells: B teams and B seeds, of which those in `starting` begin now.
  func start(_ starting: [Int], teams: [[Int]], seeds: [UInt64]) throws {
    var words = [SIMD2<UInt32>](repeating: SIMD2(), count: environment.seeds.count)
    for cell in teams.indices {
      words[cell * environment.seeds.runStride] = CounterRandom.words(of: seeds[cell])
    }
    for policies in seated { try policies.seat(teams) }
    try environment.seeds.write(words)
    try device.run { recorder in
      for window in RangeSet(starting, within: teams).ranges {
        environment.recordFirstEpisodes(recorder, runs: window, of: buffers.transitions)
        let counters: [AnyBuffer?] = [
          buffers.games, buffers.returns, buffers.outcomeSums, buffers.decisions, environment.errors,
        ]
        for counter in (counters + seated.flatMap(\.counters)).compactMap(\.self) {
          recorder.fill(counter.window(runs: window), with: 0)
        }
      }
    }
  }

  /// For a profile: of all rows of the networks' workspaces, those of every kind in the last env step, on average over the
  /// networks.
  func rowShares(cells count: Int) throws -> SIMD4<Double> {
    try seated.reduce(into: SIMD4()) { try $0 += $1.rowShares(cells: count) } / Double(seated.count)
  }

  /// Throws what a policy of another program threw.
  func requireNoFailure() throws { for policies in seated { try policies.requireNoFailure() } }

  /// Games completed by every environment of the first `count` cells, (count, N).
  func completedGames(cells count: Int) throws -> [[Int]] {
    let words = try buffers.games.read(0..<count * buffers.games.runStride)
    return (0..<count).map { cell in
      (0..<shape.environments).map { n in
        Int(words[cell * buffers.games.runStride + n * Int(GAMES_WORDS) + Int(GAMES_COMPLETED)])
      }
    }
  }

  /// The first environment of a cell that refused an action; nil if none did.
  func refusedAction(cell: Int) throws -> Int? {
    try environment.errors.read(run: cell).firstIndex { $0 != 0 }
  }

  /// nil without symmetries.
  private func equivariance(cell: Int) throws -> EquivarianceSums? {
    let probes = seated.compactMap(\.probe)
    guard !probes.isEmpty else { return nil }
    return try probes.reduce(into: EquivarianceSums()) { try $0 += $1.result(cell: cell) }
  }

  /// The sums of a finished cell, over environments in their order.
  func result(cell: Int, team: [Int]) throws -> CellResult {
    let games = try buffers.games.read(run: cell)
    let returns = try buffers.returns.read(run: cell)
    let outcomeSums = try buffers.outcomeSums?.read(run: cell) ?? []
    let decisions = try buffers.decisions.read(run: cell)
    func sum<T, S: Numeric>(_ values: [T], _ place: UInt32, of width: UInt32, _ convert: (T) -> S) -> S {
      stride(from: Int(place), to: values.count, by: Int(width)).reduce(0) { $0 + convert(values[$1]) }
    }
    return CellResult(
      team: team,
      cell: CrossPlayCell(
        games: sum(games, GAMES_COMPLETED, of: GAMES_WORDS, Int.init),
        returnSum: sum(returns, RETURN_SUM, of: RETURN_FLOATS, Double.init),
        squaredReturnSum: sum(returns, RETURN_SQUARED_SUM, of: RETURN_FLOATS, Double.init),
        outcomeSums: (0..<shape.outcomes).map {
          sum(outcomeSums, UInt32($0), of: UInt32(shape.outcomes), Double.init)
        },
        decisions: sum(decisions, DECISIONS, of: DECISION_WORDS, Int.init),
        tiedDecisions: sum(decisions, DECISIONS_TIED, of: DECISION_WORDS, Int.init),
        nearTiedDecisions: sum(decisions, DECISIONS_NEAR_TIED, of: DECISION_WORDS, Int.init)),
      envSteps: sum(games, GAMES_ENV_STEPS, of: GAMES_WORDS, Int.init), equivariance: try equivariance(cell: cell))
  }
}
