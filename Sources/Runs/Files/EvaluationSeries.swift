import Files
import Foundation

/// Evaluations of the same trainings at several updates: `000040/`, `000080/`, …, each as `EvaluationFolder` writes it.
public struct EvaluationSeries: Sendable {
  /// What the folder is called inside a training's.
  public static let name = "evaluations"

  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// That of one training, from evaluations during training and of single checkpoints.
  public init(ofTraining folder: URL) { self.init(folder.appendingPathComponent(Self.name)) }

  public func folder(ofUpdate update: Int) -> URL { url.appendingPathComponent(CheckpointFolder.name(update)) }

  /// The updates that have results, rising.
  public func updates() throws -> [Int] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: url.path)
      .compactMap { name in Int(name).flatMap { CheckpointFolder.name($0) == name ? $0 : nil } }
      .filter {
        FileManager.default.fileExists(
          atPath: folder(ofUpdate: $0).appendingPathComponent(EvaluationRecord.name).path)
      }.sorted()
  }

  /// All results, by rising updates.
  /// - Throws: `FileFailure` that names a file that is missing or cannot be understood.
  public func evaluations() throws -> [RecordedEvaluation] {
    try updates().compactMap { try RecordedEvaluation(folder(ofUpdate: $0)) }
  }
}
