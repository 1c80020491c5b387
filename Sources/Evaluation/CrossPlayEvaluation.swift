import Configuration
import Environments
import Training
import VulkanCompute

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
  ///   - rosters: Every run is a policy of exactly one of them.
  /// - Throws: `EvaluationFailure`, `VulkanError`, `EvaluationStopped`, what `control` throws.
  public init(
    runs: [EvaluatedRun], rosters: [Roster], environment: any Environment, settings: EvaluationSettings, device: Device,
    control: EvaluationControl = EvaluationControl()
  ) throws {
    let plan = Self.plan(runs, environment, settings)
    var matrices = settings.modes.map { mode in
      CrossPlayMatrix(mode: mode, seats: environment.agentCount, runs: runs, outcomes: environment.outcomeQuantities)
    }
    for meeting in try Meeting.all(of: plan.teams, runs, rosters) {
      let evaluator = try CrossPlayEvaluator(
        environment: environment, rosters: meeting.rosters, settings: settings, device: device)
      for (place, mode) in settings.modes.enumerated() {
        let results = try evaluator.evaluate(cells: meeting.cells, mode: mode, control: control)
        for (team, result) in zip(meeting.teams, results) { matrices[place].add(result.cell, team: team) }
      }
    }
    self.settings = settings
    self.plan = plan
    self.matrices = matrices
    summary = EvaluationSummary(
      matrices, bootstrap: Bootstrap(samples: settings.bootstrapSamples, seed: settings.seed))
  }

  /// Plays a share of the teams, in all modes, for `control` to keep; where all shares are kept, `init` plays nothing.
  ///
  /// - Throws: As `init`.
  public static func play(
    _ share: Shard, runs: [EvaluatedRun], rosters: [Roster], environment: any Environment,
    settings: EvaluationSettings, device: Device, control: EvaluationControl
  ) throws {
    let plan = plan(runs, environment, settings)
    for meeting in try Meeting.all(of: plan.teams, runs, rosters) {
      let cells = share.part(of: meeting.cells)
      guard !cells.isEmpty else { continue }
      let evaluator = try CrossPlayEvaluator(
        environment: environment, rosters: meeting.rosters, settings: settings, device: device)
      for mode in settings.modes { _ = try evaluator.evaluate(cells: cells, mode: mode, control: control) }
    }
  }

  private static func plan(
    _ runs: [EvaluatedRun], _ environment: any Environment, _ settings: EvaluationSettings
  ) -> CrossPlayPlan {
    CrossPlayPlan(
      runs: runs, seats: environment.agentCount, maxTuples: settings.maxTuples, seed: settings.seed,
      acrossConfigurations: settings.acrossConfigurations)
  }
}

/// Teams whose policies have the same networks: an evaluator has no more networks than somebody in a team needs, and those
/// of one network play as if there were no other.
private struct Meeting {
  /// Those that have a policy in every team.
  let rosters: [Roster]
  /// By the runs' places.
  let teams: [[Int]]
  /// The same by the policies' places among those of `rosters`.
  let cells: [[Int]]

  /// Every team is part of one meeting. Those of one network come first.
  static func all(of teams: [[Int]], _ runs: [EvaluatedRun], _ rosters: [Roster]) throws -> [Meeting] {
    var seats: [String: (roster: Int, policy: Int)] = [:]
    for (number, roster) in rosters.enumerated() {
      for (place, policy) in roster.policies.enumerated() {
        guard seats.updateValue((number, place), forKey: policy.name) == nil else {
          throw EvaluationFailure.duplicateName(policy.name)
        }
      }
    }
    let places = runs.map { run in
      guard let place = seats[run.name] else { preconditionFailure("no roster has a policy \(run.name)") }
      return place
    }
    let meetings = Dictionary(grouping: teams) { team in Set(team.map { places[$0].roster }).sorted() }
    let order = meetings.keys.sorted {
      $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count
    }
    return order.map { members in
      let teams = meetings[members] ?? []
      var firsts: [Int: Int] = [:]
      var policies = 0
      for member in members {
        firsts[member] = policies
        policies += rosters[member].policies.count
      }
      let cells = teams.map { team in team.map { (firsts[places[$0].roster] ?? 0) + places[$0].policy } }
      return Meeting(rosters: members.map { rosters[$0] }, teams: teams, cells: cells)
    }
  }
}
