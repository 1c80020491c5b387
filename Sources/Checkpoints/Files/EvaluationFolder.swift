import Evaluation
import Foundation

/// The results of an evaluation on disk: `summary.csv`, `summary.json`, `matrix.csv`, `matrix.json`, one heat map per mode
/// and the sweep's curves.
public enum EvaluationFolder {
  public static func write(_ evaluation: CrossPlayEvaluation, title: String, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
    try AtomicFile.write(SummaryReport.csv(evaluation.summary), to: place("summary.csv"))
    try AtomicFile.write(SummaryReport.json(evaluation.summary), to: place("summary.json"))
    try AtomicFile.write(MatrixReport.csv(evaluation.matrices), to: place("matrix.csv"))
    try AtomicFile.write(MatrixReport.json(evaluation.matrices), to: place("matrix.json"))
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
}
