import Foundation
import TestSupport
import Testing

/// One evaluation, and one experiment, by several processes.
@Suite struct ShardTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  @discardableResult
  private func crossplay(_ arguments: String...) throws -> CommandRun {
    let run = try CommandRun(arguments, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: folder.file(path)) }

  private func hidden(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file(path).path).filter { $0.hasPrefix(".played-") }
      .sorted()
  }

  private func expectSameTables(_ one: String, _ other: String) throws {
    for file in ["matrix.json", "summary.json", "symmetry.json", "matrix-greedy.svg"] {
      #expect(try data("\(one)/\(file)") == data("\(other)/\(file)"), "\(file)")
    }
  }

  @Test func sharesOfAnEvaluationAreJoined() throws {
    try crossplay("train", "small.yaml", "--output", "a")
    try crossplay("evaluate", "a", "--output", "whole")
    for share in ["1/3", "2/3", "3/3"] {
      let run = try crossplay("evaluate", "a", "--output", "shared", "--shard", share)
      #expect(run.output.contains("part \(share) of the teams is played"), "\(run.output)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("shared/evaluation.json").path))
    }
    #expect(try hidden("shared").count == 3)
    // 2 configurations of 2 runs: 4 teams of self-play and 4 of cross-play in 2 modes, and 4 for each family of symmetries.
    let joined = try crossplay("evaluate", "a", "--output", "shared")
    #expect(joined.errors.contains("20 teams were played before"), "\(joined.errors)")
    #expect(joined.errors.contains("0 games in"), "\(joined.errors)")
    #expect(try hidden("shared").isEmpty)
    try expectSameTables("whole", "shared")

    // A share that is missing is played by the last step, and other settings are other teams.
    try crossplay("evaluate", "a", "--output", "missing", "--shard", "2/3")
    let other = try crossplay("evaluate", "a", "--output", "missing", "--games", "3")
    #expect(other.errors.contains("missing also holds shares that were played"), "\(other.errors)")
    #expect(try hidden("missing").count == 1)
    let wrong = try CommandRun(["evaluate", "a", "--shard", "4/3"], in: folder.url)
    #expect(wrong.status == 1 && wrong.errors.contains("--shard 4/3: expected I/N"), "\(wrong.errors)")
  }

  @Test func aShareThatIsStillPlayedIsWaitedFor() throws {
    try crossplay("train", "small.yaml", "--output", "a")
    let games = ["--games", "3000", "--mode", "sampled", "--no-symmetry", "--output", "shared"]
    let share = try RunningCommand(["evaluate", "a", "--shard", "1/2"] + games, in: folder.url)
    try share.wait { (try? hidden("shared").count) == 1 }
    let joined = try CommandRun(["evaluate", "a"] + games, in: folder.url)
    #expect(joined.status == 1 && joined.errors.contains("plays its share; wait for it to end"), "\(joined.errors)")
    share.send(SIGTERM)
    #expect(share.end() == 143)
  }

  @Test func theLastPartOfAnExperimentEvaluatesAndReports() throws {
    try crossplay("experiment", "small.yaml", "--output", "whole")
    let first = try crossplay("experiment", "small.yaml", "--output", "parts", "--shard", "2/2")
    #expect(first.errors.contains("1 of 2 parts are not trained yet"), "\(first.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("parts/report").path))
    try crossplay("experiment", "small.yaml", "--output", "parts", "--shard", "1/2")
    #expect(FileManager.default.fileExists(atPath: folder.file("parts/report/report.html").path))
    try expectSameTables("whole/evaluation", "parts/evaluation")
  }
}
