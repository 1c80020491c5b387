import Foundation

/// Writes a file under a temporary name in the same folder, syncs it, renames it, and syncs the folder.
///
/// Whoever reads the path sees the old file or the whole new one; a failure leaves the old one and no remains.
public enum AtomicFile {
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { file in try data.withUnsafeBytes { try file.append($0) } }
  }

  public static func write(_ text: String, to url: URL) throws { try write(Data(text.utf8), to: url) }

  /// Writes what `body` appends; if `body` throws, nothing changes on disk.
  public static func write(to url: URL, _ body: (OpenFile) throws -> Void) throws {
    let folder = url.deletingLastPathComponent()
    let file = try OpenFile(creating: { folder.appendingPathComponent(Leftovers.name(for: url.lastPathComponent)) })
    do {
      try body(file)
      try file.synchronize()
      guard rename(file.path, url.path) == 0 else { throw FileFailure.systemCall(url.path, "renaming to it") }
      try file.close()
    } catch {
      try? file.close()
      unlink(file.path)
      throw error
    }
    try synchronizeFolder(folder)
  }

  /// Makes renames and new names inside `folder` survive a power cut.
  package static func synchronizeFolder(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY)
    guard descriptor >= 0 else { throw FileFailure.systemCall(folder.path, "opening the folder") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFailure.systemCall(folder.path, "syncing the folder") }
  }
}

/// A new file that is open for appending.
public final class OpenFile {
  public let path: String
  private var descriptor: Int32
  public private(set) var length = 0

  /// Creates a file and locks it, so that no other process takes it for a leftover; with another name where one did before
  /// it was locked.
  init(creating name: () -> URL) throws {
    while true {
      let path = name().path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FileFailure.systemCall(path, "creating it") }
      var status = stat()
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, status.st_nlink > 0 {
        self.path = path
        self.descriptor = descriptor
        return
      }
      Foundation.close(descriptor)
      unlink(path)
    }
  }

  deinit { try? close() }

  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    try Descriptor.write(bytes, to: descriptor, path)
    length += bytes.count
  }

  public func append(_ data: Data) throws { try data.withUnsafeBytes { try append($0) } }

  func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw FileFailure.systemCall(path, "syncing") }
  }

  func close() throws {
    guard descriptor >= 0 else { return }
    defer { descriptor = -1 }
    guard Foundation.close(descriptor) == 0 else { throw FileFailure.systemCall(path, "closing") }
  }
}
