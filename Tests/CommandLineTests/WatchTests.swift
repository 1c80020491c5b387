import Environments
import Foundation
import TestSupport
import Testing

@Suite struct WatchTests {
  private let anywhere = FileManager.default.temporaryDirectory

  @Test(arguments: EnvironmentRegistry.names) func everyGameCanBeWatchedAtRandom(game: String) throws {
    let run = try CommandRun(["watch", "--environment", game, "--seed", "4", "--json", "--validate"], in: anywhere)
    #expect(run.status == 0, "\(run.errors)")
    let steps = try run.objects()
    #expect(steps.map { $0["step"] as? Int } == (1...steps.count).map { $0 })
    #expect(steps.map { $0["done"] as? Bool } == (1...steps.count).map { $0 == steps.count })
    var sum = 0.0
    for step in steps {
      let rewards = try #require(step["rewards"] as? [Double])
      sum += rewards.reduce(0, +) / Double(rewards.count)
      let (names, actions) = (step["action_names"] as? [String], step["actions"] as? [Int])
      #expect(names?.count == rewards.count && actions?.count == rewards.count)
      #expect(step["state"] is [String: Any])
    }
    let last = try #require(steps.last)
    #expect(last["episode_return"] as? Double == sum)
    #expect(last["final_state"] is [String: Any] && last["outcomes"] is [String: Any])
  }

  @Test func boardsActionsAndTheEndAreShownAsText() throws {
    let run = try CommandRun(
      [
        "watch", "--environment", "levers", "--set", "environment.levers=2", "--set", "environment.rounds=2", "--games",
        "2", "--seed", "1",
      ], in: anywhere)
    #expect(run.status == 0, "\(run.errors)")
    let blocks = run.output.components(separatedBy: "\n\n")
    #expect(blocks.count == 7)
    #expect(blocks[0] == "levers, seed 1\nseat 0: random\nseat 1: random")
    #expect(
      blocks[1].hasPrefix(
        "---- game 1, step 1 ----\nround 1/2  matched 0\nlever    0    1\n  pay  1.0  1.0\nseat 0: lever "))
    #expect(blocks[3].hasPrefix("---- game 1 ended after 2 steps ----\nround 2/2  matched "))
    #expect(blocks[3].split(separator: "\n").last?.hasPrefix("return ") == true)
    #expect(blocks[6].contains(", matched "))
  }

  @Test func policiesPlayAndMeetEachOther() throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
    let training = try CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url)
    try #require(training.status == 0, "\(training.errors)")
    func watch(_ arguments: String...) throws -> CommandRun {
      try CommandRun(["watch"] + arguments, in: folder.url)
    }
    let alone = try watch("--policy", "result", "--json")
    let object = try #require(try alone.objects().first)
    let name = "entropy_coefficient=0.01_seed=0 of result"
    #expect(object["policies"] as? [String] == [name, name])
    let together = try watch(
      "--policy", "result:0", "--policy", "result:3", "--mode", "greedy", "--games", "2", "--json")
    #expect(together.status == 0, "\(together.errors)")
    let steps = try together.objects()
    #expect(steps.filter { $0["done"] as? Bool == true }.map { $0["game"] as? Int } == [1, 2])
    #expect((steps.first?["policies"] as? [String])?.last == "entropy_coefficient=0.1_seed=1 of result")
    let outcomes = try #require(steps.last?["outcomes"] as? [String: Double])
    #expect(Set(outcomes.keys) == ["bombed", "perfect"])
    let text = try watch("--policy", "result:1", "--mode", "temperature=0.5").output
    #expect(text.hasPrefix("hanabi, temperature=0.5, seed 0\nseat 0: entropy_coefficient=0.01_seed=1 of result\n"))
    #expect(text.contains("\n  knows     RY12"))

    // Updates 4 and 8 are kept.
    let earlier = try watch("--policy", "result:1@4", "--policy", "result:1", "--json")
    let names = try #require(try earlier.objects().first?["policies"] as? [String])
    #expect(names.map { $0.hasSuffix("of result after update 4") } == [true, false])

    for (arguments, mentions) in [
      (["--policy", "result:9"], "no run 9 in result"),
      (["--policy", "result:0@5"], "no checkpoint of update 5; there are those of updates 4, 8"),
      (["--policy", "result", "--policy", "result", "--policy", "result"], "3 times for 2 seats"),
      (["--policy", "result", "--environment", "levers"], "leave out --environment"),
      (["--policy", "result", "--set", "environment.players=3"], "--set belongs to --environment"),
      (["--policy", "result", "--mode", "best"], "--mode best"),
    ] {
      let run = try CommandRun(["watch"] + arguments, in: folder.url)
      #expect(run.status != 0 && run.output.isEmpty && run.errors.contains(mentions), "\(run.errors)")
    }
  }

  @Test(
    arguments: [
      ([], "--policy FOLDER"), (["--environment", "chess"], "no environment chess; choose hanabi"),
      (["--environment", "levers", "--set", "environment.levers=1"], "environment.levers = 1"),
      (["--environment", "levers", "--mode", "greedy"], "leave it out"),
      (["--environment", "levers", "--games", "0"], "--games 0"),
      (["--environment", "levers", "--delay", "-1"], "--delay"),
      (["--environment", "levers", "--delay", "1", "--step"], "leave out --delay"),
      (["--policy", "nowhere"], "nowhere: holds no training"),
    ])
  func wrongOptionsAreNamed(arguments: [String], mentions: String) throws {
    let run = try CommandRun(["watch"] + arguments, in: anywhere)
    #expect(run.status != 0 && run.output.isEmpty)
    #expect(run.errors.contains(mentions), "\(run.errors)")
  }
}
