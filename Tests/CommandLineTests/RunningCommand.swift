import Foundation
import TestSupport
import Testing

/// The built `crossplay` binary while it runs, for tests that send it signals.
final class RunningCommand {
  private let process = Process()
  private let folder: TemporaryFolder

  init(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws {
    self.folder = try TemporaryFolder()
    process.executableURL = try CommandRun.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    for name in ["output", "errors"] { try Data().write(to: self.folder.file(name)) }
    process.standardOutput = try FileHandle(forWritingTo: self.folder.file("output"))
    process.standardError = try FileHandle(forWritingTo: self.folder.file("errors"))
    // Tests may run in the background of a shell, which has its children ignore SIGINT.
    for number in [SIGINT, SIGHUP] { signal(number, SIG_DFL) }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var output: String { text("output") }
  var errors: String { text("errors") }

  private func text(_ name: String) -> String {
    (try? String(contentsOf: folder.file(name), encoding: .utf8)) ?? ""
  }

  /// Fails the test where the condition has not come true before the command ended, or within two minutes.
  func wait(until condition: () -> Bool) throws {
    let start = ContinuousClock.now
    while !condition() {
      try #require(process.isRunning && ContinuousClock.now - start < .seconds(120), "\(errors)")
      Thread.sleep(forTimeInterval: 0.005)
    }
  }

  func send(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The exit code.
  func end() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// Arguments of the command that a stopped command says continues it.
func continuation(in errors: String) throws -> [String] {
  let line = try #require(errors.split(separator: "\n").last { $0.contains("crossplay ") })
  let words = try #require(line.firstRange(of: "crossplay ")).upperBound
  return line[words...].split(separator: " ").map(String.init)
}
