import Foundation

/// Which program this is; checkpoints, evaluations, benchmarks and reports say so.
public enum Version {
  public static let text = "0.1.0"

  /// `0.1.0, commit 3b19874`
  static let identity = "\(text), commit \(commit)"

  /// The commit of the checkout that this binary was built in, "unknown" outside of one.
  public static let commit: String = {
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = [
      "git", "-C", URL(fileURLWithPath: executable).deletingLastPathComponent().path, "describe", "--always", "--dirty",
    ]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return "unknown" }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    git.waitUntilExit()
    let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return git.terminationStatus == 0 && !commit.isEmpty ? commit : "unknown"
  }()
}
