import Foundation

/// Files and folders under temporary names: they are locked by whoever fills them, so that those of a process that was
/// killed can be told from others and removed by the next one.
enum Leftovers {
  private static let suffix = ".temporary"

  /// A name that no other process has.
  static func name(for name: String) -> String {
    ".\(name).\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))\(suffix)"
  }

  /// Removes what nobody fills any more. What cannot be removed stays: it harms nobody.
  static func remove(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(suffix) {
      let place = folder.appendingPathComponent(name)
      let descriptor = open(place.path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { continue }
      try? FileManager.default.removeItem(at: place)
    }
  }
}

/// A folder that is filled under a temporary name and removed where it was not put into its place.
package final class TemporaryWritingFolder {
  package let url: URL
  private let descriptor: Int32

  /// - Parameter name: What it is to become, in `folder`.
  package init(in folder: URL, for name: String) throws {
    while true {
      let url = folder.appendingPathComponent(Leftovers.name(for: name))
      guard mkdir(url.path, 0o755) == 0 else { throw FileFailure.systemCall(url.path, "making the folder") }
      // Another process may have taken it for a leftover before it is locked.
      let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
      var status = stat()
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0,
        status.st_nlink > 0
      {
        self.url = url
        self.descriptor = descriptor
        return
      }
      guard descriptor >= 0 || errno == ENOENT else { throw FileFailure.systemCall(url.path, "opening the folder") }
      close(descriptor)
    }
  }

  deinit {
    close(descriptor)
    try? FileManager.default.removeItem(at: url)
  }
}
