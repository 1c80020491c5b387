import Foundation
import TestSupport
import Testing

@Suite struct DoctorCommandTests {
  @Test func aHealthyDeviceHasAVerdictAndExitCode0() throws {
    let folder = FileManager.default.temporaryDirectory
    let run = try CommandRun(["doctor", "games", "determinism"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count >= 4 && lines.dropLast().allSatisfy { $0.hasPrefix("passed  ") })
    #expect(lines.dropLast().contains { $0.hasPrefix("passed  games, hanabi-tiny.json.gz: ") })
    #expect(lines.last?.contains("computes what it should") == true)

    let json = try CommandRun(["doctor", "--json", "device"], in: folder)
    let object = try #require(try json.objects().first)
    #expect(json.status == 0 && object["is_healthy"] as? Bool == true && object["commit"] is String)
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.map { $0["check"] as? String } == ["device"])
    let numbers = try #require(findings[0]["numbers"] as? [String: Double])
    #expect(try #require(numbers["shared_memory_bytes"]) >= 32768)
  }

  /// Beside the program as in a bundle: bin/crossplay and games/. One of the games was not recorded on this earth.
  @Test func gamesOfTheBundleAreReplayedAndAWrongOneIsExitCode1() throws {
    let folder = try TemporaryFolder()
    for name in ["bin", "games"] {
      try FileManager.default.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: true)
    }
    let program = folder.url.appending(path: "bin/crossplay")
    try FileManager.default.linkItem(at: CommandRun.executable.resolvingSymlinksInPath(), to: program)
    let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../EnvironmentsTests/Fixtures/hanabi_verysmall2.json.gz").standardizedFileURL
    try FileManager.default.copyItem(at: recording, to: folder.url.appending(path: "games/right.json.gz"))
    try Data("{}".utf8).write(to: folder.url.appending(path: "games/wrong.json.gz"))
    let run = try CommandRun(["doctor", "games"], in: folder.url, executable: program)
    #expect(run.status == 1)
    #expect(run.output.contains("passed  games, right.json.gz: "), "\(run.output)")
    #expect(run.output.contains("FAILED  games, wrong.json.gz: "), "\(run.output)")
    #expect(run.output.contains("is not to be trusted: 1 of 4 checks failed (wrong.json.gz)"), "\(run.output)")
  }

  @Test func aCheckThatDoesNotExistIsRefused() throws {
    let run = try CommandRun(["doctor", "temperature"], in: FileManager.default.temporaryDirectory)
    #expect(run.status != 0 && run.errors.contains("temperature"))
    let missing = try CommandRun(["doctor", "--device", "99"], in: FileManager.default.temporaryDirectory)
    #expect(missing.status == 1 && missing.errors.contains("there is no Vulkan device 99"))
  }
}
