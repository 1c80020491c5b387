import Files
import Foundation
import Policies
import Runs

/// What lies below the folders that are served, found by walking through them; links are not followed.
///
/// Readers name what they want by an `id` that this list gives out. A path is never made of what they send.
final class FolderCatalog: @unchecked Sendable {
  enum Kind: String, Sendable { case training, evaluation, policies }

  struct Entry: Sendable, Hashable {
    /// `0/paper/hanabi`: the number of the served folder, then the path below it.
    let id: String
    let kind: Kind
    let url: URL
    /// For people: `runs/paper/hanabi`.
    let path: String
  }

  /// Folders that are looked into at most, so that serving a whole disk does not take for ever.
  static let mostFolders = 20_000
  private static let mostDepth = 12
  /// What a training writes into its folder and holds no others.
  private static let passedOver: Set<String> = ["checkpoints", "report", "tensorboard", "node_modules"]

  let roots: [URL]
  private let lock = NSLock()
  private var entries: [String: Entry] = [:]
  private var order: [Entry] = []
  private var isCut = false
  private var scanned: ContinuousClock.Instant?

  init(_ roots: [URL]) { self.roots = roots }

  /// All of a kind, by path. Looks through the folders again where the last look is older than that.
  func list(_ kind: Kind, notOlderThan age: Duration = .seconds(3)) -> [Entry] {
    lock.withLock {
      scan(notOlderThan: age)
      return order.filter { $0.kind == kind }
    }
  }

  /// Whether there are more folders than are looked into.
  var isIncomplete: Bool { lock.withLock { isCut } }

  /// - Throws: `HTTPRefusal` where nothing of this name was found.
  func entry(_ id: String?, _ kinds: Kind...) throws -> Entry {
    let found = lock.withLock {
      if id.flatMap({ entries[$0] }) == nil { scan(notOlderThan: .seconds(1)) }
      return id.flatMap { entries[$0] }
    }
    guard let found, kinds.contains(found.kind) else {
      throw HTTPRefusal(.notFound, "there is no such \(kinds[0].rawValue) below the folders that are served")
    }
    return found
  }

  private func scan(notOlderThan age: Duration) {
    if let scanned, scanned.duration(to: .now) < age { return }
    var found: [Entry] = []
    var left = Self.mostFolders
    for (number, root) in roots.enumerated() {
      let name = root.standardizedFileURL.lastPathComponent
      var open = [(url: root, id: "\(number)", path: name, depth: 0)]
      while let folder = open.popLast(), left > 0 {
        left -= 1
        let content = Self.content(of: folder.url)
        for kind in content.kinds {
          // A training with an evaluation in its own folder is both.
          let id = content.kinds.count > 1 && kind != content.kinds[0] ? "\(folder.id)?\(kind.rawValue)" : folder.id
          found.append(Entry(id: id, kind: kind, url: folder.url, path: folder.path))
        }
        guard folder.depth < Self.mostDepth else { continue }
        for name in content.folders.sorted().reversed() {
          open.append(
            (
              folder.url.appendingPathComponent(name), "\(folder.id)/\(name)", "\(folder.path)/\(name)",
              folder.depth + 1
            ))
        }
      }
    }
    (order, isCut, scanned) = (found, left == 0, .now)
    entries = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
  }

  private static func content(of folder: URL) -> (kinds: [Kind], folders: [String]) {
    let keys: [URLResourceKey] = [.isDirectoryKey, .isSymbolicLinkKey]
    let items =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: keys, options: [.skipsHiddenFiles])) ?? []
    var names: Set<String> = []
    var folders: [String] = []
    for item in items {
      guard let values = try? item.resourceValues(forKeys: Set(keys)), values.isSymbolicLink != true else { continue }
      let name = item.lastPathComponent
      if values.isDirectory == true {
        if !passedOver.contains(name) { folders.append(name) }
      } else {
        names.insert(name)
      }
    }
    let kinds: [(Kind, String)] = [
      (.training, TrainingFolder.configurationName), (.evaluation, EvaluationFolder.recordName),
      (.policies, PolicyExport.policyName),
    ]
    return (kinds.filter { names.contains($0.1) }.map(\.0), folders)
  }
}

/// What tells whether files have changed: their numbers, sizes and times.
struct FileStamp: Hashable, Sendable {
  private let parts: [String]

  init(_ urls: [URL]) {
    parts = urls.map { url in
      var status = stat()
      guard stat(url.path, &status) == 0 else { return "" }
      return "\(status.st_ino) \(status.st_size) \(Self.time(status))"
    }
  }

  /// Size of one file, and seconds since it was written to; nil where there is none.
  static func of(_ url: URL) -> (size: UInt64, age: Double)? {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return nil }
    return (UInt64(status.st_size), Date.now.timeIntervalSince1970 - time(status))
  }

  private static func time(_ status: stat) -> Double {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
