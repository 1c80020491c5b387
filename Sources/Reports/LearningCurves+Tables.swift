import Configuration
import Figures
import Training

extension LearningCurves {
  /// One row per configuration and piece: means over its runs with their standard errors.
  public var csv: String {
    let keys = Hyperparameter.allCases
    var csv = CSV(
      header: ["configuration"] + keys.map(\.rawValue) + ["env_steps", "runs"]
        + quantities.flatMap { [$0.column, "\($0.column)_standard_error"] })
    for group in groups {
      let hyperparameters = runs[group.members[0]].run.hyperparameters
      for point in points(group) {
        csv.append(
          [group.configuration] + keys.map { hyperparameters[$0].field } + [Self.text(point.envSteps), "\(point.runs)"]
            + point.estimates.flatMap { [($0?.mean).field, ($0?.standardError).field] })
      }
    }
    return csv.text
  }

  /// One row per run and piece.
  public var csvPerRun: String {
    var csv = CSV(
      header: ["run", "configuration", "seed", "env_steps", "updates", "episodes"] + quantities.map(\.column))
    for run in runs {
      for piece in run.pieces {
        guard let piece else { continue }
        csv.append(
          [run.run.name, run.run.configuration, "\(run.run.seed)", Self.text(piece.envSteps), "\(piece.updates)"]
            + ["\(piece.episodes)"] + quantities.indices.map { piece.value($0).field })
      }
    }
    return csv.text
  }

  /// Env steps without a fraction where there is none.
  private static func text(_ value: Double) -> String { value.short }
}
