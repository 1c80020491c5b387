import Configuration
import Files
import Foundation
import Policies
import Training

/// What a training left in its folder, read without a device and without the tensors.
public struct TrainingFolder: Sendable {
  public let url: URL
  /// What its runs were trained with, where there is a checkpoint; else what is written in the folder.
  public let configuration: TrainingConfiguration
  /// What the last complete checkpoint of every wave says of itself; none before the first.
  public let checkpoints: [CheckpointRecord<TrainingState>]

  /// - Throws: `FileFailure` where there is no training, or its last checkpoint has no readable description.
  public init(_ url: URL) throws {
    self.url = url
    let written = try Self.configuration(in: url)
    checkpoints = try CheckpointFolder(url.appendingPathComponent(TrainingSession.checkpointsName)).waves()
      .compactMap { try $0.latestRecord() }
    let furthest = checkpoints.max { $0.update < $1.update }
    let trained = try furthest.map { try $0.description.trainedConfiguration($0.url).taking(freeKeysOf: written) }
    configuration = trained ?? written
  }

  /// The resolved configuration of a training, as it is written in its folder.
  /// - Throws: `FileFailure` where there is no training.
  static func configuration(in url: URL) throws -> TrainingConfiguration {
    let place = url.appendingPathComponent(TrainingSession.configurationName)
    guard FileManager.default.fileExists(atPath: place.path) else {
      throw FileFailure(
        url.path,
        "holds no training (there is no \(TrainingSession.configurationName) in it) and no exported policy "
          + "(\(PolicyExport.policyName))")
    }
    return try TrainingConfiguration(contentsOf: place.path)
  }

  /// Runs that have a checkpoint.
  public var savedRuns: [RunConfiguration] { checkpoints.flatMap(\.description.runs) }
  /// Finished updates of the wave that is trained furthest; 0 before the first checkpoint.
  public var update: Int { checkpoints.map(\.update).max() ?? 0 }

  package static let configurationName = TrainingSession.configurationName
  package static let metricsName = TrainingSession.metricsName

  /// Changes when a checkpoint is written: `checkpoints/` and the folders of waves in it.
  package static func checkpointFolders(in url: URL) -> [URL] {
    let folder = url.appendingPathComponent(TrainingSession.checkpointsName)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return [folder] + names.sorted().filter { Int($0) == nil }.map { folder.appendingPathComponent($0) }
  }

  public var configurationFile: URL { url.appendingPathComponent(TrainingSession.configurationName) }
  public var metricsFile: URL { url.appendingPathComponent(TrainingSession.metricsName) }

  /// Content hashes of the weights of exported policies, by the name of their folder, in order.
  public func exportedPolicies() throws -> [(name: String, weightHash: String)] {
    let folder = url.appendingPathComponent(PolicyExport.folderName)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
      let place = folder.appendingPathComponent(name).appendingPathComponent(PolicyExport.policyName)
      guard FileManager.default.fileExists(atPath: place.path) else { return nil }
      return try SafetensorsFile(place).metadata["weight_hash"].map { (name, $0) }
    }
  }
}
