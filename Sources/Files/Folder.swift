import Foundation

/// Folders that results go to.
public enum Folder {
  /// Makes a folder and those above it; of one that exists, removes what killed processes left under temporary names.
  /// - Throws: `FileFailure` that says why it cannot be created.
  public static func make(_ url: URL) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
      throw FileFailure(url.path, "is a file; choose another output folder", remedies: [.anotherFolder])
    }
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FileFailure(
        url.path, "cannot be created; choose an output folder that you may write to", remedies: [.anotherFolder])
    }
    Leftovers.remove(in: url)
  }
}

/// Lets one process after another change a folder, for as long as the value lives.
package final class FolderTurn {
  private let descriptor: Int32

  /// Waits until no other process has it.
  package init(_ folder: URL, name: String) throws {
    let path = folder.appendingPathComponent(name).path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure.systemCall(path, "opening it") }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw FileFailure.systemCall(path, "locking it") }
    }
  }

  deinit { close(descriptor) }
}

/// Keeps a folder for one process, until it ends or the value goes away.
package final class FolderLock {
  private let descriptor: Int32

  /// - Throws: `FileFailure` if another process holds the folder.
  package init(_ folder: URL) throws {
    let path = folder.appendingPathComponent(".lock").path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileFailure(path, "cannot be written; choose another output folder", remedies: [.anotherFolder])
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw FileFailure(folder.path, "is being trained by another process; wait for it to end, or stop it")
    }
  }

  deinit { close(descriptor) }
}
