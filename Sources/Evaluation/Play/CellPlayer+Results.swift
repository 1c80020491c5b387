import CShaders
import VulkanCompute

// Between submissions: new games, and what has come of those before.
extension CellPlayer {
  /// First games of new cells: B teams and B seeds, of which those in `starting` begin now.
  func start(_ starting: [Int], teams: [[Int]], seeds: [UInt64]) throws {
    var indices = [UInt32](repeating: 0, count: buffers.policyIndices.count)
    var seatWindows = [UInt32](repeating: 0, count: buffers.seatWindows.count)
    var words = [SIMD2<UInt32>](repeating: SIMD2(), count: environment.seeds.count)
    for (cell, team) in teams.enumerated() {
      words[cell * environment.seeds.runStride] = CounterRandom.words(of: seeds[cell])
      for (seat, policy) in team.enumerated() {
        let window = windows.window(of: policy)
        let place = cell * shape.agents + seat
        indices[place * buffers.policyIndices.runStride] = UInt32(policy - windows.policies(of: window).lowerBound)
        seatWindows[place * buffers.seatWindows.runStride] = UInt32(window)
      }
    }
    try buffers.policyIndices.write(indices)
    try buffers.seatWindows.write(seatWindows)
    try environment.seeds.write(words)
    try device.run { recorder in
      for window in RangeSet(starting, within: teams).ranges {
        environment.recordFirstEpisodes(recorder, runs: window, of: buffers.transitions)
        let counters: [AnyBuffer?] = [
          buffers.games, buffers.returns, buffers.outcomeSums, buffers.decisions, environment.errors,
          buffers.hiddenStates, probe?.hiddenStates, probe?.sums,
        ]
        for counter in counters.compactMap(\.self) { recorder.fill(counter.window(runs: window), with: 0) }
      }
    }
  }

  /// For a profile: of all rows of the network's workspace, those of every kind in the last env step.
  func rowShares(cells count: Int) throws -> SIMD4<Double> {
    let words = try buffers.rowCounts.read(0..<count * shape.agents * buffers.rowCounts.runStride)
    let rows = Double(count * shape.agents * shape.environments)
    func share(_ kind: UInt32) -> Double {
      let places = stride(from: Int(kind), to: words.count, by: buffers.rowCounts.runStride)
      return Double(places.reduce(0) { $0 + Int(words[$1]) }) / rows
    }
    return SIMD4(
      1, share(ROW_COUNT_ACTING), share(ROW_COUNT_WIDE),
      try network.listShare(runs: count * shape.agents, rows: shape.environments))
  }

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
      envSteps: sum(games, GAMES_ENV_STEPS, of: GAMES_WORDS, Int.init), equivariance: try probe?.result(cell: cell))
  }
}
