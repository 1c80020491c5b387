import Evaluation
import Files
import Foundation

/// An evaluation as its folder holds it, read without a device.
public struct RecordedEvaluation {
  public let folder: URL
  public let record: EvaluationRecord
  public let summary: EvaluationSummary
  /// One per mode, in the order of tables and figures.
  public let matrices: [CrossPlayMatrix]
  /// Content hashes of the files that this was read from, by name.
  public let hashes: [(name: String, hash: String)]

  /// All evaluated runs, in the order of tables and figures.
  public var runs: [EvaluatedRun] { matrices.first?.runs ?? [] }

  /// The results in a folder; nil where no evaluation was written.
  /// - Throws: `FileFailure` that names a file that is missing or cannot be understood.
  public init?(_ folder: URL) throws {
    let names = [EvaluationRecord.name, EvaluationFolder.summaryName, EvaluationFolder.matrixName]
    let files = FileManager.default
    guard names.contains(where: { files.fileExists(atPath: folder.appendingPathComponent($0).path) }) else {
      return nil
    }
    func read<Content>(_ name: String, _ decode: (Data) throws -> Content) throws -> Content {
      let file = folder.appendingPathComponent(name)
      guard let data = files.contents(atPath: file.path) else {
        throw FileFailure(file.relativePath, "is missing; run crossplay evaluate again")
      }
      do {
        return try decode(data)
      } catch {
        throw FileFailure(
          file.relativePath,
          "is not what crossplay evaluate of this version writes (\(DecodingProblem.text(error))); run it again")
      }
    }
    self.folder = folder
    record = try read(names[0]) { try EvaluationRecord(json: $0) }
    summary = try read(names[1]) { try SummaryReport.summary(json: $0).inOrder }
    let played = try read(names[2]) { try MatrixReport.matrices(json: $0) }
    let configurations = summary.configurations.map(\.configuration)
    guard played.map({ $0.mode.description }) == record.modes,
      played.allSatisfy({ $0.groups.map(\.configuration) == configurations })
    else {
      throw FileFailure(
        folder.relativePath,
        "holds files of different evaluations (\(names.joined(separator: ", ")) do not go together); run crossplay "
          + "evaluate again")
    }
    matrices = CrossPlayMatrix.ordered(played)
    hashes = try names.map { ($0, try FileHash.digits(of: folder.appendingPathComponent($0))) }
  }
}
