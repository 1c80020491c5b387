import Foundation

/// What went wrong with a file: its path, what was being done, and why.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  public let problem: String

  public init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The failure of the system call that was just made.
  package static func systemCall(_ path: String, _ doing: String) -> FileFailure {
    FileFailure(path, "\(doing) failed: \(String(cString: strerror(errno)))")
  }

  public var description: String { "\(path): \(problem)" }
}
