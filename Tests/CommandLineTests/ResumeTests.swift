import Foundation
import TestSupport
import Testing

/// `--resume`: goes on where a training stood, says what it found, and starts nothing over in silence.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func crossplay(_ arguments: String...) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

  private func train(_ output: String, _ options: String...) throws -> CommandRun {
    try CommandRun(["train", "small.yaml", "--output", output] + options, in: folder.url)
  }

  private func begin(_ output: String, _ options: String...) throws {
    let run = try CommandRun(["train", "small.yaml", "--output", output] + options, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: folder.file(path)) }
  private func text(_ path: String) throws -> String { String(decoding: try data(path), as: UTF8.self) }
  private func remove(_ path: String) throws { try FileManager.default.removeItem(at: folder.file(path)) }

  private func edit(_ path: String, _ change: (String) -> String) throws {
    let before = try text(path)
    let after = change(before)
    #expect(before != after)
    try Data(after.utf8).write(to: folder.file(path))
  }

  private func expectSameState(_ one: String, _ other: String, update: String = "000008") throws {
    for path in ["metrics.jsonl", "checkpoints/\(update)/state.safetensors"] {
      let (first, second) = try (
        comparableBytes(folder.file("\(one)/\(path)")), comparableBytes(folder.file("\(other)/\(path)"))
      )
      #expect(first == second, "\(path)")
    }
  }

  // MARK: Starting over

  @Test func aTrainingWhoseCheckpointsAreGoneIsNotStartedOver() throws {
    try begin("a")
    try remove("a/checkpoints")
    let before = try data("a/metrics.jsonl")
    let run = try train("a", "--resume")
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("a/checkpoints: has no checkpoint of run entropy_coefficient=0.01"), "\(run.errors)")
    #expect(run.errors.contains("trained for 8 updates"), "\(run.errors)")
    #expect(try data("a/metrics.jsonl") == before)
  }

  @Test func metricsOfAnAttemptWithoutACheckpointAreMovedAside() throws {
    try begin("whole")
    try begin("a")
    try remove("a/checkpoints")
    // Killed in update 4, before its checkpoint.
    try edit("a/metrics.jsonl") { $0.split(separator: "\n").prefix(3 * 4).joined(separator: "\n") + "\n" }
    let attempt = try data("a/metrics.jsonl")
    let run = try train("a", "--resume")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("metrics of the 3 updates before are in metrics-1.jsonl"), "\(run.errors)")
    #expect(try data("a/metrics-1.jsonl") == attempt)
    try expectSameState("a", "whole")
  }

  @Test func whatWasFoundIsSaid() throws {
    try begin("a")
    #expect(try train("a", "--resume").errors.contains("all 8 updates are done"))
    try remove("a/checkpoints/000008")
    let back = try train("a", "--resume")
    #expect(back.errors.contains("goes on after update 4 of 8, the last checkpoint; updates up to 8 are trained again"))
    try remove("a/checkpoints")
    try remove("a/metrics.jsonl")
    #expect(try train("a", "--resume").errors.contains("nothing was trained yet: the training begins at update 1"))
  }

  @Test func gapsInTheMetricsAreNamed() throws {
    try begin("a")
    try remove("a/checkpoints/000008")
    try edit("a/metrics.jsonl") { text in
      text.split(separator: "\n").filter { line in
        !line.contains("\"update\":2,") && !(line.contains("\"seed\":1,") && line.contains("\"update\":3,"))
      }.joined(separator: "\n") + "\n"
    }
    let run = try train("a", "--resume")
    #expect(run.status == 0, "\(run.errors)")
    let gaps = "a/metrics.jsonl: there are no lines for updates 2 of 2 runs, 2 to 3 of 2 runs"
    #expect(run.errors.contains(gaps), "\(run.errors)")
    let report = try crossplay("report", "a")
    #expect(report.errors.contains(gaps), "\(report.errors)")
  }

  // MARK: What may change

  static let fixed: [(String, String, String)] = [
    ("rollout_length=32", "rollout_length", "32 instead of 16"), ("epochs=1", "epochs", "1 instead of 2"),
    ("minibatches=4", "minibatches", "4 instead of 2"),
    ("anneal_learning_rate=true", "learning_rate_schedule", "linear instead of constant"),
    ("value_clipping=false", "value_clipping", "false instead of true"),
    ("network.activation=tanh", "network.activation", "tanh instead of relu"),
    ("environment.players=3", "environment.players", "3 instead of 2"), ("seeds=3", "seeds", "3 instead of 2"),
    ("sweep.entropy_coefficient=[0.01]", "sweep.entropy_coefficient", "[0.01] instead of [0.01, 0.1]"),
    ("total_env_steps=512", "total_env_steps", "512 instead of 1024"),
  ]

  @Test(arguments: fixed) func theFirstKeyThatMustNotChangeIsNamed(set: String, key: String, values: String) throws {
    try begin("a")
    try remove("a/checkpoints/000008")
    let before = try data("a/metrics.jsonl")
    let asked = try train("a", "--resume", "--set", set)
    #expect(asked.status == 1 && asked.output.isEmpty)
    #expect(asked.errors.contains("\(key) is \(values), which it was trained with"), "\(asked.errors)")
    // Also where config.yaml was edited in the same way.
    try begin("b", "--set", set)
    try remove("a/config.yaml")
    try FileManager.default.copyItem(at: folder.file("b/config.yaml"), to: folder.file("a/config.yaml"))
    try edit("a/config.yaml") { $0 + "\n" }
    let edited = try train("a", "--resume", "--set", set)
    #expect(edited.status == 1, "\(edited.errors)")
    #expect(edited.errors.contains("\(key) is \(values), which it was trained with"), "\(edited.errors)")
    #expect(try data("a/metrics.jsonl") == before)
  }

  @Test func freeKeysMayChange() throws {
    try begin("whole")
    try begin("a")
    try remove("a/checkpoints/000008")
    let run = try train(
      "a", "--resume", "--set", "checkpoint_interval=128", "--set", "checkpoints_kept=3", "--set", "evaluation.games=5")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("evaluation.games is 5 instead of 16"), "\(run.errors)")
    #expect(try text("a/config.yaml").contains("games: 5"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("a/checkpoints").path).sorted()
        == ["000006", "000007", "000008"])
    try expectSameState("a", "whole")
  }

  @Test func aTrainingBecomesLongerWhereThatIsAskedFor() throws {
    let longer = ["--set", "total_env_steps=2048"]
    try begin("whole", "--set", "total_env_steps=2048", "--set", "checkpoint_interval=512")
    try begin("a")
    let refused = try train("a", "--resume", longer[0], longer[1])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("total_env_steps is 2048 instead of 1024"), "\(refused.errors)")
    #expect(refused.errors.contains("--extend"), "\(refused.errors)")
    let run = try train("a", "--resume", "--extend", longer[0], longer[1])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("learning rates stay as they are"), "\(run.errors)")
    // With a constant learning rate it is the same training as one that was to be so long from the beginning.
    try expectSameState("a", "whole", update: "000016")
    #expect(try train("a", "--extend").errors.contains("--extend is for --resume"))

    try begin("annealed", "--set", "anneal_learning_rate=true")
    let annealed = try train(
      "annealed", "--resume", "--extend", longer[0], longer[1], "--set", "anneal_learning_rate=true")
    #expect(annealed.status == 0)
    #expect(
      annealed.errors.contains("learning rates fall linearly to 0 over all 16 updates instead of 8"),
      "\(annealed.errors)")
    let lines = try text("annealed/metrics.jsonl").split(separator: "\n").filter { $0.contains("\"run\":0,") }
    let rates = try lines.map { try #require($0.firstMatch(of: /"learning_rate":([^,]+),/)).1 }
    #expect(rates.count == 16 && rates[7] == "6.25e-05" && rates[8] == "0.00025", "\(rates)")
  }

  @Test func remainsOfAKilledTrainingAreRemoved() throws {
    try begin("a", "--wave-runs", "2")
    let remains = [
      "a/.config.yaml.0B6A4E5D-AF6C-4D36-9B8E-9A3B1D7A2A11.temporary", "a/checkpoints/runs-000-001/.writing-000009/x",
      "a/checkpoints/.removing-000001/x",
    ]
    for path in remains {
      let url = folder.file(path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("half".utf8).write(to: url)
    }
    #expect(try train("a", "--resume").status == 0)
    let files = try #require(FileManager.default.enumerator(atPath: folder.file("a").path)).compactMap { $0 as? String }
    #expect(files.filter { $0.contains("temporary") || $0.contains("ing-") }.isEmpty, "\(files)")
  }

  // MARK: What was trained counts

  /// Two runs that changed places would be exported under each other's names.
  @Test func runsInAnotherOrderAreRefused() throws {
    try begin("a")
    func rewrite(_ change: (inout [Any]) -> Void) throws {
      let place = folder.file("a/checkpoints/000008/state.json")
      var object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: place)) as? [String: Any])
      var state = try #require(object["description"] as? [String: Any])
      var runs = try #require(state["runs"] as? [Any])
      change(&runs)
      state["runs"] = runs
      (object["description"], object["format"], object["document_hash"]) = (state, 1, nil)
      try JSONSerialization.data(withJSONObject: object).write(to: place)
    }
    try edit("a/checkpoints/000008/state.json") { $0.replacing("seed=1", with: "seed=2") }
    let changed = try crossplay("export", "a", "--run", "0")
    #expect(changed.status == 1 && changed.errors.contains("is damaged: its text is not the one"), "\(changed.errors)")
    try edit("a/checkpoints/000008/state.json") { $0.replacing("seed=2", with: "seed=1") }
    try rewrite { $0.swapAt(0, 2) }
    let swapped = try crossplay("export", "a", "--run", "0")
    #expect(swapped.status == 1 && swapped.errors.contains("its runs are not in order"), "\(swapped.errors)")
    try rewrite { runs in
      runs.swapAt(0, 2)
      var first = runs[0] as? [String: Any] ?? [:]
      first["name"] = "another"
      runs[0] = first
    }
    let renamed = try crossplay("evaluate", "a")
    #expect(renamed.status == 1 && renamed.errors.contains("has no run 0 called another"), "\(renamed.errors)")
    #expect(try train("a", "--resume").errors.contains("has no run 0 called another"))
  }

  @Test func policiesArePlayedWithTheActivationThatTheyWereTrainedWith() throws {
    try begin("a")
    let options = ["--games", "8", "--mode", "greedy", "--no-symmetry"]
    #expect(try CommandRun(["evaluate", "a", "--output", "before"] + options, in: folder.url).status == 0)
    try edit("a/config.yaml") { $0.replacing("activation: relu", with: "activation: tanh") }
    let run = try CommandRun(["evaluate", "a", "--output", "after"] + options, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains("network.activation is tanh in a/config.yaml and relu in its checkpoint, which counts"),
      "\(run.errors)")
    #expect(try data("before/matrix.json") == data("after/matrix.json"))
  }

  @Test func aTrainingBeginsWithTrainedWeights() throws {
    try begin("a")
    // Steps too small to change a number.
    let still = ["--set", "seeds=1", "--set", "sweep=", "--set", "learning_rate=1e-30"]
    let run = try CommandRun(
      ["train", "small.yaml", "--output", "b", "--set", "init_from=a:3"] + still, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("begin with the weights of entropy_coefficient=0.1_seed=1 in a"), "\(run.errors)")
    func weights(_ path: String, run: String) throws -> [Float] {
      let exported = try crossplay("export", path, "--run", run, "--json").objects()
      let place = try #require(exported.first?["folder"] as? String)
      let file = try Data(contentsOf: URL(fileURLWithPath: place).appendingPathComponent("policy.safetensors"))
      let header = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      return file.dropFirst(8 + header).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self) }
      }
    }
    let begun = try weights("b", run: "0")
    // Weights that were 0 may have become as small as the steps.
    #expect(try zip(begun, weights("a", run: "3")).allSatisfy { abs($0 - $1) < 1e-20 })
    #expect(try zip(begun, weights("a", run: "2")).contains { abs($0 - $1) > 1e-3 })

    for (set, mention) in [
      ("a:9", "init_from = a:9; a holds runs 0 to 3"), ("nowhere:0", "nowhere: holds no training"),
      ("a:0@3", "a: has no checkpoint of update 3; there are those of updates 4, 8"),
    ] {
      let wrong = try train("c", "--set", "init_from=\(set)")
      #expect(wrong.status == 1 && wrong.errors.contains(mention), "\(wrong.errors)")
    }
    let earlier = try CommandRun(
      ["train", "small.yaml", "--output", "d", "--set", "init_from=a:3@4"] + still, in: folder.url)
    #expect(earlier.errors.contains("in a after update 4"), "\(earlier.errors)")
    let wide = try train("c", "--set", "init_from=a:0", "--set", "network.trunk=[24]")
    #expect(wide.errors.contains("its network has other trunk: [16], here [24]"), "\(wide.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("c").path))
  }
}
