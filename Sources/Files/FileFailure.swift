import Foundation

/// What went wrong with a file: its path, what was being done, and why; in words that name no option of a user interface.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  public let problem: String
  /// What helps, for a user interface to say how it is asked for there.
  public let remedies: Set<Remedy>

  public enum Remedy: Sendable, Hashable, CaseIterable {
    /// Another folder for the results.
    case anotherFolder
    /// To go on with the training that is there.
    case resume
    /// To begin a training instead of going on with one.
    case begin
    /// The part of the runs that was asked for before.
    case sameShard
    /// The library of ONNX Runtime.
    case onnxRuntime
  }

  public init(_ path: String, _ problem: String, remedies: Set<Remedy> = []) {
    self.path = path
    self.problem = problem
    self.remedies = remedies
  }

  /// The failure of the system call that was just made.
  package static func systemCall(_ path: String, _ doing: String) -> FileFailure {
    FileFailure(path, "\(doing) failed: \(String(cString: strerror(errno)))")
  }

  public var description: String { "\(path): \(problem)" }
}
