/// One block of the matrix: runs of one configuration with runs of another, or with other runs of the same.
public struct CrossPlayBlock: Sendable, Equatable {
  /// The configuration in seat 0, and the one in all other seats, by their places among the groups.
  public let row: Int
  public let column: Int
  /// Teams of pairwise distinct runs that exist.
  public let possible: Int
  /// Mean over the evaluated teams; standard error by resampling the runs of both configurations.
  public let crossPlay: Estimate
  /// All its games in one.
  public let total: CrossPlayCell
}

extension CrossPlayMatrix {
  /// Every block of which teams were evaluated, row by row.
  public func blocks(_ bootstrap: Bootstrap) -> [CrossPlayBlock] {
    let groups = groups
    var place = [Int](repeating: 0, count: runs.count)
    var group = place
    for (number, members) in groups.map(\.members).enumerated() {
      for (i, run) in members.enumerated() { (group[run], place[run]) = (number, i) }
    }
    var teams: [[Int]: [[Int]]] = [:]
    for team in cells.keys where Set(team).count == seats {
      let column = group[team[min(1, seats - 1)]]
      if team.dropFirst(2).allSatisfy({ group[$0] == column }) {
        teams[[group[team[0]], column], default: []].append(team)
      }
    }
    return teams.keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { key in
      let (row, column) = (key[0], key[1])
      let members = (teams[key] ?? []).sorted { $0.lexicographicallyPrecedes($1) }
      let (rows, columns) = (groups[row].members.count, groups[column].members.count)
      // In a block of two configurations, runs of the columns are counted behind those of the rows.
      let shift = row == column ? 0 : rows
      let ratios = TeamRatios(
        members.map { team in
          let places = [place[team[0]]] + team.dropFirst().map { place[$0] + shift }
          return (places, (cells[team]?.meanReturn ?? 0, 1))
        }, runs: shift + columns)
      let resamples = row == column ? rows > seats : rows > 1 || columns > seats - 1
      let estimate =
        row == column
        ? ratios.estimate(bootstrap, resamples: resamples)
        : ratios.estimate(bootstrap, rows: rows, columns: columns, resamples: resamples)
      return estimate.map {
        CrossPlayBlock(
          row: row, column: column, possible: Self.possible(rows: rows, columns: columns, same: row == column, seats),
          crossPlay: $0, total: members.reduce(into: CrossPlayCell()) { $0 += cells[$1] ?? CrossPlayCell() })
      }
    }
  }

  private static func possible(rows: Int, columns: Int, same: Bool, _ seats: Int) -> Int {
    same
      ? CrossPlayPlan.arrangements(of: rows, seats: seats)
      : rows * CrossPlayPlan.arrangements(of: columns, seats: seats - 1)
  }
}
