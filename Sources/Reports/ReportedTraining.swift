import Checkpoints
import Evaluation
import Foundation
import Training

/// One training of a report: its folder, or the folders of its shards.
public struct ReportedTraining: Sendable {
  public let configuration: TrainingConfiguration
  public let folders: [TrainingFolder]
  /// In the order of the configuration.
  public let runs: [EvaluatedRun]

  /// Groups folders into trainings: those with equal configurations are shards of one.
  ///
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public static func read(_ urls: [URL]) throws -> [ReportedTraining] {
    var groups: [[TrainingFolder]] = []
    for url in urls {
      let folder = try TrainingFolder(url)
      guard !groups.joined().contains(where: { $0.url.standardizedFileURL == url.standardizedFileURL }) else {
        throw FileFailure(url.path, "was given twice; name each folder once")
      }
      if let place = groups.firstIndex(where: { $0[0].configuration == folder.configuration }) {
        groups[place].append(folder)
      } else {
        groups.append([folder])
      }
    }
    for folders in groups {
      var owners: [Int: TrainingFolder] = [:]
      for folder in folders {
        for run in folder.checkpoint?.description.runs ?? [] {
          if let other = owners[run.index] {
            throw FileFailure(
              folder.url.path, "holds run \(run.name), which \(other.url.path) holds too; give one of the two folders")
          }
          owners[run.index] = folder
        }
      }
    }
    return groups.map { folders in
      let name = groups.count > 1 ? folders[0].url.standardizedFileURL.lastPathComponent : nil
      return ReportedTraining(
        configuration: folders[0].configuration, folders: folders,
        runs: folders[0].configuration.runs.map { EvaluatedRun($0, folder: name) })
    }
  }
}
