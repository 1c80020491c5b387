// Runs that are trained in waves end with the same bytes as in one batch.
import Foundation
import TestSupport
import Testing

@Suite struct WaveTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
  }

  @discardableResult
  private func crossplay(_ arguments: String...) throws -> CommandRun {
    let run = try CommandRun(arguments, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: folder.url.appendingPathComponent(path)) }

  private func lines(_ path: String) throws -> [String] {
    String(decoding: try data(path), as: UTF8.self).split(separator: "\n").map { String($0).withoutTimes }.sorted()
  }

  /// Evaluation and exported policies of a folder are those of the whole.
  private func expectSameResults(_ one: String, _ other: String) throws {
    #expect(try lines("\(one)/metrics.jsonl") == lines("\(other)/metrics.jsonl"))
    for place in [one, other] {
      try crossplay("evaluate", place)
      try crossplay("export", place)
    }
    for file in ["summary.json", "matrix.csv"] {
      #expect(try data("\(one)/evaluation/\(file)") == data("\(other)/evaluation/\(file)"), "\(file)")
    }
    let policies = try FileManager.default.contentsOfDirectory(
      atPath: folder.url.appendingPathComponent("\(one)/policies").path)
    #expect(policies.count == 4)
    for policy in policies {
      let file = "policies/\(policy)/policy.safetensors"
      #expect(try data("\(one)/\(file)") == data("\(other)/\(file)"), "\(policy)")
    }
  }

  @Test func wavesGiveTheSameResultsAsOneBatch() throws {
    try crossplay("train", "small.yaml", "--output", "whole")
    let run = try crossplay("train", "small.yaml", "--output", "waves", "--wave-runs", "3", "--json")
    #expect(try run.objects().first?["waves"] as? Int == 2)
    #expect(try run.objects().first?["runs"] as? Int == 4)
    #expect(run.errors.contains("4 runs in waves of 2, 2 on"))
    #expect(run.errors.contains("wave 2/2  update 8/8"))
    try expectSameResults("whole", "waves")
  }

  @Test func interruptedWavesGoOnWhereTheyWere() throws {
    try crossplay("train", "small.yaml", "--output", "whole")
    try crossplay("train", "small.yaml", "--output", "waves", "--wave-runs", "2")
    let checkpoints = folder.url.appendingPathComponent("waves/checkpoints")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: checkpoints.path).sorted() == [
        "runs-000-001", "runs-002-003",
      ])
    // As if the process had been stopped in the second wave behind its first checkpoint.
    try FileManager.default.removeItem(at: checkpoints.appendingPathComponent("runs-002-003/000008"))
    try crossplay("train", "small.yaml", "--output", "waves", "--resume")
    #expect(try lines("waves/metrics.jsonl").count == 8 * 4)
    // And before that checkpoint, when the runs that are left are divided anew.
    try FileManager.default.removeItem(at: checkpoints.appendingPathComponent("runs-002-003"))
    let metrics = String(decoding: try data("waves/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
    try Data((metrics.prefix(8 * 2 + 3 * 2).joined(separator: "\n") + "\n").utf8)
      .write(to: folder.url.appendingPathComponent("waves/metrics.jsonl"))
    try crossplay("train", "small.yaml", "--output", "waves", "--resume", "--wave-runs", "1")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: checkpoints.path).sorted()
        == ["runs-000-001", "runs-002-002", "runs-003-003"])
    try expectSameResults("whole", "waves")
    // Nothing is left to do.
    let before = try data("waves/metrics.jsonl")
    try crossplay("train", "small.yaml", "--output", "waves", "--resume")
    #expect(try data("waves/metrics.jsonl") == before)
  }

  @Test func finishedWavesCanBeEvaluatedBeforeTheOthers() throws {
    try crossplay("train", "small.yaml", "--output", "waves", "--wave-runs", "2")
    let last = folder.url.appendingPathComponent("waves/checkpoints/runs-002-003/000008")
    try FileManager.default.removeItem(at: last)
    let run = try crossplay("evaluate", "waves", "--json")
    #expect(run.errors.contains("waves: 2 of 4 runs"))
    #expect(try run.objects().count == 1)
  }

  @Test func thePlanShowsTheWaves() throws {
    let run = try crossplay("train", "small.yaml", "--plan", "--wave-runs", "3", "--set", "seeds=5")
    #expect(run.output.hasPrefix("10 runs in 4 waves, one after another, of 2, 3, 2, 3 runs; all at once would take "))
    #expect(run.output.contains("runs R 3 in windows of 3"))
  }
}
