import Configuration
import Evaluation
import Files
import Foundation
import Runs
import Training

/// The evaluations that were looked at last, read again only where their files have changed.
final class EvaluationShelf: @unchecked Sendable {
  struct Content: Sendable {
    let record: EvaluationRecord
    let summary: EvaluationSummary
    let matrices: [MatrixTable]
  }

  private let lock = NSLock()
  private var contents: [URL: (stamp: FileStamp, content: Content)] = [:]
  private var recent: [URL] = []
  private static let mostContents = 4

  func content(_ url: URL) throws -> Content {
    let names = [EvaluationFolder.recordName, EvaluationFolder.summaryName, EvaluationFolder.matrixName]
    let files = names.map { url.appendingPathComponent($0) }
    let stamp = FileStamp(files)
    // One reader at a time: the others get what it has read.
    return try lock.withLock {
      if let known = contents[url], known.stamp == stamp { return known.content }
      guard let record = EvaluationRecord.read(in: url) else {
        throw FileFailure(files[0].relativePath, "is not what crossplay evaluate of this version writes; run it again")
      }
      let summary: EvaluationSummary
      do {
        summary = try SummaryReport.summary(json: Data(contentsOf: files[1])).inOrder
      } catch {
        throw FileFailure(
          files[1].relativePath,
          "is not what crossplay evaluate of this version writes (\(DecodingProblem.text(error)))")
      }
      let content = Content(record: record, summary: summary, matrices: try MatrixTable.read(in: url))
      guard let first = content.matrices.first, content.matrices.allSatisfy({ $0.runs == first.runs }) else {
        throw FileFailure(files[2].relativePath, "holds no matrices of the same runs; run crossplay evaluate again")
      }
      contents[url] = (stamp, content)
      recent.removeAll { $0 == url }
      recent.append(url)
      if recent.count > Self.mostContents { contents[recent.removeFirst()] = nil }
      return content
    }
  }
}

/// One line of the list of evaluations.
struct EvaluationSummaryLine: Encodable {
  let id: String
  let path: String
  var configuration: String?
  var runs: Int?
  var games: Int?
  var update: Int?
  var modes: [String]?
  var device: String?
  var problem: String?

  init(_ entry: FolderCatalog.Entry) {
    (id, path) = (entry.id, entry.path)
    guard let record = EvaluationRecord.read(in: entry.url) else {
      problem = "evaluation.json is not what crossplay evaluate of this version writes; run it again"
      return
    }
    configuration = record.configuration
    runs = record.trainings.reduce(0) { $0 + $1.runs }
    (games, update, modes, device) = (record.games, record.update, record.modes, record.device)
  }
}

/// What the page of one evaluation needs beside the numbers of its matrices.
struct EvaluationDetails: Encodable {
  struct Run: Encodable {
    let name: String
    let configuration: String
    /// Of its configuration: `0.01`.
    let label: String
    let seed: UInt64
    let diverged: Int?
    /// The training below the served folders that it is of, and its number there; nil where that is not known.
    let training: String?
    let run: Int?
    /// Of the policy that played, where its checkpoint is still there; nil where another one has to play in its place.
    let update: Int?
  }

  struct Estimated: Encodable {
    let mean: Double
    let standardError: Double?
    let count: Int

    init?(_ estimate: Estimate?) {
      guard let estimate, estimate.mean.isFinite else { return nil }
      (mean, standardError, count) = (estimate.mean, estimate.standardError, estimate.count)
    }
  }

  struct Row: Encodable {
    let configuration: String
    let label: String
    let runs: Int
    let mode: String
    let selfPlay: Estimated?
    let crossPlay: Estimated?
    let gap: Estimated?
    let tieRate: Double?
  }

  let id: String
  let path: String
  let configuration: String
  let games: Int
  let seed: UInt64
  let seats: Int
  let modes: [String]
  /// `entropy coefficient`; what rows and columns are sorted and filtered by.
  let swept: String
  let runs: [Run]
  let rows: [Row]
  let facts: [TrainingDetails.Fact]

  /// - Parameter place: The training of a run by the label of its training, its number there, and its checkpoint.
  init(
    _ entry: FolderCatalog.Entry, _ content: EvaluationShelf.Content,
    place: (_ label: String?, _ run: String) -> (id: String, run: Int, update: Int?)?
  ) {
    (id, path) = (entry.id, entry.path)
    let (record, summary) = (content.record, content.summary)
    configuration = record.configuration
    (games, seed, seats) = (record.games, record.seed, summary.seats)
    modes = content.matrices.map(\.mode.description)
    let evaluated = content.matrices[0].runs
    let labels = RunLabels(evaluated)
    let groups = RunGroup.groups(of: evaluated)
    let names = Dictionary(groups.map { ($0.configuration, labels.label($0)) }) { first, _ in first }
    swept = labels.keys.isEmpty ? "configuration" : labels.keyText
    runs = evaluated.map { run in
      let short = run.training.map { String(run.name.dropFirst($0.count + 1)) } ?? run.name
      let found = place(run.training, short)
      return Run(
        name: run.name, configuration: run.configuration, label: names[run.configuration] ?? run.configuration,
        seed: run.seed, diverged: run.diverged, training: found?.id, run: found?.run,
        update: found?.update)
    }
    rows = summary.configurations.flatMap { row in
      row.modes.map { mode in
        Row(
          configuration: row.configuration, label: names[row.configuration] ?? row.configuration, runs: row.runs,
          mode: mode.mode.description, selfPlay: Estimated(mode.selfPlay),
          crossPlay: Estimated(mode.crossPlayAllTuples), gap: Estimated(mode.gap), tieRate: mode.crossPlayTieRate)
      }
    }
    facts = [
      .init("folder", entry.url.relativePath), .init("games per team", "\(record.games)"),
      .init("seed", "\(record.seed)"), .init("update", "\(record.update)"),
      .init("env steps per run", "\(record.envSteps)"), .init("device", record.device),
      .init("played by", record.program.map { "crossplay \($0)" } ?? "an earlier version"),
      .init("content hash of the weights", record.trainings.map(\.weightHash).joined(separator: "; ")),
    ]
  }
}

extension MatrixTable {
  /// For the page: R x R means, then R x R standard errors as float32, then R x R games as uint32, little-endian.
  var bytes: Data {
    func words<Value>(_ values: [Value], _ word: (Value) -> UInt32) -> Data {
      values.map { word($0).littleEndian }.withUnsafeBytes { Data($0) }
    }
    return words(means, \.bitPattern) + words(errors, \.bitPattern) + words(games) { $0 }
  }
}
