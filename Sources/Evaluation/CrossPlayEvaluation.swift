import Training

/// Self-play and cross-play of a set of runs: the matrices in every mode of play, and what they say per configuration.
public struct CrossPlayEvaluation: Sendable {
  public let settings: EvaluationSettings
  /// Which teams were played, of how many.
  public let plan: CrossPlayPlan
  /// One per mode, in the order of `settings.modes`.
  public let matrices: [CrossPlayMatrix]
  /// One row per configuration.
  public private(set) var summary: EvaluationSummary
  /// How far every run is from equivariant, family by family; empty where that was not measured.
  public private(set) var equivariance: [RunEquivariance] = []

  /// Adds what was measured of the same runs.
  public mutating func add(_ equivariance: [RunEquivariance]) {
    self.equivariance += equivariance
    summary = summary.adding(self.equivariance)
  }
}

extension CrossPlayEvaluator {
  /// Every run with itself, and the teams of runs of the same configuration, in all modes of the settings.
  ///
  /// - Parameter runs: What the policies are, in the same order and with the same names.
  public func evaluate(
    runs: [EvaluatedRun], progress: ((EvaluationProgress) -> Void)? = nil
  ) throws -> CrossPlayEvaluation {
    precondition(runs.map(\.name) == policyNames, "one run per policy, in the same order")
    let plan = CrossPlayPlan(
      runs: runs, seats: environment.agentCount, maxTuples: settings.maxTuples, seed: settings.seed,
      acrossConfigurations: settings.acrossConfigurations)
    let matrices = try settings.modes.map { mode in
      var matrix = CrossPlayMatrix(
        mode: mode, seats: environment.agentCount, runs: runs, outcomes: environment.outcomeQuantities)
      for result in try evaluate(cells: plan.teams, mode: mode, progress: progress) {
        matrix.add(result.cell, team: result.team)
      }
      return matrix
    }
    return CrossPlayEvaluation(
      settings: settings, plan: plan, matrices: matrices,
      summary: EvaluationSummary(
        matrices, bootstrap: Bootstrap(samples: settings.bootstrapSamples, seed: settings.seed)))
  }
}
