import Evaluation
import Foundation

/// The results of an evaluation on disk: `evaluation.json` (what was played), `summary.csv`, `summary.json`, `matrix.csv`,
/// `matrix.json`, one heat map per mode and the sweep's curves.
public enum EvaluationFolder {
  /// What the folder is called inside a training's.
  public static let name = "evaluation"
  static let recordName = "evaluation.json"
  static let summaryName = "summary.json"
  static let matrixName = "matrix.json"

  /// - Parameter device: Where the games were played.
  public static func write(
    _ evaluation: CrossPlayEvaluation, of trained: TrainedRuns, device: String, to folder: URL
  ) throws {
    let title = trained.configuration.name
    let settings = evaluation.settings
    let record = EvaluationRecord(
      configuration: title, update: trained.update, envSteps: trained.update * trained.configuration.envStepsPerUpdate,
      games: settings.games, seed: settings.seed, modes: settings.modes.map(\.description),
      tieTolerance: settings.tieTolerance, bootstrapSamples: settings.bootstrapSamples, maxTuples: settings.maxTuples,
      acrossConfigurations: settings.acrossConfigurations, device: device)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Folder.make(folder)
    try removeFigures(in: folder)
    func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
    try AtomicFile.write(encoder.encode(record), to: place(recordName))
    try AtomicFile.write(SummaryReport.csv(evaluation.summary), to: place("summary.csv"))
    try AtomicFile.write(SummaryReport.json(evaluation.summary), to: place(summaryName))
    try AtomicFile.write(MatrixReport.csv(evaluation.matrices), to: place("matrix.csv"))
    try AtomicFile.write(MatrixReport.json(evaluation.matrices), to: place(matrixName))
    let range = HeatMap.range(evaluation.matrices)
    for matrix in evaluation.matrices {
      try AtomicFile.write(
        HeatMap.svg(matrix, title: "\(title), \(matrix.mode)", range: range), to: place("matrix-\(matrix.mode).svg"))
    }
    if let curves = SweepPlot.svg(evaluation.summary, title: title) {
      try AtomicFile.write(curves, to: place("sweep.svg"))
    }
  }

  /// Figures of an earlier evaluation, whose modes may have been others.
  private static func removeFigures(in folder: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name == "sweep.svg" || (name.hasPrefix("matrix-") && name.hasSuffix(".svg")) {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// The results in a folder; nil where no evaluation was written.
  /// - Throws: `FileFailure` that names a file that is missing or cannot be understood.
  public static func read(_ folder: URL) throws -> RecordedEvaluation? {
    let names = [recordName, summaryName, matrixName]
    let files = FileManager.default
    guard names.contains(where: { files.fileExists(atPath: folder.appendingPathComponent($0).path) }) else {
      return nil
    }
    func read<Content>(_ name: String, _ decode: (Data) throws -> Content) throws -> Content {
      let file = folder.appendingPathComponent(name)
      guard let data = files.contents(atPath: file.path) else {
        throw FileFailure(file.path, "is missing; run crossplay evaluate again")
      }
      do {
        return try decode(data)
      } catch {
        throw FileFailure(
          file.path, "is not what crossplay evaluate writes (\(DecodingProblem.text(error))); run it again")
      }
    }
    let record = try read(recordName) { try JSONDecoder().decode(EvaluationRecord.self, from: $0) }
    let summary = try read(summaryName) { try JSONDecoder().decode(EvaluationSummary.self, from: $0) }
    let matrices = try read(matrixName) { try MatrixReport.matrices(json: $0) }
    let configurations = summary.configurations.map(\.configuration)
    guard matrices.map({ $0.mode.description }) == record.modes,
      matrices.allSatisfy({ $0.groups.map(\.configuration) == configurations })
    else {
      throw FileFailure(
        folder.path,
        "holds files of different evaluations (\(recordName), \(summaryName) and \(matrixName) do not go together); "
          + "run crossplay evaluate again")
    }
    let hashes = try names.map { ($0, try FileHash.digits(of: folder.appendingPathComponent($0))) }
    return RecordedEvaluation(folder: folder, record: record, summary: summary, matrices: matrices, hashes: hashes)
  }
}

/// An evaluation as its folder holds it.
public struct RecordedEvaluation {
  public let folder: URL
  public let record: EvaluationRecord
  public let summary: EvaluationSummary
  /// One per mode.
  public let matrices: [CrossPlayMatrix]
  /// Content hashes of the files that this was read from, by name.
  public let hashes: [(name: String, hash: String)]
}

/// `evaluation.json`: what it takes to get the same tables again.
public struct EvaluationRecord: Codable, Sendable, Hashable {
  /// Name of the training.
  public let configuration: String
  /// Finished updates, and env steps per run, of the policies that played.
  public let update: Int
  public let envSteps: Int
  /// Games per entry of the matrix.
  public let games: Int
  public let seed: UInt64
  public let modes: [String]
  public let tieTolerance: Double
  public let bootstrapSamples: Int
  public let maxTuples: Int
  public let acrossConfigurations: Bool
  public let device: String

  enum CodingKeys: String, CodingKey {
    case configuration, update, games, seed, modes, device
    case envSteps = "env_steps"
    case tieTolerance = "tie_tolerance"
    case bootstrapSamples = "bootstrap_samples"
    case maxTuples = "max_tuples"
    case acrossConfigurations = "across_configurations"
  }
}
