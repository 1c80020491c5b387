import Configuration
import Evaluation
import Figures
import Files
import Foundation
import Runs
import Training

/// A report on disk: `report.html`, `report.json`, and every figure and table as a file of its own.
///
/// `report.json` lists the files of a report. Writing again replaces those, and removes those that the new report does
/// not have; anything else in the folder stays, and is an error where its name is needed.
public enum ReportFolder {
  /// What the folder is called inside a training's.
  public static let name = "report"
  static let recordName = "report.json"

  /// - Returns: What `report.json` holds.
  /// - Throws: `FileFailure` for a file that must not be replaced; nothing is changed then.
  @discardableResult public static func write(_ contents: ReportContents, to folder: URL) throws -> ReportRecord {
    let figures = contents.figures
    var files = figures.map { (name: $0.file, text: $0.svg) }
    if let evaluation = contents.evaluation {
      let axis = SweptAxis(evaluation.summary)
      files.append(("\(axis.fileName).csv", SummaryReport.csv(evaluation.summary)))
      if let blocks = BlockReport.csv(evaluation.summary) { files.append(("blocks.csv", blocks)) }
    }
    if !contents.crossPlayCurves.isEmpty {
      files.append(("cross_play_curves.csv", contents.crossPlayCurves.csv))
    }
    if !contents.curves.isEmpty {
      files.append(("learning_curves.csv", contents.curves.csv))
      files.append(("learning_curves_seeds.csv", contents.curves.csvPerRun))
    }
    files.append(("report.html", try contents.page(figures)))
    let record = try ReportRecord(contents, files: files.map(\.name))

    let old = try previous(in: folder)
    for name in files.map(\.name) + [recordName] where !old.contains(name) {
      let place = folder.appendingPathComponent(name)
      guard !FileManager.default.fileExists(atPath: place.path) else {
        throw FileFailure(
          place.path,
          "does not belong to a report (\(recordName) does not list it); move it away, or choose another output folder",
          remedies: [.anotherFolder])
      }
    }
    try Folder.make(folder)
    for name in old.subtracting(files.map(\.name)) where name != recordName {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // First, so that a writer that is interrupted leaves no file that the list does not have.
    try AtomicFile.write(encoder.encode(record), to: folder.appendingPathComponent(recordName))
    for file in files { try AtomicFile.write(file.text, to: folder.appendingPathComponent(file.name)) }
    return record
  }

  /// Names of the files of the existing report; empty where there is none.
  private static func previous(in folder: URL) throws -> Set<String> {
    let place = folder.appendingPathComponent(recordName)
    guard let data = FileManager.default.contents(atPath: place.path) else { return [] }
    guard let list = try? JSONDecoder().decode(ReportRecord.Listing.self, from: data),
      list.format == ReportRecord.format
    else {
      throw FileFailure(
        place.path, "does not belong to a report; move it away, or choose another output folder",
        remedies: [.anotherFolder])
    }
    // Names only: a list that was tampered with must not reach outside of the folder.
    return Set(list.files.filter { !$0.contains("/") && !$0.hasPrefix(".") } + [recordName])
  }
}

/// `report.json`: the numbers of the page and what made them.
public struct ReportRecord: Encodable {
  static let format = "crossplay-report-1"

  /// What another report must know of this one.
  struct Listing: Decodable {
    let format: String
    let files: [String]
  }

  public struct Program: Encodable {
    let version: String
    let commit: String
    let date: String
    let commands: [String]
  }

  public struct Training: Encodable {
    let folder: String
    let configuration: String
    let environment: String
    /// Of its checkpoints; several where they were written by different versions or devices.
    let environmentVersions: [Int]
    let devices: [String]
    /// Runs that have a checkpoint.
    let runs: Int
    let update: Int
    let updates: Int
    let envSteps: Int

    enum CodingKeys: String, CodingKey {
      case folder, configuration, environment, devices, runs, update, updates
      case environmentVersions = "environment_versions"
      case envSteps = "env_steps"
    }
  }

  /// An evaluation of one update.
  public struct EvaluatedUpdate: Encodable {
    let folder: String
    let update: Int
    let envSteps: Int
    let summary: EvaluationSummary

    enum CodingKeys: String, CodingKey {
      case folder, update, summary
      case envSteps = "env_steps"
    }
  }

  public struct Metrics: Encodable {
    let file: String
    let count: MetricsReader.Count
    let foreignLines: Int

    enum CodingKeys: String, CodingKey {
      case file, count
      case foreignLines = "foreign_lines"
    }
  }

  public let format: String
  public let title: String
  public let files: [String]
  public let program: Program
  public let remarks: [String]
  public let trainings: [Training]
  public let metrics: [Metrics]
  public let evaluation: EvaluationRecord?
  public let summary: EvaluationSummary?
  /// Evaluations of single updates; absent where there are none.
  public let overTraining: [EvaluatedUpdate]?
  /// Tests of cross-play against the standard value of the swept key.
  public let comparisons: [CrossPlayComparison]
  /// The configuration with the largest cross-play, greedy where it was played.
  public let best: String?
  public let hashes: [String: String]

  enum CodingKeys: String, CodingKey {
    case format, title, files, program, remarks, trainings, metrics, evaluation, summary, comparisons, best, hashes
    case overTraining = "over_training"
  }

  init(_ contents: ReportContents, files: [String]) throws {
    format = Self.format
    title = contents.title
    self.files = (files + [ReportFolder.recordName]).sorted()
    program = Program(
      version: contents.program.version, commit: contents.program.commit, date: contents.date,
      commands: contents.commands)
    remarks = contents.remarks
    trainings = contents.trainings.flatMap { training in
      training.folders.map { folder in
        let states = folder.checkpoints.map(\.description)
        return Training(
          folder: folder.url.relativePath, configuration: training.configuration.name,
          environment: training.configuration.environment.name,
          environmentVersions: Set(states.map(\.environment.version)).sorted(),
          devices: Set(states.map(\.device)).sorted(),
          runs: folder.savedRuns.count, update: folder.update,
          updates: training.configuration.updates, envSteps: folder.update * training.configuration.envStepsPerUpdate)
      }
    }
    metrics = contents.curves.sources.map {
      Metrics(file: $0.file.relativePath, count: $0.count, foreignLines: $0.foreignLines)
    }
    evaluation = contents.evaluation?.record
    summary = contents.evaluation?.summary
    let updates = contents.crossPlayCurves.evaluations.map(\.recorded).map {
      EvaluatedUpdate(
        folder: $0.folder.relativePath, update: $0.record.update, envSteps: $0.record.envSteps, summary: $0.summary)
    }
    overTraining = updates.isEmpty ? nil : updates
    comparisons = contents.evaluation.map { CrossPlayComparison.all($0.matrices, $0.summary) } ?? []
    best = contents.evaluation.flatMap { evaluation in
      ReportTables(evaluation).best.map { evaluation.summary.configurations[$0.row].configuration }
    }
    hashes = Dictionary(try contents.hashes.map { ($0.what, $0.hash) }) { first, _ in first }
  }
}
