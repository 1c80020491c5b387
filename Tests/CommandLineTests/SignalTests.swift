import Foundation
import TestSupport
import Testing

/// Signals: the first is a request to stop, after which nothing is lost; the second ends the process at once.
@Suite struct SignalTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: folder.file(path)) }

  private func lines(_ path: String) -> Int {
    (try? String(contentsOf: folder.file(path), encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  private func checkpoints(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file("\(path)/checkpoints").path).sorted()
  }

  /// 600 updates, with a single checkpoint at their end.
  private let long = ["--set", "total_env_steps=76800", "--set", "checkpoint_interval=76800"]

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func aTrainingThatIsAskedToStopGoesOnToTheSameBytes(number: Int32, status: Int32) throws {
    let training = try RunningCommand(["train", "small.yaml", "--output", "it's stopped"] + long, in: folder.url)
    try training.wait { lines("it's stopped/metrics.jsonl") >= 20 * 4 }
    training.send(number)
    #expect(training.end() == status)
    #expect(training.output.isEmpty)
    // Everything that was measured is in the checkpoint.
    let update = lines("it's stopped/metrics.jsonl") / 4
    #expect(update < 600)
    let name = String(repeating: "0", count: 6 - "\(update)".count) + "\(update)"
    #expect(try checkpoints("it's stopped") == [name])
    #expect(training.errors.contains("after update \(update) of 600"), "\(training.errors)")
    let command = "crossplay train small.yaml --output 'it'\\''s stopped' \(long.joined(separator: " ")) --resume"
    #expect(training.errors.contains(command), "\(training.errors)")

    let resumed = try CommandRun(
      ["train", "small.yaml", "--output", "it's stopped", "--resume"] + long, in: folder.url)
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try CommandRun(["train", "small.yaml", "--output", "whole"] + long, in: folder.url)
    #expect(whole.status == 0, "\(whole.errors)")
    for path in ["metrics.jsonl", "checkpoints/000600/state.safetensors"] {
      let stopped = try comparableBytes(folder.file("it's stopped/\(path)"))
      #expect(try stopped == comparableBytes(folder.file("whole/\(path)")), "\(path)")
    }
  }

  @Test func theSecondSignalEndsATrainingAtOnce() throws {
    // One update takes minutes.
    let training = try RunningCommand(
      [
        "train", "small.yaml", "--output", "long", "--set", "epochs=1000", "--set", "environments=512", "--set",
        "rollout_length=128", "--set", "total_env_steps=10000000",
      ], in: folder.url)
    try training.wait { training.errors.contains("4 runs on") }
    training.send(SIGINT)
    Thread.sleep(forTimeInterval: 0.5)
    training.send(SIGTERM)
    let start = ContinuousClock.now
    #expect(training.end() == 143)
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(!FileManager.default.fileExists(atPath: folder.file("long/checkpoints").path))
  }

  @Test func wavesAndTimedCheckpointsKeepWhatIsTrained() throws {
    let waves = ["train", "small.yaml", "--output", "waves", "--wave-runs", "2"] + long
    let training = try RunningCommand(waves, in: folder.url)
    try training.wait { lines("waves/metrics.jsonl") >= (600 + 10) * 2 }
    training.send(SIGTERM)
    #expect(training.end() == 143)
    #expect(training.errors.contains("of wave 2 of 2"), "\(training.errors)")
    #expect(try checkpoints("waves") == ["runs-000-001", "runs-002-003"])

    let timed = try CommandRun(
      ["train", "small.yaml", "--output", "timed", "--set", "checkpoint_minutes=1e-9", "--set", "checkpoints_kept=9"],
      in: folder.url)
    #expect(timed.status == 0, "\(timed.errors)")
    #expect(try checkpoints("timed") == (1...8).map { "00000\($0)" })
  }

  @Test func anEvaluationThatIsAskedToStopKeepsItsTeams() throws {
    for name in ["one", "other"] {
      let run = try CommandRun(["train", "small.yaml", "--output", name], in: folder.url)
      try #require(run.status == 0, "\(run.errors)")
    }
    let options = ["--games", "3000", "--mode", "sampled,greedy", "--device", "0"]
    let evaluation = try RunningCommand(["evaluate", "one"] + options, in: folder.url)
    try evaluation.wait { played("one").map { lines("one/\($0)") > 0 } ?? false }
    evaluation.send(SIGTERM)
    #expect(evaluation.end() == 143)
    #expect(evaluation.output.isEmpty)
    let file = try #require(played("one"))
    let kept = lines("one/\(file)")
    #expect(evaluation.errors.contains("with \(kept) teams played"), "\(evaluation.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("one/evaluation").path))

    // As if it had been killed while it wrote another line.
    let handle = try FileHandle(forWritingTo: folder.file("one/\(file)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"cell":{"gam"#.utf8))
    try handle.close()
    let again = try CommandRun(continuation(in: evaluation.errors), in: folder.url)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("\(kept) teams were played before"), "\(again.errors)")
    #expect(played("one") == nil)
    let whole = try CommandRun(["evaluate", "other"] + options, in: folder.url)
    #expect(whole.status == 0, "\(whole.errors)")
    for path in ["matrix.json", "summary.json", "symmetry.json"] {
      #expect(try data("one/evaluation/\(path)") == data("other/evaluation/\(path)"), "\(path)")
    }
  }

  private func played(_ path: String) -> String? {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.file(path).path))?.first { $0.hasPrefix(".played-") }
  }

  @Test func anExperimentThatIsStoppedEvaluatesAndReportsNothing() throws {
    let experiment = try RunningCommand(["experiment", "small.yaml", "--output", "whole"] + long, in: folder.url)
    try experiment.wait { lines("whole/metrics.jsonl") >= 4 }
    experiment.send(SIGTERM)
    #expect(experiment.end() == 143)
    #expect(!FileManager.default.fileExists(atPath: folder.file("whole/evaluation").path))
    let again = try CommandRun(continuation(in: experiment.errors), in: folder.url)
    #expect(again.status == 0, "\(again.errors)")
    #expect(FileManager.default.fileExists(atPath: folder.file("whole/report/report.html").path))
  }
}
