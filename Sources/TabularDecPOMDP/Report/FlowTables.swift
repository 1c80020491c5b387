import Figures

/// Flows as CSV.
public enum FlowTables {
  /// One row per alpha.
  public static func summary(_ reports: [FlowReport]) -> String {
    var csv = CSV(
      header: [
        "problem", "horizon", "alpha", "initialisations", "unfinished", "self_play_sampled", "self_play_greedy",
        "cross_play_sampled", "cross_play_greedy", "max_policy_distance", "equivariance_error", "symmetry_group_order",
      ])
    for report in reports {
      csv.append([
        report.problem, "\(report.horizon)", "\(report.alpha)", "\(report.initialisations)", "\(report.unfinished)",
        "\(report.selfPlaySampled)", "\(report.selfPlayGreedy)", report.crossPlaySampled.field,
        report.crossPlayGreedy.field, "\(report.maxPolicyDistance)", report.equivarianceError.field,
        report.symmetryGroupOrder?.description ?? "",
      ])
    }
    return csv.text
  }

  /// One row per alpha, initialisation and action of the first agent's first decision.
  public static func firstDecisions(_ ensembles: [FlowEnsemble]) -> String {
    var csv = CSV(header: ["alpha", "initialisation", "action", "probability"])
    for ensemble in ensembles {
      for (number, result) in ensemble.results.enumerated() {
        for (action, name) in ensemble.form.problem.actionNames[0].enumerated() {
          csv.append(["\(ensemble.alpha)", "\(number)", name, "\(result.probabilities[action])"])
        }
      }
    }
    return csv.text
  }

  /// One row per sampled time and initialisation; the distance between initialisations is that of the time.
  public static func trajectories(_ ensemble: FlowEnsemble) -> String {
    var csv = CSV(
      header: ["time", "initialisation", "objective", "entropy", "gradient_norm", "max_policy_distance"])
    for place in ensemble.results[0].samples.indices {
      let samples = ensemble.results.map { $0.samples[place] }
      let distance = FlowEnsemble.maxDistance(samples.map(\.probabilities))
      for (number, sample) in samples.enumerated() {
        csv.append([
          "\(sample.time)", "\(number)", "\(sample.objective)", "\(sample.entropy)", "\(sample.gradientNorm)",
          "\(distance)",
        ])
      }
    }
    return csv.text
  }
}
