import Evaluation
import Files
import Foundation

/// The results of an evaluation on disk: `evaluation.json` (what was played), `summary.csv`, `summary.json`, `matrix.csv`,
/// `matrix.json`, `blocks.csv` where configurations met, `symmetry.csv` and `symmetry.json` where symmetries were measured,
/// one heat map per mode and the sweep's curves.
public struct EvaluationFolder {
  /// What the folder is called inside a training's.
  public static let name = "evaluation"
  static let summaryName = "summary.json"
  static let matrixName = "matrix.json"

  public let url: URL
  /// The folder of the training, or the one that the user asked for: where what is not finished lies.
  public let place: URL
  private let record: EvaluationRecord
  /// Where the earlier, different evaluation in `url` goes first; nil where there is none.
  public let earlierGoesTo: URL?

  /// Decides where results go, before anything is played; writes nothing.
  ///
  /// - Parameters:
  ///   - output: The folder that the user asked for; nil for `evaluation/` in the folder of a single training.
  /// - Throws: `FileFailure` where `output` holds anything that would be overwritten, or where several trainings would need
  ///   an `output`.
  public init(_ record: EvaluationRecord, of joined: JoinedTrainings, output: URL?) throws {
    self.record = record
    guard output != nil || joined.trainings.count == 1 else {
      throw FileFailure(
        joined.trainings.map { $0.folders[0].relativePath }.joined(separator: ", "),
        "are different trainings; say with --output where the tables of all of them go")
    }
    place = output ?? joined.trainings[0].folders[0]
    url = output ?? place.appendingPathComponent(Self.name)
    let existing = Self.files.filter { [url] in
      FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path)
    }
    guard let first = existing.first, EvaluationRecord.read(in: url)?.isRepeated(by: record) != true else {
      earlierGoesTo = nil
      return
    }
    guard output == nil else {
      throw FileFailure(
        url.relativePath,
        "holds the results of another evaluation (\(first)); choose another folder with --output, or remove it first")
    }
    earlierGoesTo = Self.freeName(beside: url)
  }

  private static let files = [
    EvaluationRecord.name, "summary.csv", summaryName, "matrix.csv", matrixName, "blocks.csv", "symmetry.csv",
    "symmetry.json",
  ]

  /// `evaluation-1`, `evaluation-2`, ...: the first that does not exist.
  private static func freeName(beside url: URL) -> URL {
    var number = 1
    func place() -> URL { url.deletingLastPathComponent().appendingPathComponent("\(url.lastPathComponent)-\(number)") }
    while FileManager.default.fileExists(atPath: place().path) { number += 1 }
    return place()
  }

  /// Writes all tables and figures; what another evaluation left in the folder has been moved aside before.
  public func write(_ evaluation: CrossPlayEvaluation) throws {
    if let earlierGoesTo { try FileManager.default.moveItem(at: url, to: earlierGoesTo) }
    try Folder.make(url)
    try removeFigures()
    func place(_ name: String) -> URL { url.appendingPathComponent(name) }
    try AtomicFile.write(record.json(), to: place(EvaluationRecord.name))
    try AtomicFile.write(SummaryReport.csv(evaluation.summary), to: place("summary.csv"))
    try AtomicFile.write(SummaryReport.json(evaluation.summary), to: place(Self.summaryName))
    try AtomicFile.write(MatrixReport.csv(evaluation.matrices), to: place("matrix.csv"))
    try AtomicFile.write(MatrixReport.json(evaluation.matrices), to: place(Self.matrixName))
    if let blocks = BlockReport.csv(evaluation.summary) { try AtomicFile.write(blocks, to: place("blocks.csv")) }
    if !evaluation.equivariance.isEmpty {
      try AtomicFile.write(SymmetryReport.csv(evaluation.equivariance), to: place("symmetry.csv"))
      try AtomicFile.write(SymmetryReport.json(evaluation.equivariance), to: place("symmetry.json"))
    }
    let range = HeatMap.range(evaluation.matrices)
    for matrix in evaluation.matrices {
      try AtomicFile.write(
        HeatMap.svg(matrix, title: "\(record.configuration), \(matrix.mode)", range: range),
        to: place("matrix-\(matrix.mode).svg"))
    }
    if let curves = SweepPlot.svg(evaluation.summary, title: record.configuration) {
      try AtomicFile.write(curves, to: place("sweep.svg"))
    }
  }

  /// Figures of the same evaluation by another version of the program.
  private func removeFigures() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path)
    where name == "sweep.svg" || (name.hasPrefix("matrix-") && name.hasSuffix(".svg")) {
      try FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
  }
}
