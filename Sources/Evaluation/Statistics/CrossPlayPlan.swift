import CShaders
import VulkanCompute

/// Which teams an evaluation plays: every run with itself, teams of distinct runs of the same configuration, and, across
/// configurations, teams of one run of the first in seat 0 with distinct runs of the second in all other seats.
///
/// One seat: nobody meets anybody, cross-play is self-play. Two seats: all ordered pairs. Three and more: all ordered
/// tuples, or a sample of them that depends only on the evaluation's seed.
public struct CrossPlayPlan: Sendable, Equatable {
  public struct Coverage: Sendable, Hashable {
    public let configuration: String
    /// Teams of distinct runs that are played.
    public let evaluated: Int
    /// Teams of distinct runs that exist.
    public let possible: Int
  }

  /// All teams, by the runs' places: self-play first, then rising.
  public let teams: [[Int]]
  public let coverage: [Coverage]

  /// - Parameters:
  ///   - maxTuples: the limit per configuration, and per pair of them, for three and more seats. The disjoint teams
  ///     that the estimator `disjoint-pairs` needs are always played, on top of the sample if necessary.
  ///   - acrossConfigurations: also the teams of every ordered pair of different configurations.
  public init(runs: [EvaluatedRun], seats: Int, maxTuples: Int, seed: UInt64, acrossConfigurations: Bool = false) {
    precondition(seats >= 1)
    let groups = RunGroup.groups(of: runs)
    var crossPlay: Set<[Int]> = []
    var coverage: [Coverage] = []
    for (number, group) in groups.enumerated() {
      let possible = Self.arrangements(of: group.members.count, seats: seats)
      var teams: Set<[Int]>
      if seats == 2 || possible <= maxTuples {
        teams = Set((0..<possible).map { Self.arrangement($0, of: group.members, seats: seats) })
      } else {
        let ranks = Self.sample(maxTuples, below: possible, seed: seed, configuration: number)
        teams = Set(ranks.map { Self.arrangement($0, of: group.members, seats: seats) })
        for team in Self.disjointTeams(of: group.members, seats: seats) { teams.formUnion(Self.rotations(of: team)) }
      }
      coverage.append(Coverage(configuration: group.configuration, evaluated: teams.count, possible: possible))
      crossPlay.formUnion(teams)
    }
    if acrossConfigurations {
      for (row, own) in groups.enumerated() {
        for (column, others) in groups.enumerated() where column != row {
          // Numbers that no configuration has.
          let number = groups.count * (row + 1) + column
          crossPlay.formUnion(
            Self.mixedTeams(
              own.members, others.members, seats: seats, maxTuples: maxTuples, seed: seed, number: number))
        }
      }
    }
    let selfPlay = runs.indices.map { Array(repeating: $0, count: seats) }
    teams = selfPlay + crossPlay.subtracting(selfPlay).sorted { $0.lexicographicallyPrecedes($1) }
    self.coverage = coverage
  }

  /// One of `own` in seat 0, distinct ones of `others` in all other seats: all, or a sample (three and more seats).
  private static func mixedTeams(
    _ own: [Int], _ others: [Int], seats: Int, maxTuples: Int, seed: UInt64, number: Int
  ) -> [[Int]] {
    let rest = arrangements(of: others.count, seats: seats - 1)
    let possible = own.count * rest
    func team(_ rank: Int) -> [Int] { [own[rank / rest]] + arrangement(rank % rest, of: others, seats: seats - 1) }
    guard seats > 2 && possible > maxTuples else { return (0..<possible).map(team) }
    return sample(maxTuples, below: possible, seed: seed, configuration: number).map(team)
  }

  /// How many ordered tuples of distinct members there are.
  static func arrangements(of count: Int, seats: Int) -> Int {
    count < seats ? 0 : (0..<seats).reduce(1) { $0 * (count - $1) }
  }

  /// The ordered tuple of distinct members with the given rank.
  static func arrangement(_ rank: Int, of members: [Int], seats: Int) -> [Int] {
    var rest = members
    var rank = rank
    return (0..<seats).map { _ in
      let (quotient, remainder) = rank.quotientAndRemainder(dividingBy: rest.count)
      rank = quotient
      return rest.remove(at: remainder)
    }
  }

  /// Neighbours in the list form teams, so that no run is in two of them; the last few runs may be in none.
  static func disjointTeams(of members: [Int], seats: Int) -> [[Int]] {
    (0..<members.count / seats).map { Array(members[$0 * seats..<($0 + 1) * seats]) }
  }

  /// The seatings of a team in which every run takes every seat once.
  static func rotations(of team: [Int]) -> [[Int]] {
    team.indices.map { Array(team[$0...] + team[..<$0]) }
  }

  /// `count` different numbers below `bound`, every set equally likely (Floyd's algorithm).
  private static func sample(_ count: Int, below bound: Int, seed: UInt64, configuration: Int) -> Set<Int> {
    var chosen: Set<Int> = []
    for (draw, last) in (bound - count..<bound).enumerated() {
      let words = CounterRandom.words(
        seed: seed, purpose: PURPOSE_SAMPLE_TUPLES, UInt32(configuration), UInt32(draw), 0)
      let bits = UInt64(words.x) << 32 | UInt64(words.y)
      let candidate = Int(bits.multipliedFullWidth(by: UInt64(last + 1)).high)
      if !chosen.insert(candidate).inserted { chosen.insert(last) }
    }
    return chosen
  }
}
