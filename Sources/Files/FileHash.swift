import Foundation

/// The content hash of a file.
public enum FileHash {
  /// 32 hexadecimal digits of xxHash XXH3 (128 bits).
  /// - Throws: `FileFailure` where the file cannot be read.
  public static func digits(of url: URL) throws -> String {
    guard let handle = FileHandle(forReadingAtPath: url.path) else { throw FileFailure(url.path, "cannot be read") }
    defer { try? handle.close() }
    let hash = StreamingHash()
    while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty {
      piece.withUnsafeBytes { hash.update($0) }
    }
    return hash.digits
  }
}
