import Foundation
import TestSupport
import Testing

/// Replays of hanab.live: what watch writes, verify replays, however the site would have written the same game.
@Suite struct HanabLiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func replay(players: Int) throws -> [String: Any] {
    let run = try CommandRun(
      [
        "watch", "--environment", "hanabi", "--set", "environment.players=\(players)", "--seed", "5", "--games", "2",
        "--format", "hanab-live", "game.json",
      ], in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 2)
    let data = try Data(contentsOf: folder.url.appendingPathComponent("game-2.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func verify(_ replay: [String: Any]) throws -> CommandRun {
    try JSONSerialization.data(withJSONObject: replay).write(to: folder.url.appendingPathComponent("changed.json"))
    return try CommandRun(["verify", "changed.json", "--json"], in: folder.url)
  }

  @Test(arguments: [2, 4]) func watchWritesWhatVerifyReplays(players: Int) throws {
    let replay = try replay(players: players)
    #expect((replay["deck"] as? [Any])?.count == 50)
    #expect((replay["players"] as? [String])?.count == players)
    let run = try verify(replay)
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(try run.objects().first)
    #expect(report["difference_count"] as? Int == 0)
    #expect(report["steps"] as? Int == (replay["actions"] as? [Any])?.count)
  }

  @Test func oldKeysAndAnotherFirstPlayerAreTheSameGame() throws {
    var replay = try replay(players: 3)
    let deck = try #require(replay["deck"] as? [[String: Int]])
    let actions = try #require(replay["actions"] as? [[String: Int]])
    // Everybody sits one place further, so that player 1 begins; the cards of the first hands move with them.
    let hand = 5
    func moved(_ place: Int) -> Int { place < 3 * hand ? (place + hand) % (3 * hand) : place }
    var movedDeck = deck
    for (place, card) in deck.enumerated() {
      movedDeck[moved(place)] = ["suit": try #require(card["suitIndex"]), "rank": try #require(card["rank"])]
    }
    replay["deck"] = movedDeck
    replay["actions"] = try actions.map { action in
      var action = action
      let target = try #require(action["target"])
      action["target"] = try #require(action["type"]) >= 2 ? (target + 1) % 3 : moved(target)
      return action
    }
    replay["options"] = ["startingPlayer": 1]
    let run = try verify(replay)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try #require(try run.objects().first)["steps"] as? Int == actions.count)
    replay["options"] = nil
    #expect(try verify(replay).status != 0)
  }

  @Test func whatTheRulesForbidIsNamed() throws {
    let whole = try replay(players: 2)
    let actions = try #require(whole["actions"] as? [[String: Int]])
    func problem(_ change: (inout [String: Any]) -> Void) throws -> String {
      var replay = whole
      change(&replay)
      let run = try verify(replay)
      #expect(run.status != 0)
      return run.errors
    }
    #expect(try problem { $0["actions"] = [["type": 1, "target": 0]] }.contains("discards at full information tokens"))
    #expect(try problem { $0["actions"] = [["type": 0, "target": 7]] }.contains("is not in the player's hand"))
    #expect(try problem { $0["actions"] = [["type": 2, "target": 0, "value": 0]] }.contains("do not allow"))
    #expect(
      try problem { $0["actions"] = actions + [["type": 0, "target": 0]] }.contains("comes after the end of the game"))
    #expect(try problem { $0["deck"] = Array(repeating: ["suitIndex": 0, "rank": 1], count: 50) }.contains("variants"))
    #expect(try problem { $0["players"] = ["alone"] }.contains("has 1 players"))
  }

  @Test func othersGamesHaveNoReplays() throws {
    func errors(_ arguments: String...) throws -> String {
      let run = try CommandRun(["watch"] + arguments, in: folder.url)
      #expect(run.status != 0)
      return run.errors
    }
    #expect(try errors("--environment", "levers", "--format", "hanab-live", "a.json").contains("plays Hanabi"))
    #expect(
      try errors("--environment", "hanabi", "--set", "environment.preset=tiny", "--format", "hanab-live", "a.json")
        .contains("full game only"))
    #expect(try errors("--environment", "hanabi", "--format", "hanab-live").contains("give both"))
  }
}
