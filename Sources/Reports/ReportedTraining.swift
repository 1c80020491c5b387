import Configuration
import Evaluation
import Files
import Foundation
import Runs
import Training

/// One training of a report: its folder, or the folders of its shards.
public struct ReportedTraining: Sendable {
  public let configuration: TrainingConfiguration
  public let folders: [TrainingFolder]
  /// How names of its runs begin, as in an evaluation of the same folders; nil for a single training.
  public let label: String?
  /// In the order of the configuration.
  public let runs: [EvaluatedRun]

  /// Groups folders into trainings (`ShardGroups`).
  ///
  /// - Throws: `FileFailure` that names the folder and what is wrong with it.
  public static func read(_ urls: [URL]) throws -> [ReportedTraining] {
    let groups = try ShardGroups.read(
      urls, as: { try TrainingFolder($0) },
      contents: { ($0.configuration, Set($0.savedRuns.map(\.index))) })
    let labels: [String?] = groups.count == 1 ? [nil] : JoinedTrainings.labels(of: groups.map { $0[0].url })
    return zip(groups, labels).map { folders, label in
      let states = folders.flatMap { $0.checkpoints.map(\.description) }
      let diverged = states.reduce(into: [String: Int]()) { all, state in all.merge(state.diverged ?? [:]) { $1 } }
      return ReportedTraining(
        configuration: folders[0].configuration, folders: folders, label: label,
        runs: folders[0].configuration.runs.map { EvaluatedRun($0, folder: label, diverged: diverged[$0.name]) })
    }
  }

  /// Finished updates of the shard and wave that is trained furthest.
  public var update: Int { folders.map(\.update).max() ?? 0 }

  /// Its label, or the configuration's name.
  var name: String { label ?? configuration.name }
}
