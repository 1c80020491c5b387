import Configuration
import Environments
import Files
import Foundation
import Networks
import Policies
import Training

/// Trained runs with their policies: those of a training, from the checkpoints of one folder or of all its shards, or exported
/// ones.
public struct TrainedRuns {
  /// One, or one per shard.
  public let folders: [URL]
  /// Of the training, or of the folder of exported policies.
  public let name: String
  public let environment: any Environment
  public let architecture: NetworkArchitecture
  public let layout: ParameterLayout
  /// (R), one per run, in the order of the configuration.
  public private(set) var descriptions: [PolicyDescription]
  /// (R) parameter sets of P floats with padding.
  public private(set) var parameters: [[Float]]
  /// How the training's configuration wants its policies evaluated; nil for exported ones.
  public let evaluation: EvaluationSettings?
  /// By the name of a run that diverged, the update in which it did.
  public let diverged: [String: Int]
  /// What the user should know before relying on these policies.
  public let remarks: [String]

  public var runs: [RunConfiguration] { descriptions.map(\.run) }
  /// Finished updates, the same for all runs.
  public var update: Int { descriptions[0].update }
  /// Of every run.
  public var envSteps: Int { descriptions[0].envSteps }

  /// - Parameter folder: Of a training, or one that holds exported policies.
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public init(_ folder: URL) throws {
    switch try Source(folder) {
    case .exported(let policies, _): try self.init(exported: policies, in: folder)
    case .training(let training): try self.init(shards: [training])
    }
  }

  /// One run alone, so that its weights are all that is read of a training of hundreds.
  ///
  /// - Parameters:
  ///   - folder: Of a training, or one that holds exported policies.
  ///   - run: Its number; nil for the first.
  ///   - update: Of the training's checkpoints; nil for the last. Exported policies are what they are.
  /// - Throws: `FileFailure` that names the folder and what is wrong with it, or which runs and checkpoints it has.
  public init(_ folder: URL, run: Int?, update: Int? = nil) throws {
    if let policies = try Self.exportedPolicies(in: folder) {
      let all = try TrainedRuns(exported: policies, in: folder)
      guard let place = run == nil ? 0 : all.runs.firstIndex(where: { $0.index == run }) else {
        throw Self.missing(run, in: folder, all.runs)
      }
      self = all
      descriptions = [all.descriptions[place]]
      parameters = [all.parameters[place]]
      return
    }
    let trained = try TrainingFolder(folder)
    guard let wanted = run ?? trained.savedRuns.map(\.index).min(),
      trained.savedRuns.contains(where: { $0.index == wanted })
    else { throw Self.missing(run, in: folder, trained.savedRuns) }
    let read = try TrainedFolder(folder, update: update, only: wanted)
    guard !read.runs.isEmpty else {
      throw FileFailure(folder.relativePath, "run \(wanted) is not trained as far as others; resume its training")
    }
    try self.init(shards: [read], isWhole: false)
  }

  private static func missing(_ run: Int?, in folder: URL, _ runs: [RunConfiguration]) -> FileFailure {
    guard let first = runs.map(\.index).min(), let last = runs.map(\.index).max() else {
      return FileFailure(folder.relativePath, "has no checkpoint yet; train it first", remedies: [.resume])
    }
    return FileFailure(folder.relativePath, "there is no run \(run ?? 0); it holds runs \(first) to \(last)")
  }

  /// What several folders hold: trainings (`ShardGroups`), or exported policies each.
  ///
  /// - Parameter update: Of the checkpoints of trainings; nil for the last. Exported policies are what they are.
  public static func trainings(in folders: [URL], update: Int? = nil) throws -> [TrainedRuns] {
    try ShardGroups.read(folders, as: { try Source($0, update: update) }, contents: \.shard).map { sources in
      guard case .exported(let policies, let folder) = sources[0] else {
        return try TrainedRuns(shards: sources.compactMap(\.training))
      }
      return try TrainedRuns(exported: policies, in: folder)
    }
  }

  private enum Source {
    case training(TrainedFolder)
    /// The policies' files, and the folder that was given.
    case exported([URL], URL)

    init(_ folder: URL, update: Int? = nil) throws {
      if let policies = try TrainedRuns.exportedPolicies(in: folder) {
        self = .exported(policies, folder)
      } else {
        self = .training(try TrainedFolder(folder, update: update))
      }
    }

    var training: TrainedFolder? {
      guard case .training(let training) = self else { return nil }
      return training
    }

    var shard: (configuration: TrainingConfiguration, runs: Set<Int>)? {
      training.map { ($0.configuration, Set($0.runs.map(\.run.index))) }
    }
  }

  /// The updates of which all trainings among some folders hold checkpoints, rising; none where all are exported policies.
  public static func commonUpdates(in folders: [URL]) throws -> [Int] {
    let trainings = try folders.filter { try !JoinedTrainings.isModel($0) && exportedPolicies(in: $0) == nil }
    let updates = try trainings.map { folder in
      _ = try TrainingFolder.configuration(in: folder)
      return Set(try TrainedFolder.updates(in: folder))
    }
    guard let first = updates.first else { return [] }
    return updates.dropFirst().reduce(first) { $0.intersection($1) }.sorted()
  }

  /// nil for the folder of a training.
  private static func exportedPolicies(in folder: URL) throws -> [URL]? {
    let configuration = folder.appendingPathComponent(TrainingSession.configurationName)
    guard !FileManager.default.fileExists(atPath: configuration.path) else { return nil }
    let policies = try PolicyExport.policies(in: folder)
    return policies.isEmpty ? nil : policies
  }

  /// - Parameter isWhole: Whether all runs of the training are wanted, so that missing ones are worth a remark.
  private init(shards: [TrainedFolder], isWhole: Bool = true) throws {
    let first = shards[0]
    var found: [Int: (run: RunConfiguration, parameters: [Float])] = [:]
    for shard in shards {
      guard shard.configuration == first.configuration else {
        throw FileFailure(
          shard.url.path,
          "belongs to another training than \(first.url.path); give the shards of one training, or one folder")
      }
      guard shard.update == first.update else {
        throw FileFailure(
          shard.url.path,
          "stands at update \(shard.update) and \(first.url.path) at update \(first.update); train all shards to the "
            + "same update, or evaluate them one by one")
      }
      for entry in shard.runs {
        guard found[entry.run.index] == nil else {
          throw FileFailure(shard.url.path, "holds run \(entry.run.name), which another of the folders holds too")
        }
        found[entry.run.index] = entry
      }
    }
    let configuration = first.configuration
    let environment = try configuration.makeEnvironment()
    let architecture = try configuration.network.architecture(for: environment)
    let layout = ParameterLayout(architecture)
    (self.environment, self.architecture, self.layout) = (environment, architecture, layout)
    folders = shards.map(\.url)
    name = configuration.name
    evaluation = configuration.evaluation
    let ordered = found.values.sorted { $0.run.index < $1.run.index }
    if let wrong = ordered.first(where: { $0.parameters.count != layout.count }) {
      throw FileFailure(
        first.url.path,
        "run \(wrong.run.name) has \(wrong.parameters.count) parameters; the network of "
          + "\(TrainingSession.configurationName) has \(layout.count)")
    }
    descriptions = ordered.map { entry in
      PolicyDescription(
        environment, architecture: architecture, run: entry.run, update: first.update,
        envSteps: first.update * configuration.envStepsPerUpdate)
    }
    parameters = ordered.map(\.parameters)
    diverged = shards.reduce(into: [:]) { all, shard in all.merge(shard.diverged) { $1 } }
    let missing = configuration.runs.count - ordered.count
    remarks =
      shards.flatMap(\.remarks)
      + (missing == 0 || !isWhole
        ? []
        : [
          "\(folders.map(\.relativePath).joined(separator: ", ")): \(ordered.count) of \(configuration.runs.count) runs; "
            + "the others are in folders of other shards or not trained as far"
        ])
  }

  private init(exported policies: [URL], in folder: URL) throws {
    let read = try policies.map { try PolicyFile.read($0) }
    let first = read[0].description
    for (place, policy) in zip(policies, read) {
      let other = policy.description
      guard other.architecture == first.architecture, other.environment == first.environment,
        other.update == first.update
      else {
        throw FileFailure(
          place.path,
          "is of another network, game or training than \(policies[0].path); give the folders of the two one by one")
      }
    }
    for other in read.map(\.description) {
      guard read.count(where: { $0.description.run.name == other.run.name }) == 1 else {
        throw FileFailure(
          folder.path, "holds two policies of the name \(other.run.name); give their folders one by one")
      }
    }
    do {
      environment = try EnvironmentRegistry.make(
        name: first.environment.name, parameters: EnvironmentParameters(first.environment.parameters))
    } catch let invalid as EnvironmentParameters.Invalid {
      throw FileFailure(policies[0].path, "is of a game that cannot be played here: \(invalid)")
    }
    guard first.architecture.inputs == environment.observationFeatureCount,
      first.architecture.actions == environment.actionCount
    else {
      throw FileFailure(
        policies[0].path,
        "has \(first.architecture.inputs) features and \(first.architecture.actions) actions; "
          + "\(environment.name) has \(environment.observationFeatureCount) and \(environment.actionCount)")
    }
    let remark = try first.environment.requirePlayable(
      in: environment, observation: first.observation, actionNames: first.actionNames, policies[0], folder: folder)
    remarks = remark.map { [$0] } ?? []
    folders = [folder]
    name = folder.standardizedFileURL.lastPathComponent
    evaluation = nil
    diverged = [:]
    architecture = first.architecture
    layout = ParameterLayout(architecture)
    let ordered = read.map { ($0.description.run, $0) }.sorted { ($0.0.index, $0.0.name) < ($1.0.index, $1.0.name) }
      .map(\.1)
    descriptions = ordered.map(\.description)
    parameters = ordered.map(\.packed)
  }

  /// One run as a policy that can be exported.
  public func policy(_ index: Int) throws -> Policy {
    try Policy(descriptions[index], parameters: layout.unpack(parameters[index]))
  }
}
