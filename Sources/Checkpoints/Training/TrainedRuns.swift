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
  /// Finished updates of every run.
  public let updates: [Int]
  /// (R) parameter sets of P floats with padding.
  public let parameters: [[Float]]

  /// - Parameter folders: Training folders; several must be shards of the same training.
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public init(_ folders: [URL]) throws {
    var found: [Int: (run: RunConfiguration, update: Int, parameters: [Float])] = [:]
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
      let state: TrainingState = try checkpoint.description()
      let environment = PolicyDescription.Environment(try configuration.makeEnvironment())
      guard state.environment == environment else {
        throw FileFailure(
          checkpoint.url.path,
          "was written with \(state.environment.name) version \(state.environment.version), not \(environment.version)")
      }
      let values: [Float] = try checkpoint.state.read("parameters")
      let count = values.count / state.runs.count
      for (index, run) in state.runs.enumerated() {
        guard found[run.index] == nil else {
          throw FileFailure(folder.path, "holds run \(run.name), which another of the folders holds too")
        }
        found[run.index] = (run, checkpoint.update, Array(values[index * count..<(index + 1) * count]))
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
    updates = ordered.map(\.update)
    parameters = ordered.map(\.parameters)
  }

  /// One run as a policy that can be exported.
  public func policy(_ index: Int) throws -> Policy {
    let description = PolicyDescription(
      architecture: architecture, environment: PolicyDescription.Environment(environment),
      observation: environment.observationLayout,
      actionNames: (0..<environment.actionCount).map { environment.actionName($0) }, run: runs[index],
      update: updates[index], envSteps: updates[index] * configuration.envStepsPerUpdate)
    return try Policy(description, parameters: layout.unpack(parameters[index]))
  }
}
