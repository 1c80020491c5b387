import Foundation
import TestSupport
import Testing

/// The engine's errors name no options; the command line adds those that help.
@Suite struct AdviceTests {
  @Test(
    arguments: [
      (["train", "small.yaml", "--set", "gamma=2"], "--set gamma=2: gamma = 2; expected a number from 0 to 1"),
      (["train", "small.yaml", "--shard", "2/1"], "--shard 2/1: expected I/N"),
      (["train", "small.yaml", "--output", "taken"], "(--output FOLDER, --resume)"),
      (["train", "small.yaml", "--resume", "--output", "none"], "(without --resume)"),
      (["train", "small.yaml", "--output", "file"], "(--output FOLDER)"),
      (["train", "small.yaml", "--tiles", "3x3", "--matmul", "flat"], "(--matmul host, flat, shared or cooperative)"),
    ])
  func optionsAreAdded(arguments: [String], advice: String) throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
    let taken = folder.url.appendingPathComponent("taken")
    try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
    try Data().write(to: taken.appendingPathComponent("config.yaml"))
    try Data().write(to: folder.url.appendingPathComponent("file"))
    let run = try CommandRun(arguments, in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.contains(advice), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  /// Commands that a report prints are results, not errors.
  private static let reports: Set = ["HTMLPage.swift", "ReportPage.swift", "ReportContents.swift"]

  @Test func noOtherModuleNamesOptions() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let option = try Regex("\"[^\"]*(^|[ `(\"])--[a-z]")
    for case let file as URL in try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    where file.pathExtension == "swift" && !file.path.contains("/crossplay/") && !file.path.contains("/Embed")
      && !Self.reports.contains(file.lastPathComponent)
    {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      for line in lines where !line.drop(while: \.isWhitespace).hasPrefix("//") {
        #expect(line.firstMatch(of: option) == nil, "\(file.lastPathComponent): \(line)")
      }
    }
  }
}
