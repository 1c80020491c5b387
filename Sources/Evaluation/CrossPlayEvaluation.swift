import Configuration
import Environments
import Training

/// Self-play and cross-play of a set of runs: the matrices in every mode of play, and what they say per configuration.
public struct CrossPlayEvaluation: Sendable {
  public let settings: EvaluationSettings
  /// Which teams were played, of how many.
  public let plan: CrossPlayPlan
  /// One per mode, in the order of `settings.modes`.
  public let matrices: [CrossPlayMatrix]
  /// One row per configuration, and one block per pair of them where they met.
  public private(set) var summary: EvaluationSummary
  /// How far every run is from equivariant, family by family; empty where that was not measured.
  public private(set) var equivariance: [RunEquivariance] = []

  /// Adds what was measured of the same runs.
  public mutating func add(_ equivariance: [RunEquivariance]) {
    self.equivariance += equivariance
    summary = summary.adding(self.equivariance)
  }

  /// Every run with itself, and the teams of runs that the settings ask for, in all modes of the settings.
  ///
  /// - Parameters:
  ///   - runs: In the order of tables and figures.
  ///   - evaluators: One per network, of the same game and settings; every run is a policy of exactly one of them.
  /// - Throws: `EvaluationFailure.differentNetworks` if runs of two networks are to play together; what play throws.
  public init(
    runs: [EvaluatedRun], evaluators: [CrossPlayEvaluator], control: EvaluationControl = EvaluationControl()
  ) throws {
    let (environment, settings) = (evaluators[0].environment, evaluators[0].settings)
    let schedule = try Schedule(runs, evaluators)
    let matrices = try settings.modes.map { mode in
      var matrix = CrossPlayMatrix(
        mode: mode, seats: environment.agentCount, runs: runs, outcomes: environment.outcomeQuantities)
      for (evaluator, teams) in zip(evaluators, schedule.teams) {
        let results = try evaluator.evaluate(cells: schedule.cells(of: teams), mode: mode, control: control)
        for (team, result) in zip(teams, results) { matrix.add(result.cell, team: team) }
      }
      return matrix
    }
    self.settings = settings
    plan = schedule.plan
    self.matrices = matrices
    summary = EvaluationSummary(
      matrices, bootstrap: Bootstrap(samples: settings.bootstrapSamples, seed: settings.seed))
  }

  /// Plays a share of the teams, in all modes, for `control` to keep; where all shares are kept, `init` plays nothing.
  ///
  /// - Throws: As `init`.
  public static func play(
    _ share: Shard, runs: [EvaluatedRun], evaluators: [CrossPlayEvaluator], control: EvaluationControl
  ) throws {
    let schedule = try Schedule(runs, evaluators)
    for mode in evaluators[0].settings.modes {
      for (evaluator, teams) in zip(evaluators, schedule.teams) {
        _ = try evaluator.evaluate(cells: schedule.cells(of: share.part(of: teams)), mode: mode, control: control)
      }
    }
  }

  /// Which teams are played, and by which evaluator.
  private struct Schedule {
    let plan: CrossPlayPlan
    /// By evaluator: teams of places among the runs.
    let teams: [[[Int]]]
    /// By run: the evaluator that holds it, and its place among the policies there.
    private let seats: [(evaluator: Int, policy: Int)]

    init(_ runs: [EvaluatedRun], _ evaluators: [CrossPlayEvaluator]) throws {
      let settings = evaluators[0].settings
      let plan = CrossPlayPlan(
        runs: runs, seats: evaluators[0].environment.agentCount, maxTuples: settings.maxTuples, seed: settings.seed,
        acrossConfigurations: settings.acrossConfigurations)
      let seats = try Self.seats(of: runs, evaluators)
      if let team = plan.teams.first(where: { team in
        team.contains { seats[$0].evaluator != seats[team[0]].evaluator }
      }) {
        throw EvaluationFailure.differentNetworks(team: team.map { runs[$0].name })
      }
      (self.plan, self.seats) = (plan, seats)
      teams = evaluators.indices.map { number in plan.teams.filter { seats[$0[0]].evaluator == number } }
    }

    /// The same teams by places among the policies of their evaluator.
    func cells(of teams: [[Int]]) -> [[Int]] { teams.map { team in team.map { seats[$0].policy } } }

    private static func seats(
      of runs: [EvaluatedRun], _ evaluators: [CrossPlayEvaluator]
    ) throws -> [(evaluator: Int, policy: Int)] {
      var places: [String: (evaluator: Int, policy: Int)] = [:]
      for (number, evaluator) in evaluators.enumerated() {
        for (place, name) in evaluator.policyNames.enumerated() {
          guard places.updateValue((number, place), forKey: name) == nil else {
            throw EvaluationFailure.duplicateName(name)
          }
        }
      }
      return runs.map { run in
        guard let place = places[run.name] else { preconditionFailure("no evaluator has a policy \(run.name)") }
        return place
      }
    }
  }
}

extension CrossPlayEvaluator {
  /// Every run with itself, and the teams of runs of the same configuration, in all modes of the settings.
  ///
  /// - Parameter runs: What the policies are, with the same names.
  public func evaluate(
    runs: [EvaluatedRun], control: EvaluationControl = EvaluationControl()
  ) throws -> CrossPlayEvaluation {
    try CrossPlayEvaluation(runs: runs, evaluators: [self], control: control)
  }
}
