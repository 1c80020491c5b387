// Evaluations of single updates: during training by evaluation.interval, and afterwards by --checkpoint.
import Foundation
import TestSupport
import Testing

@Suite struct EvaluationOverTrainingTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func train(_ output: String, _ options: String...) throws -> CommandRun {
    let run = try CommandRun(["train", "small.yaml", "--output", output] + options, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func evaluate(_ arguments: String...) throws -> CommandRun {
    try CommandRun(["evaluate"] + arguments, in: folder.url)
  }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file(path).path).filter { !$0.hasPrefix(".") }.sorted()
  }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: folder.file(path)) }

  private static let tables = ["matrix.json", "summary.json", "symmetry.json", "matrix-greedy.svg"]

  private func expectSameEvaluations(_ one: String, _ other: String) throws {
    #expect(try names("\(one)/evaluations") == names("\(other)/evaluations"))
    for update in try names("\(other)/evaluations") {
      for table in Self.tables {
        let place = "evaluations/\(update)/\(table)"
        #expect(try data("\(one)/\(place)") == data("\(other)/\(place)"), "\(place)")
      }
    }
  }

  /// Updates 3, 6 and 8 of 8.
  private let interval = ["--set", "evaluation.interval=384"]

  @Test func aTrainingEvaluatesItselfAndLearnsTheSame() throws {
    let run = try train("evaluated", interval[0], interval[1], "--set", "checkpoints_kept=1")
    #expect(run.errors.contains("update 6 is evaluated, in evaluated/evaluations/000006"), "\(run.errors)")
    #expect(try names("evaluated/checkpoints") == ["000003", "000006", "000008"])
    #expect(try names("evaluated/evaluations") == ["000003", "000006", "000008"])
    _ = try train("plain")
    for path in ["metrics.jsonl", "checkpoints/000008/state.safetensors"] {
      #expect(try comparableBytes(folder.file("evaluated/\(path)")) == comparableBytes(folder.file("plain/\(path)")))
    }

    // The last is what evaluate makes of the last checkpoint, and none is played again.
    #expect(try evaluate("plain").status == 0)
    for table in Self.tables {
      #expect(try data("plain/evaluation/\(table)") == data("evaluated/evaluations/000008/\(table)"), "\(table)")
    }
    let all = try evaluate("evaluated", "--checkpoint", "all", "--json")
    #expect(all.status == 0 && all.errors.contains("update 3 was evaluated before"), "\(all.errors)")
    #expect(!all.errors.contains("games/s"))
    let objects = try all.objects()
    #expect(objects.map { $0["update"] as? Int } == [3, 3, 6, 6, 8, 8])
    #expect(objects.map { $0["env_steps"] as? Int } == [384, 384, 768, 768, 1024, 1024])
    #expect(objects[0]["configuration"] as? String == "entropy_coefficient=0.01")

    let report = try CommandRun(["report", "evaluated"], in: folder.url)
    #expect(report.status == 0, "\(report.errors)")
    let curves = try String(decoding: data("evaluated/report/cross_play_curves.csv"), as: UTF8.self)
    #expect(curves.split(separator: "\n").count == 1 + 2 * 2 * 3)
  }

  @Test func oneCheckpointOrAllAreEvaluatedAfterwards() throws {
    _ = try train("a", "--set", "checkpoints_kept=9", "--set", "checkpoint_interval=256")
    let one = try evaluate("a", "--checkpoint", "4", "--games", "5")
    #expect(one.status == 0 && one.output.hasPrefix("Update 4, 512 env steps per run\n"), "\(one.errors)")
    #expect(try names("a/evaluations") == ["000004"])
    let all = try evaluate("a", "--checkpoint", "all", "--games", "5", "--output", "over", "--json")
    #expect(all.status == 0, "\(all.errors)")
    #expect(try names("over") == ["000002", "000004", "000006", "000008"])
    for table in Self.tables {
      #expect(try data("over/000004/\(table)") == data("a/evaluations/000004/\(table)"), "\(table)")
    }
    #expect(try data("over/000002/matrix.json") != data("over/000008/matrix.json"))

    // A fixed partner at every update.
    #expect(try CommandRun(["export", "a", "--run", "0", "--output", "partner"], in: folder.url).status == 0)
    let met = try evaluate("a", "partner", "--checkpoint", "all", "--games", "2", "--mode", "greedy", "--output", "met")
    #expect(met.status == 0, "\(met.errors)")
    #expect(try names("met") == ["000002", "000004", "000006", "000008"])

    for (arguments, problem) in [
      (["a", "--checkpoint", "5"], "a: has no checkpoint of update 5; there are those of updates 2, 4, 6, 8"),
      (["a", "--checkpoint", "last"], "--checkpoint last: expected the number of an update, or all"),
      (["partner", "--checkpoint", "all"], "partner have no checkpoints"),
      (["a", "partner", "--checkpoint", "4"], "(--output FOLDER)"),
    ] {
      let run = try CommandRun(["evaluate"] + arguments, in: folder.url)
      #expect(run.status == 1 && run.errors.contains(problem), "\(run.errors)")
    }
  }

  @Test func whatWasStoppedOrIsMissingIsMadeUp() throws {
    let options = ["--set", "evaluation.interval=384", "--set", "evaluation.games=600"]
    let whole = try CommandRun(["train", "small.yaml", "--output", "whole"] + options, in: folder.url)
    try #require(whole.status == 0, "\(whole.errors)")

    let training = try RunningCommand(["train", "small.yaml", "--output", "stopped"] + options, in: folder.url)
    try training.wait {
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.file("stopped/evaluations").path)
      return names?.contains { $0.hasPrefix(".played-") } == true
    }
    training.send(SIGTERM)
    #expect(training.end() == 143, "\(training.errors)")
    #expect(training.errors.contains("after update 3 of 8"), "\(training.errors)")
    #expect(try names("stopped/evaluations") == [])
    let resumed = try CommandRun(continuation(in: training.errors), in: folder.url)
    #expect(resumed.status == 0, "\(resumed.errors)")
    try expectSameEvaluations("stopped", "whole")

    // As if it had been killed after the last checkpoint.
    try FileManager.default.removeItem(at: folder.file("stopped/evaluations/000008"))
    let again = try CommandRun(
      ["train", "small.yaml", "--output", "stopped", "--resume"] + options, in: folder.url)
    #expect(again.status == 0, "\(again.errors)")
    try expectSameEvaluations("stopped", "whole")
    for path in ["metrics.jsonl", "checkpoints/000008/state.safetensors"] {
      #expect(try comparableBytes(folder.file("stopped/\(path)")) == comparableBytes(folder.file("whole/\(path)")))
    }
  }

  /// All runs play as soon as the last wave has come so far.
  @Test func wavesAreEvaluatedTogether() throws {
    _ = try train("whole", interval[0], interval[1])
    let waves = try train("waves", interval[0], interval[1], "--wave-runs", "2")
    #expect(waves.errors.contains("in waves of 2, 2"), "\(waves.errors)")
    try expectSameEvaluations("waves", "whole")

    // Two devices come so far at different times, and write and remove checkpoints while one of them evaluates.
    let devices = try train(
      "devices", interval[0], interval[1], "--device", "0,0", "--set", "checkpoints_kept=1", "--set",
      "checkpoint_interval=128")
    #expect(devices.errors.contains("in waves of 2, 2"), "\(devices.errors)")
    try expectSameEvaluations("devices", "whole")
    for wave in ["runs-000-001", "runs-002-003"] {
      #expect(try names("devices/checkpoints/\(wave)") == ["000003", "000006", "000008"])
    }
  }

  @Test func sharesOfEveryUpdateAreJoined() throws {
    _ = try train("a", "--set", "checkpoints_kept=9", "--set", "checkpoint_interval=384")
    for share in ["1/2", "2/2"] {
      let run = try evaluate("a", "--checkpoint", "all", "--games", "5", "--shard", share)
      #expect(run.status == 0 && run.output.contains("part \(share) of the teams is played"), "\(run.errors)")
      #expect(try names("a/evaluations") == [])
    }
    let joined = try evaluate("a", "--checkpoint", "all", "--games", "5")
    #expect(joined.status == 0 && joined.errors.contains("update 6: 0 games in"), "\(joined.errors)")
    let whole = try evaluate("a", "--checkpoint", "all", "--games", "5", "--output", "whole/evaluations")
    #expect(whole.status == 0, "\(whole.errors)")
    try expectSameEvaluations("a", "whole")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("a/evaluations").path)
    #expect(!left.contains { $0.hasPrefix(".played-") })
  }
}
