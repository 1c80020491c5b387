import Configuration
import Environments
import Files
import Foundation
import Training

/// What TensorBoard shows of a training: `tensorboard/RUN/` with one event file per run, beside `metrics.jsonl`.
///
/// Everything is written anew from `metrics.jsonl`, then goes on with what is appended; so a resumed training has every
/// update once.
public final class TensorBoardFolder {
  /// What it is called in a training's folder.
  public static let name = "tensorboard"
  /// TensorBoard looks for `tfevents` and a time in it.
  static let fileName = "events.out.tfevents.0000000000.crossplay"

  public let url: URL
  /// By the index of the run.
  private let files: [Int: URL]

  /// - Throws: `FileFailure` where there is no training in `folder`, or files cannot be written.
  public init(of folder: URL) throws {
    let configuration = try TrainingFolder.configuration(in: folder)
    let place = folder.appendingPathComponent(Self.name)
    url = place
    try? FileManager.default.removeItem(at: place)
    let began = Self.modificationTime(of: folder.appendingPathComponent(TrainingSession.configurationName))
    files = Dictionary(
      uniqueKeysWithValues: configuration.runs.map { run in
        (run.index, place.appendingPathComponent(run.name).appendingPathComponent(Self.fileName))
      })
    let outcomes = try configuration.makeEnvironment().outcomeQuantities.map(\.name)
    var started: Set<Int> = []
    try Self.read(folder.appendingPathComponent(TrainingSession.metricsName), outcomes: outcomes) { line, values in
      guard let run = configuration.runs.first(where: { $0.index == line.run }), let file = files[run.index] else {
        return
      }
      if started.insert(run.index).inserted { try Self.begin(file, run, wallTime: began) }
      let event = TensorBoardEvent(wallTime: began + values.seconds, step: line.envSteps, scalars: values.scalars)
      try Self.append(event.record, to: file)
    }
    for run in configuration.runs where !started.contains(run.index) {
      if let file = files[run.index] { try Self.begin(file, run, wallTime: began) }
    }
  }

  /// Adds one update of some runs.
  public func append(_ metrics: [RunMetrics]) throws {
    let now = Date().timeIntervalSince1970
    for run in metrics {
      guard let file = files[run.run] else { continue }
      let values = run.values + run.outcomes.map { (key: Self.tag(ofOutcome: $0.name), value: $0.value) }
      let event = TensorBoardEvent(wallTime: now, step: run.envSteps, scalars: Self.finite(values))
      try Self.append(event.record, to: file)
    }
  }

  private static func tag(ofOutcome name: String) -> String { "outcomes/\(name)" }

  private static func finite(_ values: [(key: String, value: Float?)]) -> [(tag: String, value: Float)] {
    values.compactMap { key, value in value.flatMap { $0.isFinite ? (key, $0) : nil } }
  }

  /// Every line of metrics with its scalars and the seconds that the training had taken.
  private static func read(
    _ file: URL, outcomes: [String],
    _ body: (MetricsReader.Line, (scalars: [(tag: String, value: Float)], seconds: Double)) throws -> Void
  ) throws {
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    let keys = RunMetrics.quantityKeys
    let tags = keys + outcomes.map(tag(ofOutcome:))
    let reader = MetricsReader(file.path, keys: keys + outcomes.map { "outcomes.\($0)" } + ["seconds"])
    _ = try reader.read { line in
      let scalars = zip(tags, line.values).map { (key: $0, value: Optional(Float($1))) }
      let seconds = line.values[tags.count]
      try body(line, (finite(scalars), seconds.isFinite ? seconds : 0))
    }
  }

  private static func begin(_ file: URL, _ run: RunConfiguration, wallTime: Double) throws {
    try Folder.make(file.deletingLastPathComponent())
    let rows = Hyperparameter.allCases.compactMap { key in
      run.hyperparameters[key].map { "| \(key.rawValue) | \($0) |" }
    }
    let table = ["| key | value |", "| --- | --- |", "| seed | \(run.seed) |"] + rows
    let text = TensorBoardEvent(
      wallTime: wallTime, tag: "hyperparameters", markdown: table.joined(separator: "\n"))
    try AtomicFile.write(TensorBoardEvent.begin(wallTime: wallTime).record + text.record, to: file)
  }

  /// A file is open only while it is written to: a training may have more runs than a process may have files.
  private static func append(_ record: Data, to file: URL) throws {
    do {
      let handle = try FileHandle(forWritingTo: file)
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: record)
    } catch {
      throw FileFailure(file.path, "cannot be written: \(error.localizedDescription)")
    }
  }

  private static func modificationTime(of file: URL) -> Double {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
  }
}
