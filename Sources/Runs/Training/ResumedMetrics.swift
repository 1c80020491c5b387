import Configuration
import Files
import Foundation
import Training

/// The `metrics.jsonl` of a training that goes on, held against its checkpoints.
struct ResumedMetrics {
  private let file: URL
  private let kept: KeptLines
  /// By run, the update of its last checkpoint.
  private let updates: [Int: Int]
  /// By run, the last update that lines of metrics must be about.
  private let updatesOfLines: [Int: Int]
  /// Where metrics go that no checkpoint belongs to; nil where there are none.
  private let aside: URL?

  /// - Throws: `FileFailure` where metrics say that there must have been a checkpoint that is not there: beginning anew would
  ///   hide a loss.
  init(in folder: URL, begun: TrainingConfiguration, waves: [TrainingWave]) throws {
    file = folder.appendingPathComponent(TrainingSession.metricsName)
    let updates = Dictionary(
      uniqueKeysWithValues: waves.flatMap { wave in wave.runs.map { ($0.index, wave.update) } })
    self.updates = updates
    updatesOfLines = Dictionary(
      uniqueKeysWithValues: waves.flatMap { wave in wave.runs.map { ($0.index, wave.updateOfLines) } })
    kept = try KeptLines(of: file.path, after: { updates[$0] ?? 0 })
    let survey = kept.survey
    for run in waves.filter({ $0.update == 0 }).flatMap(\.runs) {
      // Update n is written to the metrics before its checkpoint, and n + 1 after it.
      let trained = survey.lastUpdate(ofRun: run.index)
      guard trained > begun.updatesPerCheckpoint else { continue }
      throw FileFailure(
        folder.appendingPathComponent(TrainingSession.checkpointsName).relativePath,
        "has no checkpoint of run \(run.name), which was trained for \(trained) updates, says \(file.lastPathComponent); put "
          + "its checkpoints back, or begin another training in a folder of its own")
    }
    aside = survey.isEmpty || waves.contains { $0.update > 0 } ? nil : Self.freeName(beside: file)
  }

  /// `metrics-1.jsonl`, `metrics-2.jsonl`, ...: the first that does not exist.
  private static func freeName(beside url: URL) -> URL {
    var number = 1
    let name = url.deletingPathExtension().lastPathComponent
    func place() -> URL { url.deletingLastPathComponent().appendingPathComponent("\(name)-\(number).jsonl") }
    while FileManager.default.fileExists(atPath: place().path) { number += 1 }
    return place()
  }

  private var survey: MetricsSurvey { kept.survey }

  /// Moves aside what must not be overwritten, and continues or begins the file.
  func writer() throws -> MetricsWriter {
    if let aside {
      try FileManager.default.moveItem(at: file, to: aside)
      return try MetricsWriter(resuming: file.path, keeping: KeptLines())
    }
    if !kept.holes.isEmpty, kept.foreignByte == nil { try closeHoles() }
    return try MetricsWriter(resuming: file.path, keeping: kept.closed)
  }

  /// Several devices wrote at once, so that lines to be written again lie between lines that stay.
  private func closeHoles() throws {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    try AtomicFile.write(to: file) { written in
      for range in kept.ranges {
        try handle.seek(toOffset: UInt64(range.lowerBound))
        var rest = range.count
        while rest > 0, let piece = try handle.read(upToCount: min(rest, 1 << 22)), !piece.isEmpty {
          try written.append(piece)
          rest -= piece.count
        }
      }
    }
  }

  /// What is lost.
  var remarks: [String] {
    guard aside == nil else { return [] }
    return MetricsSurvey.text(survey.gaps(upTo: updatesOfLines)).map { ["\(file.relativePath): \($0)"] } ?? []
  }

  /// Where the training goes on.
  func notes(of configuration: TrainingConfiguration) -> [String] {
    if let aside {
      return [
        "there is no checkpoint yet: the training begins at update 1, and metrics of the \(survey.lastUpdate) updates before "
          + "are in \(aside.lastPathComponent)"
      ]
    }
    let (first, last) = (updates.values.min() ?? 0, updates.values.max() ?? 0)
    guard last > 0 else { return ["nothing was trained yet: the training begins at update 1"] }
    guard first < configuration.updates else { return ["all \(first) updates are done"] }
    let place = first == last ? "\(last)" : "\(first) to \(last)"
    let again = updates.contains { survey.lastUpdate(ofRun: $0.key) > $0.value }
    return [
      "the training goes on after update \(place) of \(configuration.updates)"
        + (again ? ", the last checkpoint; updates up to \(survey.lastUpdate) are trained again" : "")
    ]
  }
}
