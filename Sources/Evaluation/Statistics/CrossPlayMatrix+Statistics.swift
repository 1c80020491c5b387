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
    let teams = TeamReturns(self, group)
    let everyRunOnce = [Double](repeating: 1, count: group.members.count)
    guard let mean = teams.mean(everyRunOnce) else { return nil }
    let error =
      group.members.count > seats
      ? bootstrap.standardError(runs: group.members.count) { teams.mean($0) } : nil
    return Estimate(mean: mean, standardError: error, count: teams.count)
  }

  /// XP by `disjoint-pairs`: every run is in one team only, (0, 1), (2, 3), ..., so the samples are independent; a
  /// sample is the mean over the evaluated seatings of its team, standard error std(ddof = 1) / sqrt(m).
  public func crossPlayDisjointPairs(_ group: RunGroup) -> Estimate? {
    let returns = CrossPlayPlan.disjointTeams(of: group.members, seats: seats).map { team -> Double? in
      let seatings = CrossPlayPlan.rotations(of: team).compactMap { cells[$0]?.meanReturn }
      return seatings.count == seats ? seatings.reduce(0, +) / Double(seats) : nil
    }
    let known = returns.compactMap(\.self)
    return known.count == returns.count ? Estimate(known) : nil
  }

  /// SP - XP (`all-tuples`), standard error by resampling runs for both at once.
  public func gap(_ group: RunGroup, _ bootstrap: Bootstrap) -> Estimate? {
    guard let selfPlay = selfPlay(group), let crossPlay = crossPlayAllTuples(group, bootstrap) else { return nil }
    let teams = TeamReturns(self, group)
    let returns = group.members.compactMap { selfPlayCell($0)?.meanReturn }
    let error =
      group.members.count > seats
      ? bootstrap.standardError(runs: returns.count) { weights in
        teams.mean(weights).map { crossPlay in
          zip(weights, returns).reduce(0) { $0 + $1.0 * $1.1 } / Double(returns.count) - crossPlay
        }
      } : nil
    return Estimate(mean: selfPlay.mean - crossPlay.mean, standardError: error, count: group.members.count)
  }

  /// All self-play of a configuration in one: its tie rates count decisions, not cells.
  public func selfPlayTotal(_ group: RunGroup) -> CrossPlayCell { total(group.members.compactMap(selfPlayCell)) }

  /// All cross-play of a configuration in one.
  public func crossPlayTotal(_ group: RunGroup) -> CrossPlayCell { total(crossPlayTeams(group).map(\.cell)) }

  private func total(_ cells: [CrossPlayCell]) -> CrossPlayCell {
    cells.reduce(into: CrossPlayCell()) { $0 += $1 }
  }
}

/// The mean returns of a group's cross-play teams, ready to be weighted many times.
private struct TeamReturns {
  private let returns: [Double]
  /// (teams, seats): places within the group.
  private let members: [Int]
  private let seats: Int

  var count: Int { returns.count }

  init(_ matrix: CrossPlayMatrix, _ group: RunGroup) {
    let teams = matrix.crossPlayTeams(group)
    let place = Dictionary(uniqueKeysWithValues: group.members.enumerated().map { ($1, $0) })
    returns = teams.map(\.cell.meanReturn)
    members = teams.flatMap { team, _ in team.compactMap { place[$0] } }
    seats = matrix.seats
  }

  /// The mean where run i counts `weights[i]` times; nil if no team is left.
  func mean(_ weights: [Double]) -> Double? {
    var sum = 0.0
    var total = 0.0
    for (i, value) in returns.enumerated() {
      var weight = 1.0
      for seat in 0..<seats { weight *= weights[members[i * seats + seat]] }
      sum += weight * value
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}
