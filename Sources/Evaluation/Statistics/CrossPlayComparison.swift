import Configuration
import Training

/// Whether strangers play better together in one configuration than in another: a test of XP > XP of the baseline, paired
/// over the seeds that both have.
///
/// Runs of the same seed begin with the same weights and the same games, so seeds are pairs. The teams of a configuration are
/// not independent, since they share runs: XP is a U-statistic whose samples are the seeds. Its difference D over R seeds
/// therefore has the standard error of the jackknife, which leaves a seed out of every team of both configurations:
///
///     D_s = R D - (R - 1) D without s,   error = std(D_s, ddof = 1) / sqrt(R),   t = D / error
///
/// against Student's t with R - 1 degrees of freedom (Arvesen 1969, *Jackknifing U-statistics*, Annals of Mathematical
/// Statistics 40, 2076-2100). Teams without a common run (`disjoint-pairs`) are independent samples, and have an ordinary
/// paired t-test, of less power.
public struct CrossPlayComparison: Sendable, Equatable, Codable {
  /// A one-sided test of a mean difference.
  public struct Test: Sendable, Equatable, Codable {
    /// Over seeds, or over disjoint teams.
    public let difference: Estimate
    /// nil where there is no error to divide by.
    public let t: Double?
    public let degreesOfFreedom: Int
    /// P(T > t) if there is no difference; nil without t.
    public let p: Double?
    /// `p` corrected by Holm's method for the other comparisons of the mode with the same baseline.
    public internal(set) var correctedP: Double?

    init(_ difference: Estimate) {
      self.difference = difference
      let freedom = difference.count - 1
      let error = difference.standardError ?? 0
      degreesOfFreedom = freedom
      t = error > 0 ? difference.mean / error : nil
      p = t.map { StudentDistribution.upperTail($0, degreesOfFreedom: freedom) }
    }

    enum CodingKeys: String, CodingKey {
      case difference, t, p
      case degreesOfFreedom = "degrees_of_freedom"
      case correctedP = "corrected_p"
    }
  }

  public let mode: EvaluationMode
  public let baseline: String
  public let configuration: String
  /// Over all teams of distinct runs; `difference.count` is the number of seeds.
  public internal(set) var allTuples: Test
  /// Over teams without a common run; nil with fewer than two of them.
  public internal(set) var disjointPairs: Test?

  enum CodingKeys: String, CodingKey {
    case mode, baseline, configuration
    case allTuples = "all_tuples"
    case disjointPairs = "disjoint_pairs"
  }
}

extension CrossPlayComparison {
  /// Every configuration with a higher value of the swept hyper-parameter against the standard one: of those that the panel
  /// of `axis` holds, the one with the default value, else the one with the smallest value above 0. Where nothing numeric is
  /// swept, every other configuration against the first.
  ///
  /// - Parameters:
  ///   - matrices: One per mode, over the runs that `summary` is of.
  /// - Returns: In the order of the matrices, then of the axis.
  public static func all(_ matrices: [CrossPlayMatrix], _ summary: EvaluationSummary) -> [CrossPlayComparison] {
    let axis = SweptAxis(summary)
    return matrices.flatMap { matrix in
      axis.panelTitles.indices.flatMap { panel -> [CrossPlayComparison] in
        let members = axis.members(ofPanel: panel)
        guard let baseline = axis.baseline(of: members) else { return [] }
        let others = members.filter { axis.places[$0].x > axis.places[baseline].x }
        let groups = matrix.groups
        var comparisons = others.compactMap { matrix.comparison(groups[$0], with: groups[baseline]) }
        let corrected = Self.holm(comparisons.map(\.allTuples.p))
        let correctedPairs = Self.holm(comparisons.map(\.disjointPairs?.p))
        for i in comparisons.indices {
          comparisons[i].allTuples.correctedP = corrected[i]
          comparisons[i].disjointPairs?.correctedP = correctedPairs[i]
        }
        return comparisons
      }
    }
  }

  /// Holm 1979, *A simple sequentially rejective multiple test procedure*, Scandinavian Journal of Statistics 6, 65-70: the
  /// smallest of m values counts m times, the next one m - 1 times, and none less than one before it.
  static func holm(_ values: [Double?]) -> [Double?] {
    let known = values.indices.filter { values[$0] != nil }.sorted { (values[$0] ?? 1) < (values[$1] ?? 1) }
    var corrected = [Double?](repeating: nil, count: values.count)
    var largest = 0.0
    for (rank, place) in known.enumerated() {
      largest = max(largest, min(1, Double(known.count - rank) * (values[place] ?? 1)))
      corrected[place] = largest
    }
    return corrected
  }
}

extension CrossPlayMatrix {
  /// XP of `group` minus XP of `baseline` over the seeds that both have; nil with fewer seeds than leave teams when one is
  /// left out, and where games are missing.
  public func comparison(_ group: RunGroup, with baseline: RunGroup) -> CrossPlayComparison? {
    let partners = Dictionary(group.members.map { (runs[$0].seed, $0) }) { first, _ in first }
    let pairs = baseline.members.compactMap { own in partners[runs[own].seed].map { (baseline: own, other: $0) } }
    guard pairs.count > seats else { return nil }
    let (teams, baselineTeams) = (crossPlayTeams(group), crossPlayTeams(baseline))

    func mean(_ teams: [(team: [Int], cell: CrossPlayCell)], _ members: [Int]) -> Double? {
      let members = Set(members)
      let returns = teams.filter { members.isSuperset(of: $0.team) }.map(\.cell.meanReturn)
      return returns.isEmpty ? nil : returns.reduce(0, +) / Double(returns.count)
    }
    func difference(without place: Int?) -> Double? {
      let kept = pairs.enumerated().filter { $0.offset != place }.map(\.element)
      guard let value = mean(teams, kept.map(\.other)), let base = mean(baselineTeams, kept.map(\.baseline)) else {
        return nil
      }
      return value - base
    }
    guard let whole = difference(without: nil) else { return nil }
    let count = Double(pairs.count)
    let pseudovalues = pairs.indices.compactMap { place in
      difference(without: place).map { count * whole - (count - 1) * $0 }
    }
    guard pseudovalues.count == pairs.count, let jackknife = Estimate(pseudovalues) else { return nil }
    let own = RunGroup(configuration: group.configuration, members: pairs.map(\.other))
    let base = RunGroup(configuration: baseline.configuration, members: pairs.map(\.baseline))
    let disjoint = zip(disjointReturns(own) ?? [], disjointReturns(base) ?? []).map { $0 - $1 }
    return CrossPlayComparison(
      mode: mode, baseline: baseline.configuration, configuration: group.configuration,
      allTuples: .init(Estimate(mean: whole, standardError: jackknife.standardError, count: pairs.count)),
      disjointPairs: disjoint.count > 1 ? Estimate(disjoint).map { .init($0) } : nil)
  }
}
