// Folders of several trainings in one evaluation.
import Foundation
import TestSupport
import Testing

@Suite struct JoinedEvaluationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
  }

  private func crossplay(_ arguments: String...) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

  private func train(_ output: String, _ overrides: String...) throws {
    let run = try CommandRun(
      ["train", "small.yaml", "--output", output, "--set", "total_env_steps=256"]
        + overrides.flatMap { ["--set", $0] }, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func differentTrainingsArePairedUnderTheNamesOfTheirFolders() throws {
    try train("a/one")
    try train("b/two", "sweep.entropy_coefficient=[0.1, 3]", "epochs=1", "seeds=3")
    let run = try crossplay("evaluate", "a/one", "b/two", "--output", "joined", "--mode", "greedy", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let objects = try run.objects()
    let configurations = objects.compactMap { $0["configuration"] as? String }
    #expect(
      configurations == [
        "one/entropy_coefficient=0.01", "one/entropy_coefficient=0.1", "two/entropy_coefficient=0.1",
        "two/entropy_coefficient=3",
      ])
    #expect(objects.count == 4 + 16)
    let lines = try text("joined/matrix.csv").split(separator: "\n")
    #expect(lines.count == 1 + 10 * 10)
    #expect(
      lines.contains { $0.hasPrefix("greedy,one/entropy_coefficient=0.1_seed=1,two/entropy_coefficient=3_seed=2,16,") })
    let blocks = try text("joined/blocks.csv").split(separator: "\n").map { $0.split(separator: ",") }
    #expect(blocks.count == 17)
    #expect(
      blocks.contains {
        $0[1] == "two/entropy_coefficient=3" && $0[2] == "one/entropy_coefficient=0.01" && $0[5] == "6"
      })
    #expect(try text("joined/evaluation.json").contains("\"label\" : \"two\""))
  }

  @Test func policiesOfDifferentNetworksMeet() throws {
    try train("narrow", "sweep=")
    try train("wide", "sweep=", "network={trunk: [40], actor: [24], critic: [8], activation: tanh}")
    try train("recurrent", "sweep=", "network={trunk: [16], gru: 8, actor: [], critic: [8]}")
    let folders = ["narrow", "wide", "recurrent"]
    let run = try CommandRun(["evaluate"] + folders + ["--output", "joined", "--json"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let objects = try run.objects()
    #expect(
      objects.compactMap { $0["configuration"] as? String } == ["narrow/default", "recurrent/default", "wide/default"])
    #expect(objects.compactMap { $0["row"] as? String }.count == 2 * 9)
    let rows = try text("joined/matrix.csv").split(separator: "\n").dropFirst()
    #expect(rows.count == 2 * 6 * 6)

    // Teams of one network play as if nobody else were there.
    let alone = try crossplay("evaluate", "narrow", "wide", "recurrent", "--output", "alone", "--no-across")
    #expect(alone.status == 0, "\(alone.errors)")
    let own = try text("alone/matrix.csv").split(separator: "\n").dropFirst()
    #expect(own.count == 2 * 3 * 4 && Set(own).isSubset(of: rows))

    let report = try CommandRun(
      ["report"] + folders + ["--evaluation", "joined", "--output", "report"], in: folder.url)
    #expect(report.status == 0, "\(report.errors)")
    #expect(try text("report/blocks.csv").contains("recurrent/default"))

    let watched = try crossplay(
      "watch", "--policy", "wide:1", "--policy", "recurrent:0", "--games", "3", "--mode", "greedy", "--json")
    #expect(watched.status == 0, "\(watched.errors)")
    let steps = try watched.objects()
    #expect(steps.last?["game"] as? Int == 3 && steps.last?["done"] as? Bool == true)
    #expect(steps.first?["policies"] as? [String] == ["seed=1 of wide", "seed=0 of recurrent"])
  }

  @Test func policiesTrainedWithOtherShapingPlayTheSameGame() throws {
    let kitchen = "environment={name: overcooked, layout: cramped_room, max_steps: 12"
    try train("shaped", kitchen + "}", "seeds=1")
    try train("plain", kitchen + ", shaping_weight: 0, plate_reward: false}", "seeds=1")
    let run = try crossplay("evaluate", "shaped", "plain", "--output", "joined", "--games", "2", "--json")
    #expect(run.status == 0, "\(run.errors)")
    // One run has no other of its configuration to meet.
    #expect(try run.objects().count == 4 + 2 * 12)
  }

  @Test func theFirstDifferenceOfTwoGamesIsNamed() throws {
    try train("two")
    try train("three", "environment.players=3")
    let run = try crossplay("evaluate", "two", "three", "--output", "joined")
    #expect(run.status != 0)
    #expect(
      run.errors.contains(
        "three: has environment.players 3, which is 2 in two; policies of different games cannot play together"))
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("joined").path))
  }

  @Test func resultsOfAnotherEvaluationAreNeverOverwritten() throws {
    try train("a")
    try train("b", "seeds=1")
    #expect(try crossplay("evaluate", "a", "b").errors.contains("(--output FOLDER)"))
    #expect(try crossplay("evaluate", "a", "--games", "4").status == 0)
    let first = try text("a/evaluation/matrix.csv")
    // The same again gives the same; another one leaves it beside itself.
    #expect(try crossplay("evaluate", "a", "--games", "4").status == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("a/evaluation-1").path))
    let other = try crossplay("evaluate", "a", "--games", "5")
    #expect(other.status == 0 && other.errors.contains("evaluation-1"), "\(other.errors)")
    #expect(try text("a/evaluation-1/matrix.csv") == first)
    #expect(try text("a/evaluation/matrix.csv") != first)
    let refused = try crossplay("evaluate", "a", "b", "--output", "a/evaluation")
    #expect(refused.status != 0 && refused.errors.contains("holds the results of another evaluation"))
  }

  @Test func aFolderGivenTwiceIsRefused() throws {
    try train("a")
    let run = try crossplay("evaluate", "a", "a/", "--output", "joined")
    #expect(run.status != 0 && run.errors.contains("is given twice"), "\(run.errors)")
  }

  @Test func evaluationsAtTheSameTimeAllStay() throws {
    try train("a")
    func seeds(_ folders: [String]) throws -> Set<Int> {
      try Set(
        folders.map { folder in
          let data = try Data(contentsOf: self.folder.file("\(folder)/evaluation.json"))
          let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
          #expect(FileManager.default.fileExists(atPath: self.folder.file("\(folder)/matrix-greedy.svg").path))
          return try #require(object["seed"] as? Int)
        })
    }
    func evaluateSixTimes(_ options: [String]) throws {
      let evaluations = try (0..<6).map {
        try RunningCommand(["evaluate", "a", "--games", "2", "--seed", "\($0)"] + options, in: folder.url)
      }
      for evaluation in evaluations { #expect(evaluation.end() == 0, "\(evaluation.errors)") }
    }
    try evaluateSixTimes([])
    #expect(try seeds(["a/evaluation"] + (1...5).map { "a/evaluation-\($0)" }) == Set(0..<6))
    try evaluateSixTimes(["--output", "joined"])
    #expect(try seeds(["joined"] + (1...5).map { "joined-\($0)" }) == Set(0..<6))
    // Nothing else is left.
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("a").path)
    #expect(left.filter { $0.hasPrefix(".") }.sorted() == [".evaluation-lock", ".lock"])
  }

  /// What a checkpoint of another version says: its state.json edited as that version would have written it.
  @Test func anotherVersionWillDoWhereObservationsAndActionsAreTheSame() throws {
    try train("a")
    let place = folder.url.appendingPathComponent("a/checkpoints/000002/state.json")
    let written = try text("a/checkpoints/000002/state.json")
    let unsealed = written.split(separator: "\n").filter { !$0.contains("document_hash") }.joined(separator: "\n")
      .replacing("\"format\" : 2", with: "\"format\" : 1")
    func rewrite(_ change: (String) -> String) throws { try Data(change(unsealed).utf8).write(to: place) }
    try rewrite { $0.replacing(#""version" : 1"#, with: #""version" : 0"#) }
    #expect(try text("a/checkpoints/000002/state.json") != written)
    let older = try crossplay("evaluate", "a", "--games", "2")
    #expect(older.status == 0, "\(older.errors)")
    #expect(older.errors.contains("a was trained in hanabi version 0, this is version 1 with the same observations"))
    try rewrite { text in
      text.replacing(#""version" : 1"#, with: #""version" : 0"#).replacing("Discard 0", with: "Discard one")
        .replacing(#""offset" : 0"#, with: #""offset" : 1"#)
    }
    let changed = try crossplay("evaluate", "a", "--games", "2")
    #expect(changed.status != 0 && changed.errors.contains("not known to be the same"), "\(changed.errors)")
    // Resuming needs the very same version.
    #expect(
      try crossplay("train", "small.yaml", "--output", "a", "--set", "total_env_steps=256", "--resume").status != 0)
  }
}
