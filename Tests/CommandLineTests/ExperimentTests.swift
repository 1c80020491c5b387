import Foundation
import TestSupport
import Testing

/// `crossplay experiment`: train, evaluate and report in one.
@Suite struct ExperimentTests {
  @Test func oneCommandTrainsEvaluatesAndReports() throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
    let first = try CommandRun(
      ["experiment", "small.yaml", "--set", "total_env_steps=512", "--output", "whole"], in: folder.url)
    try #require(first.status == 0, "\(first.errors)")
    for text in ["trained 4 runs for 512 env steps", "SP", "report.html"] { #expect(first.output.contains(text)) }
    let summary = try Data(contentsOf: folder.file("whole/evaluation/summary.csv"))
    let page = try String(contentsOf: folder.file("whole/report/report.html"), encoding: .utf8)
    #expect(page.contains("crossplay experiment small.yaml --set total_env_steps=512 --output whole"))

    // What is there already is refused, and continued with --resume: the same tables again.
    let again = ["experiment", "small.yaml", "--set", "total_env_steps=512", "--output", "whole"]
    let refused = try CommandRun(again, in: folder.url)
    #expect(refused.status != 0 && refused.errors.contains("whole"), "\(refused.errors)")
    let resumed = try CommandRun(again + ["--resume"], in: folder.url)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try Data(contentsOf: folder.file("whole/evaluation/summary.csv")) == summary)
  }
}
