import Environments
import TestSupport
import Testing

@Suite struct HanabiParametersTests {
  /// (parameters, features of the observation, actions with the no-op, cards), after the reference implementations.
  @Test(
    arguments: [
      (["preset": "full"], 658, 21, 50), (["players": 3], 956, 31, 50), (["players": 4], 1041, 39, 50),
      (["players": 5], 1280, 49, 50), (["preset": "small"], 171, 12, 20), (["preset": "very_small"], 106, 11, 10),
      (["preset": "tiny"], 81, 9, 6), (["preset": "tiny_hle"], 85, 9, 8),
      (["observation": "minimal"], 308, 21, 50),
    ] as [([String: ParameterValue], Int, Int, Int)])
  func presetsHaveTheSizesOfTheReferences(
    parameters: [String: ParameterValue], features: Int, actions: Int, cards: Int
  ) throws {
    let environment = try hanabi(parameters)
    #expect(environment.observationFeatureCount == features)
    #expect(environment.actionCount == actions)
    #expect(environment.parameters.deckSize == cards)
  }

  /// hanabi-learning-environment knows no other numbers of cards; `tiny` and the one colour of `very_small` are ours.
  @Test func presetsOtherThanOursAreGamesOfHanabiLearningEnvironment() throws {
    let playable = try HanabiParameters.Preset.allCases.filter { preset in
      let rules = try hanabi(["preset": .text(preset.rawValue)]).parameters
      let copies = [3] + Array(repeating: 2, count: rules.ranks - 2) + [1]
      return 2...5 ~= rules.colors && 2...5 ~= rules.ranks && rules.cardCounts == copies
    }
    #expect(playable == [.full, .small, .mini, .tinyHLE])
  }

  @Test func keysOverrideThePreset() throws {
    let rules = try hanabi(["preset": "small", "colors": 4, "life_tokens": 7]).parameters
    #expect(rules.colors == 4 && rules.lifeTokens == 7)
    #expect(rules.handSize == 2 && rules.cardCounts == [3, 2, 2, 2, 1])
    #expect(try hanabi(["ranks": 4]).parameters.cardCounts == [3, 2, 2, 1])
    #expect(try hanabi(["ranks": 1]).parameters.cardCounts == [3])
  }

  @Test(
    arguments: [
      (["players": 6], "environment.players = 6; expected a whole number from 2 to 5"),
      (
        ["colors": 6, "ranks": 6], "environment.colors = 6 times environment.ranks = 6 is 36 kinds of cards; at most 32"
      ),
      (
        ["card_counts": [3, 2]],
        "environment.card_counts has 2 entries for environment.ranks = 5; give one count per rank"
      ),
      (["card_counts": [16, 2, 2, 2, 1]], "environment.card_counts"),
      (["preset": "tiny", "players": 5], "environment.hand_size = 2 needs 10 cards for 5 players, but the deck has 6"),
      (["preset": "huge"], "environment.preset = huge; expected one of full, small, very_small, mini, tiny, tiny_hle"),
      (["knowledge": "v1"], "environment.knowledge"), (["lifes": 3], "environment.lifes is not a known key"),
      (["hand_size": "big"], "environment.hand_size"),
      (["observation": "seer"], "environment.observation = seer; expected one of card_knowledge, minimal"),
      (["observation": "minimal", "knowledge": "v0"], "environment.knowledge = v0 says how a minimal observation"),
    ] as [([String: ParameterValue], String)])
  func badParametersAreRefusedWithASentenceThatNamesTheKey(
    parameters: [String: ParameterValue], sentence: String
  ) throws {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try hanabi(parameters) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func unknownEnvironmentsAreRefused() {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) {
      try EnvironmentRegistry.make(name: "bridge", parameters: EnvironmentParameters())
    }
    #expect(error?.description.contains("known are hanabi") == true)
  }

  @Test func everyActionHasItsName() throws {
    let environment = try hanabi(["preset": "tiny", "players": 3, "card_counts": [2, 2]])
    #expect(
      (0..<environment.actionCount).map(environment.actionName) == [
        "discard slot 0", "discard slot 1", "play slot 0", "play slot 1", "tell player +1 color R",
        "tell player +1 color Y", "tell player +2 color R", "tell player +2 color Y", "tell player +1 rank 1",
        "tell player +1 rank 2", "tell player +2 rank 1", "tell player +2 rank 2", "no-op",
      ])
  }
}
