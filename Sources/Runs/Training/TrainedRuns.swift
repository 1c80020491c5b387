import Configuration
import Environments
import Files
import Foundation
import Networks
import Policies
import Training

/// The policies of a training, from the last checkpoints of one folder or of all its shards.
public struct TrainedRuns {
  /// One, or one per shard.
  public let folders: [URL]
  public let configuration: TrainingConfiguration
  public let environment: any Environment
  public let architecture: NetworkArchitecture
  public let layout: ParameterLayout
  /// In the order of the configuration.
  public let runs: [RunConfiguration]
  /// Finished updates, the same for all runs.
  public let update: Int
  /// (R) parameter sets of P floats with padding.
  public let parameters: [[Float]]
  /// By the name of a run that diverged, the update in which it did.
  public let diverged: [String: Int]
  /// What the user should know before relying on these policies.
  public let remarks: [String]

  /// - Parameter folders: Training folders; several must be shards of the same training.
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public init(_ folders: [URL]) throws {
    guard !folders.isEmpty else { throw FileFailure("evaluate", "needs the folder of a training") }
    try self.init(shards: folders.map { try TrainedFolder($0) })
  }

  /// The trainings that several folders hold: folders of the same configuration with different runs are shards of one
  /// training, all others are trainings of their own.
  public static func trainings(in folders: [URL]) throws -> [TrainedRuns] {
    var seen: Set<String> = []
    var shards: [[TrainedFolder]] = []
    for folder in folders {
      guard seen.insert(folder.resolvingSymlinksInPath().standardizedFileURL.path).inserted else {
        throw FileFailure(folder.relativePath, "is given twice; give every folder once")
      }
      let trained = try TrainedFolder(folder)
      let place = shards.firstIndex { others in
        others[0].configuration == trained.configuration
          && Set(others.flatMap { $0.runs.map(\.run.index) }).isDisjoint(with: trained.runs.map(\.run.index))
      }
      if let place { shards[place].append(trained) } else { shards.append([trained]) }
    }
    return try shards.map { try TrainedRuns(shards: $0) }
  }

  private init(shards: [TrainedFolder]) throws {
    let first = shards[0]
    var found: [Int: (run: RunConfiguration, parameters: [Float])] = [:]
    for shard in shards {
      guard shard.configuration == first.configuration else {
        throw FileFailure(
          shard.url.path, "is another training than \(first.url.path); give the shards of one training, or one folder")
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
    folders = shards.map(\.url)
    configuration = first.configuration
    environment = try configuration.makeEnvironment()
    architecture = try configuration.network.architecture(for: environment)
    let layout = ParameterLayout(architecture)
    self.layout = layout
    let ordered = found.values.sorted { $0.run.index < $1.run.index }
    if let wrong = ordered.first(where: { $0.parameters.count != layout.count }) {
      throw FileFailure(
        first.url.path,
        "run \(wrong.run.name) has \(wrong.parameters.count) parameters; the network of "
          + "\(TrainingSession.configurationName) has \(layout.count)")
    }
    runs = ordered.map(\.run)
    update = first.update
    parameters = ordered.map(\.parameters)
    diverged = shards.reduce(into: [:]) { all, shard in all.merge(shard.diverged) { $1 } }
    let missing = configuration.runs.count - ordered.count
    remarks =
      shards.flatMap(\.remarks)
      + (missing == 0
        ? []
        : [
          "\(folders.map(\.relativePath).joined(separator: ", ")): \(ordered.count) of \(configuration.runs.count) runs; "
            + "the others are in folders of other shards or not trained as far"
        ])
  }

  /// One run as a policy that can be exported.
  public func policy(_ index: Int) throws -> Policy {
    let description = PolicyDescription(
      architecture: architecture, environment: PolicyDescription.Environment(environment),
      agents: environment.agentCount, observation: environment.observationLayout, actionNames: environment.actionNames,
      run: runs[index],
      update: update, envSteps: update * configuration.envStepsPerUpdate)
    return try Policy(description, parameters: layout.unpack(parameters[index]))
  }
}
