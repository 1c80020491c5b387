import Foundation
import TestSupport
import Testing

/// What cannot be written: results are errors, remarks and progress are left out.
@Suite struct OutputTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  /// The command by a shell, with redirections.
  private func crossplay(_ arguments: [String], _ redirections: String) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "\"$0\" \"$@\" \(redirections)", try CommandRun.executable.path] + arguments
    process.currentDirectoryURL = folder.url
    try Data().write(to: folder.file("errors"))
    process.standardError = try FileHandle(forWritingTo: folder.file("errors"))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: folder.file("errors"), encoding: .utf8))
  }

  private func expectNoResult(_ arguments: [String], _ redirections: String) throws {
    let run = try crossplay(arguments, redirections)
    #expect(run.status == 1, "\(arguments) \(redirections): \(run.errors)")
    #expect(run.errors.contains("Error: the result cannot be written to stdout: "), "\(arguments): \(run.errors)")
  }

  @Test(arguments: [">/dev/full", ">&-"]) func aResultThatCannotBeWrittenIsAnError(redirection: String) throws {
    try expectNoResult(["train", "small.yaml", "--output", "a"], redirection)
    for arguments in [
      ["devices"], ["devices", "--json"], ["train", "small.yaml", "--output", "a", "--resume", "--json"],
      ["train", "small.yaml", "--plan"], ["evaluate", "a", "--games", "2"], ["report", "a"], ["report", "a", "--json"],
      ["export", "a", "--run", "0"], ["watch", "--environment", "levers"], ["watch", "--policy", "a", "--json"],
      ["flow", "matching:2", "--alpha", "1", "--initialisations", "1"], ["--help"], ["--version"], ["help", "train"],
      [
        "bench", "environment", "--environment", "levers", "--set", "environments=64", "--repetitions", "1", "--json",
      ],
    ] { try expectNoResult(arguments, redirection) }
  }

  @Test func aReaderThatGoesAwayIsAnError() throws {
    let run = try crossplay(["watch", "--environment", "levers", "--games", "1000000"], "| true")
    #expect(run.errors.contains("Error: the result cannot be written to stdout: Broken pipe"), "\(run.errors)")
  }

  @Test(arguments: ["2>/dev/full", "2>&-"]) func progressThatCannotBeWrittenIsLeftOut(redirection: String) throws {
    #expect(try crossplay(["train", "small.yaml", "--output", "a"], redirection).status == 0)
    #expect(try crossplay(["train", "small.yaml", "--output", "b"], "").status == 0)
    for path in ["metrics.jsonl", "config.yaml", "checkpoints/000008/state.safetensors"] {
      let written = try comparableBytes(folder.file("a/\(path)"))
      #expect(try written == comparableBytes(folder.file("b/\(path)")), "\(path)")
    }
    #expect(try crossplay(["evaluate", "a", "--games", "2"], redirection).status == 0)
  }

  /// What a training writes to a terminal of this kind, which util-linux's `script` provides.
  private func output(onTerminal kind: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let command = "'\(try CommandRun.executable.path)' train small.yaml --output \(kind)"
    process.arguments = ["TERM=\(kind)", "script", "-qec", command, "/dev/null"]
    process.currentDirectoryURL = folder.url
    try Data().write(to: folder.file("shown"))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: folder.file("shown"))
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try String(contentsOf: folder.file("shown"), encoding: .utf8)
  }

  @Test func onlyTerminalsThatUnderstandThemGetEscapeCodes() throws {
    let rewritten = try output(onTerminal: "xterm")
    #expect(rewritten.contains("\r\u{1B}[Kupdate 8/8"), "\(rewritten)")
    let plain = try output(onTerminal: "dumb")
    #expect(plain.contains("update 8/8") && !plain.contains("\u{1B}"), "\(plain)")
  }

  @Test func linesOfALogFileCarryTheTime() throws {
    let run = try CommandRun(["train", "small.yaml", "--output", "a"], in: folder.url)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count >= 2)
    for line in lines { #expect(line.prefixMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \w/) != nil, "\(line)") }
  }
}
