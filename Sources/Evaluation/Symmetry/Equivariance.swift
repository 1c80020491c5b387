import Configuration
import Environments
import Training
import VulkanCompute

/// How far one run's policy is from equivariant under one family of symmetries: over the decisions of its own games, each
/// seen through a symmetry g that is drawn per game and seat, never the identity, how much pi(a | o) and pi(g a | g o)
/// differ.
public struct RunEquivariance: Sendable, Hashable {
  public let run: EvaluatedRun
  /// The family's name, for example "colors".
  public let family: String
  /// How many symmetries the family has, with the identity.
  public let symmetries: Int
  public let sums: EquivarianceSums

  public init(run: EvaluatedRun, family: String, symmetries: Int, sums: EquivarianceSums) {
    self.run = run
    self.family = family
    self.symmetries = symmetries
    self.sums = sums
  }

  /// Mean Kullback-Leibler divergence in nats; nil without decisions, like all three.
  public var divergence: Double? { perDecision(sums.divergence) }
  /// Mean total variation, 0 to 1.
  public var totalVariation: Double? { perDecision(sums.totalVariation) }
  /// Part of the decisions in which the greedy action is the same.
  public var greedyAgreement: Double? { perDecision(Double(sums.agreements)) }

  private func perDecision(_ sum: Double) -> Double? { sums.decisions > 0 ? sum / Double(sums.decisions) : nil }

  /// Plays `settings.games` sampled games of every run with itself, for each of the game's families; the games are those
  /// of self-play.
  ///
  /// - Parameters:
  ///   - runs: With those of the roster among them.
  /// - Throws: `EvaluationFailure`, `VulkanError`, `EvaluationStopped`, what `control` throws.
  public static func measure(
    runs: [EvaluatedRun], roster: Roster, environment: any Environment, settings: EvaluationSettings, device: Device,
    control: EvaluationControl = EvaluationControl()
  ) throws -> [RunEquivariance] {
    let runs = roster.policies.map { policy in
      guard let run = runs.first(where: { $0.name == policy.name }) else {
        preconditionFailure("no run \(policy.name)")
      }
      return run
    }
    let measured = try play(
      .whole, roster: roster, environment: environment, settings: settings, device: device, control: control)
    return measured.flatMap { family, results in
      zip(runs, results).map { run, result in
        RunEquivariance(
          run: run, family: family.name, symmetries: family.elements.count,
          sums: result.equivariance ?? EquivarianceSums())
      }
    }
  }

  /// Plays what `measure` needs, for a share of the roster's policies.
  ///
  /// - Returns: One result per policy of the share, for each of the game's families.
  @discardableResult
  public static func play(
    _ share: Shard, roster: Roster, environment: any Environment, settings: EvaluationSettings, device: Device,
    control: EvaluationControl
  ) throws -> [(family: SymmetryFamily, results: [CellResult])] {
    try environment.symmetryFamilies.map { family in
      let evaluator = try CrossPlayEvaluator(
        environment: environment, rosters: [roster], settings: settings, device: device, symmetries: family)
      let teams = roster.policies.indices.map { Array(repeating: $0, count: environment.agentCount) }
      return (family, try evaluator.evaluate(cells: share.part(of: teams), mode: .sampled, control: control))
    }
  }
}

extension EvaluationSummary {
  /// One family over the runs of a configuration; nil where no run had a decision to make.
  public struct Equivariance: Sendable, Equatable, Codable {
    /// How many symmetries the family has, with the identity.
    public let symmetries: Int
    /// In nats per decision.
    public let divergence: Estimate?
    public let totalVariation: Estimate?
    public let greedyAgreement: Estimate?

    enum CodingKeys: String, CodingKey {
      case symmetries, divergence
      case totalVariation = "total_variation"
      case greedyAgreement = "greedy_agreement"
    }

    init(_ runs: [RunEquivariance]) {
      symmetries = runs.first?.symmetries ?? 0
      divergence = Estimate(runs.compactMap(\.divergence))
      totalVariation = Estimate(runs.compactMap(\.totalVariation))
      greedyAgreement = Estimate(runs.compactMap(\.greedyAgreement))
    }
  }

  /// The same summary with what was measured of its runs, by family.
  func adding(_ equivariance: [RunEquivariance]) -> EvaluationSummary {
    var summary = self
    for place in summary.configurations.indices {
      let own = equivariance.filter { $0.run.configuration == summary.configurations[place].configuration }
      guard !own.isEmpty else { continue }
      summary.configurations[place].equivariance = Dictionary(grouping: own, by: \.family).mapValues(Equivariance.init)
    }
    return summary
  }
}
