import Environments
import Foundation
import Networks
import Training

/// The policies of a training, from the last checkpoint of one folder or of all its shards.
public struct TrainedRuns {
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

  /// - Parameter folders: Training folders; several must be shards of the same training.
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public init(_ folders: [URL]) throws {
    var found: [Int: (run: RunConfiguration, parameters: [Float])] = [:]
    var firstUpdate: (update: Int, folder: URL)?
    var first: (configuration: TrainingConfiguration, folder: URL)?
    for folder in folders {
      let place = folder.appendingPathComponent(TrainingSession.configurationName)
      guard FileManager.default.fileExists(atPath: place.path) else {
        throw FileFailure(folder.path, "holds no training (there is no \(TrainingSession.configurationName) in it)")
      }
      let configuration = try TrainingConfiguration(contentsOf: place.path)
      if let first, first.configuration != configuration {
        throw FileFailure(
          folder.path, "is another training than \(first.folder.path); give the shards of one training, or one folder")
      }
      first = first ?? (configuration, folder)
      let checkpoints = CheckpointFolder(folder.appendingPathComponent(TrainingSession.checkpointsName))
      guard let checkpoint = try checkpoints.latest() else {
        throw FileFailure(folder.path, "has no checkpoint yet; train it first, or continue it with --resume")
      }
      if let firstUpdate, firstUpdate.update != checkpoint.update {
        throw FileFailure(
          folder.path,
          "stands at update \(checkpoint.update) and \(firstUpdate.folder.path) at update "
            + "\(firstUpdate.update); train all shards to the same update, or evaluate them one by one")
      }
      firstUpdate = firstUpdate ?? (checkpoint.update, folder)
      let state: TrainingState = try checkpoint.description()
      let environment = PolicyDescription.Environment(try configuration.makeEnvironment())
      guard state.environment == environment else {
        throw FileFailure(
          checkpoint.url.path,
          "was written with another environment (\(state.environment.name) version \(state.environment.version), this is "
            + "version \(environment.version), or its parameters differ)")
      }
      let values: [Float] = try checkpoint.state.read("parameters")
      guard !state.runs.isEmpty, values.count.isMultiple(of: state.runs.count) else {
        throw FileFailure(
          checkpoint.url.path, "is damaged: \(state.runs.count) runs and \(values.count) parameters do not go together")
      }
      let count = values.count / state.runs.count
      for (index, run) in state.runs.enumerated() {
        guard found[run.index] == nil else {
          throw FileFailure(folder.path, "holds run \(run.name), which another of the folders holds too")
        }
        found[run.index] = (run, Array(values[index * count..<(index + 1) * count]))
      }
    }
    guard let first else { throw FileFailure("evaluate", "needs the folder of a training") }
    configuration = first.configuration
    environment = try configuration.makeEnvironment()
    architecture = try configuration.network.architecture(for: environment)
    let layout = ParameterLayout(architecture)
    self.layout = layout
    let ordered = found.values.sorted { $0.run.index < $1.run.index }
    if let wrong = ordered.first(where: { $0.parameters.count != layout.count }) {
      throw FileFailure(
        first.folder.path,
        "run \(wrong.run.name) has \(wrong.parameters.count) parameters; the network of "
          + "\(TrainingSession.configurationName) has \(layout.count)")
    }
    runs = ordered.map(\.run)
    update = firstUpdate?.update ?? 0
    parameters = ordered.map(\.parameters)
  }

  /// Runs of the configuration that none of the folders holds.
  public var missingRunCount: Int { configuration.runs.count - runs.count }

  /// One run as a policy that can be exported.
  public func policy(_ index: Int) throws -> Policy {
    let description = PolicyDescription(
      architecture: architecture, environment: PolicyDescription.Environment(environment),
      observation: environment.observationLayout,
      actionNames: (0..<environment.actionCount).map { environment.actionName($0) }, run: runs[index],
      update: update, envSteps: update * configuration.envStepsPerUpdate)
    return try Policy(description, parameters: layout.unpack(parameters[index]))
  }
}
