import Evaluation
import Foundation

/// The results of an evaluation on disk: `evaluation.json` (what was played), `summary.csv`, `summary.json`, `matrix.csv`,
/// `matrix.json`, `symmetry.csv` and `symmetry.json` where symmetries were measured, one heat map per mode and the sweep's
/// curves.
public enum EvaluationFolder {
  /// What it takes to get the same tables again.
  private struct Record: Encodable {
    let configuration: String
    let update: Int
    let envSteps: Int
    let games: Int
    let seed: UInt64
    let modes: [String]
    let tieTolerance: Double
    let bootstrapSamples: Int
    let maxTuples: Int
    let acrossConfigurations: Bool
    let symmetry: Bool
    let device: String
  }

  /// - Parameter device: Where the games were played.
  public static func write(
    _ evaluation: CrossPlayEvaluation, of trained: TrainedRuns, device: String, to folder: URL
  ) throws {
    let title = trained.configuration.name
    let settings = evaluation.settings
    let record = Record(
      configuration: title, update: trained.update, envSteps: trained.update * trained.configuration.envStepsPerUpdate,
      games: settings.games, seed: settings.seed, modes: settings.modes.map(\.description),
      tieTolerance: settings.tieTolerance, bootstrapSamples: settings.bootstrapSamples, maxTuples: settings.maxTuples,
      acrossConfigurations: settings.acrossConfigurations,
      symmetry: settings.symmetry, device: device)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try Folder.make(folder)
    try removeEarlier(in: folder)
    func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
    try AtomicFile.write(encoder.encode(record), to: place("evaluation.json"))
    try AtomicFile.write(SummaryReport.csv(evaluation.summary), to: place("summary.csv"))
    try AtomicFile.write(SummaryReport.json(evaluation.summary), to: place("summary.json"))
    try AtomicFile.write(MatrixReport.csv(evaluation.matrices), to: place("matrix.csv"))
    try AtomicFile.write(MatrixReport.json(evaluation.matrices), to: place("matrix.json"))
    if !evaluation.equivariance.isEmpty {
      try AtomicFile.write(SymmetryReport.csv(evaluation.equivariance), to: place("symmetry.csv"))
      try AtomicFile.write(SymmetryReport.json(evaluation.equivariance), to: place("symmetry.json"))
    }
    let returns = evaluation.matrices.flatMap { $0.cells.values.map(\.meanReturn) }
    let range = min(0, returns.min() ?? 0)...max(returns.max() ?? 0, 1e-9)
    for matrix in evaluation.matrices {
      try AtomicFile.write(
        HeatMap.svg(matrix, title: "\(title), \(matrix.mode)", range: range), to: place("matrix-\(matrix.mode).svg"))
    }
    if let curves = SweepPlot.svg(evaluation.summary, title: title) {
      try AtomicFile.write(curves, to: place("sweep.svg"))
    }
  }

  /// What an earlier evaluation wrote and this one may not: its modes may have been others.
  private static func removeEarlier(in folder: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where ["sweep.svg", "symmetry.csv", "symmetry.json"].contains(name)
      || (name.hasPrefix("matrix-") && name.hasSuffix(".svg"))
    {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }
}
