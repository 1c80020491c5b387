import Foundation
import TestSupport
import Testing

@Suite struct VerifyTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../EnvironmentsTests/Fixtures").standardizedFileURL

  @Test func recordedGamesAgree() throws {
    let traces = try FileManager.default.contentsOfDirectory(at: Self.fixtures, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasPrefix("hanabi_") }
    #expect(traces.count >= 5)
    let run = try CommandRun(
      ["verify", "--json", "--validate"] + traces.map(\.path), in: FileManager.default.temporaryDirectory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.objects().allSatisfy { $0["difference_count"] as? Int == 0 })
  }

  /// The command of README.md, from the root of the project.
  @Test func theRecordingsThatShipAgree() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
      .standardizedFileURL
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("\ncrossplay verify docs/recordings/*.json.gz "))
    let names = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("docs/recordings").path)
    let recordings = names.filter { $0.hasSuffix(".json.gz") }.sorted()
    #expect(recordings.count >= 2)
    let run = try CommandRun(["verify", "--json"] + recordings.map { "docs/recordings/\($0)" }, in: root)
    #expect(run.status == 0, "\(run.errors)")
    let reports = try run.objects()
    #expect(reports.count == recordings.count && reports.allSatisfy { $0["difference_count"] as? Int == 0 })
    // What records them names every one.
    let script = try String(contentsOf: root.appendingPathComponent("scripts/record-traces"), encoding: .utf8)
    for name in recordings { #expect(script.contains("docs/recordings/\(name)"), "\(name)") }
  }

  @Test func aTraceCutInHalfIsNamed() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: Self.fixtures.appendingPathComponent("hanabi_verysmall2.json.gz"))
    try whole.prefix(whole.count / 2).write(to: folder.url.appendingPathComponent("half.json.gz"))
    let run = try CommandRun(["verify", "half.json.gz"], in: folder.url)
    #expect(run.status != 0)
    #expect(run.errors.contains("half.json.gz"), "\(run.errors)")
  }

  @Test func aDifferenceIsShownAndExitsWithOne() throws {
    let folder = try TemporaryFolder()
    let gunzip = Process()
    gunzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gunzip.arguments = ["gzip", "-dc", Self.fixtures.appendingPathComponent("hanabi_verysmall2.json.gz").path]
    let pipe = Pipe()
    gunzip.standardOutput = pipe
    try gunzip.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    gunzip.waitUntilExit()
    var trace = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var episodes = try #require(trace["episodes"] as? [[String: Any]])
    var steps = try #require(episodes[0]["steps"] as? [[String: Any]])
    steps[0]["reward"] = 5
    episodes[0]["steps"] = steps
    trace["episodes"] = episodes
    try JSONSerialization.data(withJSONObject: trace).write(to: folder.url.appendingPathComponent("changed.json"))
    let run = try CommandRun(["verify", "changed.json"], in: folder.url)
    #expect(run.status == 1)
    #expect(run.output.contains("reward"), "\(run.output)")
  }
}
