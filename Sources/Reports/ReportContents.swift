import Configuration
import Evaluation
import Files
import Foundation
import Runs
import Training

/// All that a report is made of, as it was read.
public struct ReportContents {
  /// The program that makes the report, and when and how.
  public struct Program: Sendable {
    public let version: String
    public let commit: String
    /// The command as it was given.
    public let command: String
    public let date: Date

    public init(version: String, commit: String, command: String, date: Date) {
      (self.version, self.commit, self.command, self.date) = (version, commit, command, date)
    }
  }

  public let program: Program
  /// As they were given.
  public let folders: [URL]
  public let trainings: [ReportedTraining]
  public let curves: LearningCurves
  /// nil where the trainings were not evaluated yet.
  public let evaluation: RecordedEvaluation?
  /// Evaluations of single updates, during training or afterwards.
  public let crossPlayCurves: CrossPlayCurves

  /// - Parameters:
  ///   - folders: Trainings, or shards of one.
  ///   - evaluation: Where `crossplay evaluate` wrote; nil for `evaluation/` in the folder of a single training.
  /// - Throws: `FileFailure` for what is missing or damaged.
  public init(folders: [URL], evaluation: URL?, program: Program) throws {
    guard let first = folders.first else { throw FileFailure("report", "needs the folder of a training") }
    self.program = program
    self.folders = folders
    trainings = try ReportedTraining.read(folders)
    let place = evaluation ?? (trainings.count == 1 ? first.appendingPathComponent(EvaluationFolder.name) : nil)
    self.evaluation = try place.flatMap { try RecordedEvaluation($0) }
    curves = try LearningCurves(trainings)
    crossPlayCurves = try CrossPlayCurves(trainings)
    guard !curves.isEmpty || self.evaluation != nil || !crossPlayCurves.isEmpty else {
      throw FileFailure(
        first.path, "has neither metrics nor an evaluation to report; train it first, or resume its training",
        remedies: [.resume])
    }
  }

  /// `levers-better`; several trainings are joined.
  public var title: String {
    let names = trainings.map(\.configuration.name)
    return names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: " and ")
  }

  /// What readers must know before they believe the numbers: nothing where all is whole.
  public var remarks: [String] {
    var remarks: [String] = []
    let names = folders.map(\.relativePath).joined(separator: " ")
    if evaluation == nil {
      let place = trainings.count > 1 ? (" --output FOLDER", " --evaluation FOLDER") : ("", "")
      remarks.append(
        "Not evaluated yet: run crossplay evaluate \(names)\(place.0), then crossplay report \(names)\(place.1) again.")
    }
    if let evaluation {
      let known = Set(trainings.flatMap { $0.runs.map(\.name) })
      let others = evaluation.runs.count { !known.contains($0.name) }
      if others > 0 {
        remarks.append(
          "\(evaluation.folder.relativePath): \(others) of \(evaluation.runs.count) evaluated runs are of other trainings."
        )
      }
      for training in trainings {
        guard let played = evaluation.record.trainings.first(where: { $0.label == training.label }),
          training.update > 0, played.update != training.update
        else { continue }
        remarks.append(
          "The evaluation played the policies of update \(played.update) of \(training.name), the last checkpoint is of "
            + "update \(training.update): run crossplay evaluate \(names) again.")
      }
    }
    for folder in trainings.flatMap(\.folders) {
      let total = folder.configuration.updates
      let late = folder.checkpoints.filter { $0.update < total }
      if folder.checkpoints.isEmpty { remarks.append("\(folder.url.relativePath): there is no checkpoint in it.") }
      guard let done = late.map(\.update).min() else { continue }
      remarks.append(
        "\(folder.url.relativePath): the training is unfinished; its last checkpoint is at update \(done) of \(total).")
    }
    for run in trainings.flatMap(\.runs) {
      guard let update = run.diverged else { continue }
      remarks.append(
        "Run \(run.name) diverged in update \(update); it is shown and played with its last finite weights.")
    }
    let expected = trainings.reduce(0) { $0 + $1.runs.count }
    if curves.runs.count < expected {
      remarks.append(
        "\(curves.runs.count) of \(expected) runs have metrics; the others are not in the learning curves.")
    }
    return remarks + crossPlayCurves.remarks + curves.sources.flatMap(\.remarks)
  }
}

extension LearningCurves.Source {
  var remarks: [String] {
    var remarks: [String] = []
    let name = file.relativePath
    if count.endsInsideLine { remarks.append("\(name): the last line was cut short and is left out.") }
    if let first = count.firstInvalidLine {
      remarks.append("\(name): \(count.invalidLines) lines are not metrics and are left out, first line \(first).")
    }
    if let missing = MetricsSurvey.text(gaps) { remarks.append("\(name): \(missing).") }
    if foreignLines > 0 {
      remarks.append("\(name): \(foreignLines) lines are of runs or updates that config.yaml does not have; left out.")
    }
    return remarks
  }
}
