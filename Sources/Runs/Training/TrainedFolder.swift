import Configuration
import Environments
import Files
import Foundation
import Networks
import Policies
import Training

/// What one training folder holds: the runs that are trained furthest, from the last checkpoint of each wave, or those that
/// have a checkpoint of a given update.
struct TrainedFolder {
  let url: URL
  let configuration: TrainingConfiguration
  /// Finished updates, the same for all runs.
  let update: Int
  let runs: [(run: RunConfiguration, parameters: [Float])]
  /// By the name of a run that diverged, the update in which it did.
  let diverged: [String: Int]
  /// What the user should know about checkpoints of another version of the program.
  let remarks: [String]

  /// - Parameter asked: The update; nil for the last.
  init(_ url: URL, update asked: Int? = nil) throws {
    self.url = url
    let written = try TrainingFolder.configuration(in: url)
    let folder = CheckpointFolder(url.appendingPathComponent(TrainingSession.checkpointsName))
    let waves = try folder.waves()
    let checkpoints = try waves.compactMap { wave in
      try asked.map { try wave.checkpoint(ofUpdate: $0) } ?? wave.latest()
    }
    guard let update = checkpoints.map(\.update).max() else {
      guard let asked, !waves.isEmpty else {
        throw FileFailure(
          url.path, "has no checkpoint yet; train it first, or resume its training", remedies: [.resume])
      }
      let others = try Set(waves.flatMap { try $0.updates() }).sorted().map { "\($0)" }.joined(separator: ", ")
      throw FileFailure(url.relativePath, "has no checkpoint of update \(asked); there are those of updates \(others)")
    }
    self.update = update
    var remarks: Set<String> = []
    let furthest = try checkpoints.filter { $0.update == update }.map { checkpoint in
      (checkpoint: checkpoint, state: try checkpoint.description(as: TrainingState.self))
    }
    let trained = try furthest.map { try $0.state.trainedConfiguration($0.checkpoint.url) }
    let difference = written.differences(from: trained[0]).first { $0.change == .fixed }
    if let difference {
      remarks.insert(
        "\(difference.key) is \(difference.now ?? "absent") in \(url.relativePath)/\(TrainingSession.configurationName) and "
          + "\(difference.before ?? "absent") in its checkpoint, which counts")
    }
    configuration = trained[0].taking(freeKeysOf: written)
    let environment = try configuration.makeEnvironment()
    let layout = ParameterLayout(try configuration.network.architecture(for: environment))
    runs = try furthest.flatMap { checkpoint, state in
      if let remark = try state.environment.requirePlayable(
        in: environment, observation: state.observation, actionNames: state.actionNames, checkpoint.url, folder: url)
      {
        remarks.insert(remark)
      }
      return try Self.runs(state, checkpoint, configuration: trained[0], layout: layout)
    }
    diverged = furthest.reduce(into: [:]) { all, entry in all.merge(entry.state.diverged ?? [:]) { $1 } }
    self.remarks =
      remarks.sorted()
      + diverged.sorted { $0.key < $1.key }.map {
        "\(url.relativePath): run \($0.key) diverged in update \($0.value) and has its last finite weights"
      }
  }

  /// The updates of which every wave that has begun holds a checkpoint, rising.
  static func updates(in url: URL) throws -> [Int] {
    let waves = try CheckpointFolder(url.appendingPathComponent(TrainingSession.checkpointsName)).waves()
    let updates = try waves.map { Set(try $0.updates()) }
    guard let first = updates.first else { return [] }
    return updates.dropFirst().reduce(first) { $0.intersection($1) }.sorted()
  }

  /// Values are in units of rewards, also those of trainings that normalise them.
  private static func runs(
    _ state: TrainingState, _ checkpoint: Checkpoint, configuration: TrainingConfiguration, layout: ParameterLayout
  ) throws -> [(run: RunConfiguration, parameters: [Float])] {
    let values: [Float] = try checkpoint.state.read("parameters")
    guard !state.runs.isEmpty, values.count.isMultiple(of: state.runs.count) else {
      throw FileFailure(
        checkpoint.url.path, "is damaged: \(state.runs.count) runs and \(values.count) parameters do not go together")
    }
    let count = values.count / state.runs.count
    try checkpoint.requireFinite(values, of: state.runs)
    let sets = state.runs.indices.map { Array(values[$0 * count..<($0 + 1) * count]) }
    guard configuration.valueNormalisation, count == layout.count else { return zip(state.runs, sets).map { ($0, $1) } }
    let progress: [UInt32] = try checkpoint.state.read("progress")
    let block = progress.count / state.runs.count
    return try zip(state.runs, sets).enumerated().map { position, entry in
      guard let moments = ValueMoments(progress: progress.dropFirst(position * block).prefix(block)) else {
        throw FileFailure(checkpoint.url.path, "is damaged: it does not say how far its runs are")
      }
      return (entry.0, moments.applied(to: entry.1, of: layout))
    }
  }
}

extension Checkpoint {
  /// Refuses weights that no training writes.
  ///
  /// - Parameter parameters: (R, P)
  func requireFinite(_ parameters: [Float], of runs: [RunConfiguration]) throws {
    guard let place = parameters.firstIndex(where: { !$0.isFinite }) else { return }
    throw FileFailure(
      url.path,
      "run \(runs[place / (parameters.count / runs.count)].name) has the weight \(parameters[place]), which is not a finite "
        + "number; remove the folder \(url.lastPathComponent) to use the checkpoint before it")
  }
}

extension PolicyDescription.Environment {
  /// Refuses policies that see, do or are judged by something else than in `environment`, the one of this program.
  ///
  /// Another version of the game will do where observations and actions are the same.
  /// - Parameters:
  ///   - observation: What the policies saw; nil where it is not known.
  ///   - file: Where this was read.
  /// - Returns: what is worth a remark.
  func requirePlayable(
    in environment: any Environment, observation: [ObservationSection]?, actionNames: [String]?, _ file: URL,
    folder: URL
  ) throws -> String? {
    let current = PolicyDescription.Environment(environment)
    func refuse(_ what: String) -> FileFailure {
      FileFailure(file.path, "was written with another environment (\(what))")
    }
    guard name == current.name else { throw refuse("\(name), this is \(current.name)") }
    // A version of the program that knows more or fewer parameters is no obstacle.
    let common = parameters.keys.filter { current.parameters[$0] != nil }.sorted()
    if let key = common.first(where: { parameters[$0] != current.parameters[$0] }) {
      throw refuse(
        "\(name) with \(key) \(parameters[key]?.description ?? ""), "
          + "this program makes that \(current.parameters[key]?.description ?? "")")
    }
    guard version != current.version else { return nil }
    let versions = "\(name) version \(version), this is version \(current.version)"
    guard observation == environment.observationLayout, actionNames == environment.actionNames else {
      throw refuse("\(versions), and observations or actions are not known to be the same")
    }
    return "\(folder.relativePath) was trained in \(versions) with the same observations and actions"
  }
}
