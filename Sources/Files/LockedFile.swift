import Foundation

/// A file that is read and appended to by one process at a time; the lock ends with the process or the value.
package final class LockedFile {
  private let path: String
  private let descriptor: Int32

  /// Opens the file, or makes it; nil while another process has it.
  package init?(_ url: URL) throws {
    path = url.path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure.systemCall(path, "opening it") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  package func read() throws -> Data {
    guard let content = FileManager.default.contents(atPath: path) else { throw FileFailure(path, "cannot be read") }
    return content
  }

  package func truncate(to length: Int) throws {
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw FileFailure.systemCall(path, "cutting it") }
  }

  package func append(_ bytes: Data) throws {
    try bytes.withUnsafeBytes { try Descriptor.write($0, to: descriptor, path) }
  }
}

/// What both kinds of files do with their descriptors.
enum Descriptor {
  /// Writes all bytes, however many calls it takes.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    guard let start = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      let step = Foundation.write(descriptor, start + written, min(bytes.count - written, 1 << 30))
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw FileFailure.systemCall(path, "writing") }
      written += step
    }
  }
}
