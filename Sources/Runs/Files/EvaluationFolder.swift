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
  /// Whether the user asked for the folder.
  private let isAskedFor: Bool

  /// Where an evaluation goes.
  public enum Output {
    /// `evaluation/` in the folder of a single training.
    case training
    /// The folder of one update in a series.
    case series(EvaluationSeries, update: Int)
    /// The folder that the user asked for.
    case folder(URL)
  }

  /// Refuses what cannot be written, before anything is played; writes nothing.
  ///
  /// - Throws: `FileFailure` where a folder that the user asked for holds anything that would be overwritten, or where several
  ///   trainings have no folder.
  public init(_ record: EvaluationRecord, of joined: JoinedTrainings, output: Output) throws {
    self.record = record
    switch output {
    case .training:
      try Self.requireOne(joined)
      place = joined.trainings[0].folders[0]
      url = place.appendingPathComponent(Self.name)
      isAskedFor = false
    case .series(let series, let update):
      place = series.url
      url = series.folder(ofUpdate: update)
      isAskedFor = false
    case .folder(let folder):
      (place, url, isAskedFor) = (folder, folder, true)
    }
    if isAskedFor, let other = fileOfAnother {
      throw FileFailure(
        url.relativePath,
        "holds the results of another evaluation (\(other)); choose another output folder, or remove them first",
        remedies: [.anotherFolder])
    }
  }

  /// Refuses several trainings, which have no folder in common.
  public static func requireOne(_ joined: JoinedTrainings) throws {
    let places = joined.trainings.map { $0.folders[0] } + joined.partners.map(\.policy.url)
    guard places.count > 1 else { return }
    throw FileFailure(
      places.map(\.relativePath).joined(separator: ", "),
      "are different trainings; choose an output folder for the evaluation of all of them", remedies: [.anotherFolder])
  }

  /// Whether the folder holds the results of just this evaluation.
  var isWritten: Bool { EvaluationRecord.read(in: url)?.isRepeated(by: record) == true }

  /// A file in `url` of an evaluation that is not the same; nil where there is none.
  private var fileOfAnother: String? {
    let first = Self.files.first { FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path) }
    return isWritten ? nil : first
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

  /// Where results have gone.
  public struct Place {
    public let url: URL
    /// Where the earlier, different evaluation in `url` has gone; nil where there was none.
    public let earlier: URL?
  }

  /// Writes all tables and figures. Where they go is decided now, by one process at a time: an earlier evaluation in the
  /// training's folder is moved aside, and results of another process in a folder that the user asked for stay there, with
  /// these beside them.
  public func write(_ evaluation: CrossPlayEvaluation) throws -> Place {
    let written = try TemporaryWritingFolder(in: place, for: Self.name)
    try write(evaluation, to: written.url)
    let turn = try FolderTurn(place, name: ".evaluation-lock")
    return try withExtendedLifetime(turn) {
      guard fileOfAnother != nil else {
        try install(written.url, at: url)
        return Place(url: url, earlier: nil)
      }
      let free = Self.freeName(beside: url)
      if isAskedFor {
        try install(written.url, at: free)
        return Place(url: free, earlier: nil)
      }
      try FileManager.default.moveItem(at: url, to: free)
      try install(written.url, at: url)
      return Place(url: url, earlier: free)
    }
  }

  /// Puts the files of one folder into another, which may hold those of the same evaluation by another version; all at once
  /// where it does not exist.
  private func install(_ written: URL, at target: URL) throws {
    guard FileManager.default.fileExists(atPath: target.path) else {
      try AtomicFile.synchronizeFolder(written)
      guard rename(written.path, target.path) == 0 else { throw FileFailure.systemCall(target.path, "renaming to it") }
      return try AtomicFile.synchronizeFolder(target.deletingLastPathComponent())
    }
    try Folder.make(target)
    let names = try FileManager.default.contentsOfDirectory(atPath: written.path)
    for name in try FileManager.default.contentsOfDirectory(atPath: target.path)
    where !names.contains(name) && (Self.files.contains(name) || Self.isFigure(name)) {
      try FileManager.default.removeItem(at: target.appendingPathComponent(name))
    }
    // First what says whose files they are.
    for name in [EvaluationRecord.name] + names.filter({ $0 != EvaluationRecord.name }).sorted() {
      let place = target.appendingPathComponent(name)
      guard rename(written.appendingPathComponent(name).path, place.path) == 0 else {
        throw FileFailure.systemCall(place.path, "renaming to it")
      }
    }
    try AtomicFile.synchronizeFolder(target)
  }

  private static func isFigure(_ name: String) -> Bool {
    name == "sweep.svg" || (name.hasPrefix("matrix-") && name.hasSuffix(".svg"))
  }

  private func write(_ evaluation: CrossPlayEvaluation, to folder: URL) throws {
    func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
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
}
