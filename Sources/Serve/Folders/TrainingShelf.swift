import Configuration
import Evaluation
import Files
import Foundation
import Reports
import Runs
import Training

/// What is known of the trainings below the served folders, read again only where their files have changed.
final class TrainingShelf: @unchecked Sendable {
  private let lock = NSLock()
  private var folders: [URL: (stamp: FileStamp, folder: Result<TrainingFolder, any Error>)] = [:]
  private var ends: [URL: (stamp: FileStamp, end: (update: Int, envSteps: Int)?)] = [:]
  private var indices: [URL: MetricsIndex] = [:]
  private var recent: [URL] = []
  /// Trainings whose curves are kept.
  private static let mostIndices = 16
  /// Seconds without a new line of metrics after which a training counts as not running.
  private static let activeSeconds = 60.0

  func folder(_ url: URL) throws -> TrainingFolder {
    let files = [url.appendingPathComponent(TrainingFolder.configurationName)]
    let stamp = FileStamp(files + TrainingFolder.checkpointFolders(in: url))
    if let known = lock.withLock({ folders[url] }), known.stamp == stamp { return try known.folder.get() }
    let read = Result { try TrainingFolder(url) }
    lock.withLock { folders[url] = (stamp, read) }
    return try read.get()
  }

  /// One line of the list of trainings.
  struct Summary: Encodable {
    let id: String
    let path: String
    var name: String?
    /// Why the training cannot be shown; nil where it can.
    var problem: String?
    var environment: String?
    var swept: [String] = []
    var configurations = 0
    var seeds = 0
    var runs = 0
    /// Runs that have a checkpoint, and so can sit in a game.
    var playing = 0
    var update = 0
    var updates = 0
    var envSteps = 0
    /// 0 to 1, over all runs.
    var progress = 0.0
    var diverged = 0
    /// Of the last line of metrics.
    var secondsAgo: Double?
    var isActive = false
    /// The evaluation in the training's folder.
    var evaluation: String?
  }

  func summary(_ entry: FolderCatalog.Entry, evaluation: String?) -> Summary {
    var summary = Summary(id: entry.id, path: entry.path, evaluation: evaluation)
    do {
      let folder = try folder(entry.url)
      let configuration = folder.configuration
      summary.name = configuration.name
      summary.environment = Self.text(configuration.environment)
      summary.swept = configuration.sweep.points.first?.map { $0.hyperparameter.words } ?? []
      summary.configurations = configuration.sweep.points.count
      summary.seeds = configuration.seeds.count
      summary.runs = configuration.runs.count
      summary.playing = folder.savedRuns.count
      summary.updates = configuration.updates
      summary.diverged = folder.checkpoints.reduce(0) { $0 + ($1.description.diverged?.count ?? 0) }
      let saved = folder.checkpoints.reduce(0) { $0 + $1.update * $1.description.runs.count }
      summary.progress = Double(saved) / Double(max(1, configuration.updates * summary.runs))
      summary.update = folder.update
      if let written = FileStamp.of(folder.metricsFile) {
        summary.secondsAgo = max(0, written.age)
        if let end = end(folder.metricsFile) {
          // Of several waves, the last lines are of the one that is trained now.
          if folder.checkpoints.count <= 1 {
            summary.progress = max(summary.progress, Double(end.update) / Double(max(1, configuration.updates)))
          }
          summary.update = max(summary.update, end.update)
        }
        summary.isActive = written.age < Self.activeSeconds && summary.progress < 1
      }
      summary.envSteps = summary.update * configuration.envStepsPerUpdate
    } catch {
      summary.problem = "\(error)"
    }
    return summary
  }

  private func end(_ file: URL) -> (update: Int, envSteps: Int)? {
    let stamp = FileStamp([file])
    if let known = lock.withLock({ ends[file] }), known.stamp == stamp { return known.end }
    let end = MetricsIndex.lastUpdate(of: file)
    lock.withLock { ends[file] = (stamp, end) }
    return end
  }

  /// `hanabi (players 2, preset tiny)`
  static func text(_ environment: TrainingConfiguration.EnvironmentChoice) -> String {
    let values = environment.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return values.isEmpty ? environment.name : "\(environment.name) (\(values.joined(separator: ", ")))"
  }

  /// The curves of a training as they stand now, for as long as `body` takes.
  func withCurves<Value>(_ url: URL, _ body: (MetricsIndex, TrainingFolder) throws -> Value) throws -> Value {
    let folder = try folder(url)
    return try lock.withLock {
      var index = indices[url]
      if index?.updates != folder.configuration.updates || index?.runs != folder.configuration.runs {
        index = try MetricsIndex(folder.metricsFile, of: folder.configuration)
      }
      guard let index else { throw HTTPRefusal(.internalError, "the metrics have no index") }
      indices[url] = index
      recent.removeAll { $0 == url }
      recent.append(url)
      if recent.count > Self.mostIndices { indices[recent.removeFirst()] = nil }
      try index.refresh()
      return try body(index, folder)
    }
  }
}
