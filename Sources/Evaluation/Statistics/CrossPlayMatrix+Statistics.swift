import Environments

extension CrossPlayMatrix {
  /// SP: mean over runs of the return with itself in every seat; standard error over runs.
  public func selfPlay(_ group: RunGroup) -> Estimate? {
    let returns = group.members.compactMap { selfPlayCell($0)?.meanReturn }
    return returns.count == group.members.count ? Estimate(returns) : nil
  }

  /// XP by `all-tuples`: mean over all evaluated teams of pairwise distinct runs; standard error by resampling runs.
  ///
  /// No standard error where there are no more runs than seats: every resampling would be the same.
  public func crossPlayAllTuples(_ group: RunGroup, _ bootstrap: Bootstrap) -> Estimate? {
    crossPlayRatios(group) { ($0.meanReturn, 1) }.estimate(bootstrap, resamples: group.members.count > seats)
  }

  /// XP by `disjoint-pairs`: every run is in one team only, (0, 1), (2, 3), ..., so the samples are independent; a
  /// sample is the mean over the evaluated seatings of its team, standard error std(ddof = 1) / sqrt(m).
  public func crossPlayDisjointPairs(_ group: RunGroup) -> Estimate? { disjointReturns(group).flatMap { Estimate($0) } }

  /// The samples of `disjoint-pairs`, by teams; nil where games of one are missing.
  func disjointReturns(_ group: RunGroup) -> [Double]? {
    let returns = CrossPlayPlan.disjointTeams(of: group.members, seats: seats).map { team -> Double? in
      let seatings = CrossPlayPlan.rotations(of: team).compactMap { cells[$0]?.meanReturn }
      return seatings.count == seats ? seatings.reduce(0, +) / Double(seats) : nil
    }
    let known = returns.compactMap(\.self)
    return known.count == returns.count ? known : nil
  }

  /// SP - XP (`all-tuples`), standard error by resampling runs for both at once.
  public func gap(_ group: RunGroup, _ bootstrap: Bootstrap) -> Estimate? {
    guard let selfPlay = selfPlay(group), let crossPlay = crossPlayAllTuples(group, bootstrap) else { return nil }
    let teams = crossPlayRatios(group) { ($0.meanReturn, 1) }
    let returns = group.members.compactMap { selfPlayCell($0)?.meanReturn }
    let error =
      group.members.count > seats
      ? bootstrap.standardError(runs: returns.count) { weights in
        teams.ratio(weights).map { crossPlay in
          zip(weights, returns).reduce(0) { $0 + $1.0 * $1.1 } / Double(returns.count) - crossPlay
        }
      } : nil
    return Estimate(mean: selfPlay.mean - crossPlay.mean, standardError: error, count: group.members.count)
  }

  /// All self-play of a configuration in one: its tie rates count decisions, not cells.
  public func selfPlayTotal(_ group: RunGroup) -> CrossPlayCell { total(group.members.compactMap(selfPlayCell)) }

  /// All cross-play of a configuration in one.
  public func crossPlayTotal(_ group: RunGroup) -> CrossPlayCell { total(crossPlayTeams(group).map(\.cell)) }

  /// An outcome over all self-play games of a configuration; standard error by resampling runs.
  public func selfPlay(_ outcome: OutcomeQuantity, _ group: RunGroup, _ bootstrap: Bootstrap) -> Estimate? {
    let cells = group.members.enumerated().compactMap { place, run in
      selfPlayCell(run).map { ([place], outcome.parts(sums: $0.outcomeSums, episodes: $0.games)) }
    }
    guard cells.count == group.members.count else { return nil }
    return TeamRatios(cells, runs: group.members.count).estimate(bootstrap, resamples: cells.count > 1)
  }

  /// An outcome over all cross-play games of a configuration; standard error by resampling runs.
  public func crossPlay(_ outcome: OutcomeQuantity, _ group: RunGroup, _ bootstrap: Bootstrap) -> Estimate? {
    crossPlayRatios(group) { outcome.parts(sums: $0.outcomeSums, episodes: $0.games) }
      .estimate(bootstrap, resamples: group.members.count > seats)
  }

  private func crossPlayRatios(
    _ group: RunGroup, _ parts: (CrossPlayCell) -> (numerator: Double, denominator: Double)
  ) -> TeamRatios {
    let place = Dictionary(uniqueKeysWithValues: group.members.enumerated().map { ($1, $0) })
    let teams = crossPlayTeams(group).map { team, cell in (team.compactMap { place[$0] }, parts(cell)) }
    return TeamRatios(teams, runs: group.members.count)
  }

  private func total(_ cells: [CrossPlayCell]) -> CrossPlayCell {
    cells.reduce(into: CrossPlayCell()) { $0 += $1 }
  }
}

/// A ratio of two sums over teams, ready to be weighted many times: of returns and teams, or of an outcome and games.
struct TeamRatios {
  private let parts: [(numerator: Double, denominator: Double)]
  /// (teams, members of a team): places within the group.
  private let members: [Int]
  private let runs: Int

  var count: Int { parts.count }

  /// - Parameter teams: Members as places among `runs` runs, and what the team adds to both sums.
  init(_ teams: [(members: [Int], parts: (numerator: Double, denominator: Double))], runs: Int) {
    parts = teams.map(\.parts)
    members = teams.flatMap(\.members)
    self.runs = runs
  }

  /// The ratio where run i counts `weights[i]` times; nil if there is nothing to divide by.
  func ratio(_ weights: [Double]) -> Double? {
    let width = members.count / max(count, 1)
    var (numerator, denominator) = (0.0, 0.0)
    for (team, part) in parts.enumerated() {
      var weight = 1.0
      for place in 0..<width { weight *= weights[members[team * width + place]] }
      numerator += weight * part.numerator
      denominator += weight * part.denominator
    }
    return denominator > 0 ? numerator / denominator : nil
  }

  func estimate(_ bootstrap: Bootstrap, resamples: Bool) -> Estimate? {
    guard let mean = ratio([Double](repeating: 1, count: runs)) else { return nil }
    let error = resamples ? bootstrap.standardError(runs: runs) { ratio($0) } : nil
    return Estimate(mean: mean, standardError: error, count: count)
  }

  /// The same where the first `rows` runs and the `columns` runs behind them are resampled by themselves.
  func estimate(_ bootstrap: Bootstrap, rows: Int, columns: Int, resamples: Bool) -> Estimate? {
    guard let mean = ratio([Double](repeating: 1, count: runs)) else { return nil }
    let error = resamples ? bootstrap.standardError(rows: rows, columns: columns) { ratio($0) } : nil
    return Estimate(mean: mean, standardError: error, count: count)
  }
}
