import Configuration
import Files
import Foundation

/// Folders of trainings, however they are read.
public enum ShardGroups {
  /// Reads folders and groups those of the same configuration with different runs: they are shards of one training. All
  /// others are trainings of their own.
  ///
  /// - Parameter contents: The configuration of a folder, and the indices of the runs that it holds; nil for one that is
  ///   no shard of anything.
  /// - Throws: `FileFailure` for a folder that is given twice; what `read` throws.
  public static func read<Folder>(
    _ urls: [URL], as read: (URL) throws -> Folder,
    contents: (Folder) -> (configuration: TrainingConfiguration, runs: Set<Int>)?
  ) throws -> [[Folder]] {
    var seen: Set<String> = []
    var groups: [(shard: (configuration: TrainingConfiguration, runs: Set<Int>)?, folders: [Folder])] = []
    for url in urls {
      guard seen.insert(url.resolvingSymlinksInPath().standardizedFileURL.path).inserted else {
        throw FileFailure(url.relativePath, "is given twice; give every folder once")
      }
      let folder = try read(url)
      let shard = contents(folder)
      let place = shard.flatMap { shard in
        groups.firstIndex { group in
          group.shard.map { $0.configuration == shard.configuration && $0.runs.isDisjoint(with: shard.runs) } ?? false
        }
      }
      if let place, let shard {
        groups[place].shard?.runs.formUnion(shard.runs)
        groups[place].folders.append(folder)
      } else {
        groups.append((shard, [folder]))
      }
    }
    return groups.map(\.folders)
  }
}
