import Environments
import Foundation
import TestSupport
import Testing

@Suite struct YokaiParametersTests {
  /// (parameters, actions, features, bytes of a packed row), after the specification.
  @Test(
    arguments: [
      ([:], 786, 351, 48), (["game": "yokai_16"], 1731, 657, 96),
      (["game": "yokai_16", "players": 4], 1779, 724, 96), (["obs": "grid"], 786, 1998, 256),
      (["game": "yokai_16", "obs": "grid"], 1731, 3377, 432), (["action_mode": "cell"], 89, 358, 48),
      (["game": "yokai_16", "action_mode": "cell"], 110, 666, 96), (["obs_matches": true], 786, 432, 64),
      (["game": "yokai_16", "obs_matches": true], 1731, 889, 112),
    ] as [([String: ParameterValue], Int, Int, Int)])
  func sizesAreThoseOfTheSpecification(
    parameters: [String: ParameterValue], actions: Int, features: Int, bytes: Int
  ) throws {
    let environment = try yokai(parameters)
    #expect(environment.actionCount == actions)
    #expect(environment.observationFeatureCount == features)
    #expect(environment.observationWordCount * 4 == bytes)
    #expect(environment.stateWordCount * 4 == 64)
  }

  @Test func theDefaultsAreThoseOfTheSpecification() throws {
    let rules = try yokai().parameters
    #expect(rules.players == 2 && rules.colors == 3 && rules.cardsPerColor == 3 && rules.gridSize == 9)
    #expect(rules.memory == .perfect && rules.actionMode == .slot && rules.observation == .cards)
    #expect(rules.winBonus == 6 && !rules.rejectsSolvedStarts && rules.boundary == .mask && !rules.allowsNullMoves)
    #expect(rules.rewardScale == 1 && rules.shaping.weight == 0 && rules.shaping.horizon == 10_000_000)
    #expect(rules.startCells == [30, 31, 32, 39, 40, 41, 48, 49, 50])
    #expect(try yokai(["game": "yokai_16"]).parameters.startCells.first == 33)
  }

  /// Rule R4: what the card game deals to 2, 3 and 4 players, without hints that say nothing.
  @Test func hintCountsFollowPlayersAndColors() throws {
    func counts(_ game: String, _ players: Int) throws -> [Int] {
      try yokai(["game": .text(game), "players": .integer(players)]).parameters.hintCounts
    }
    #expect(try [2, 3, 4].map { try counts("yokai_9", $0) } == [[2, 3, 0], [2, 3, 0], [3, 3, 0]])
    #expect(try [2, 3, 4].map { try counts("yokai_16", $0) } == [[2, 3, 2], [2, 4, 3], [3, 4, 3]])
    #expect(try yokai(fourCards).parameters.hintCounts == [2, 0, 0])
  }

  @Test func theRewardCanBeScaledToOne() throws {
    #expect(try yokai(["reward_scale": "normalized"]).parameters.rewardScale == 1 / 31)
    #expect(try yokai(["reward_scale": "normalized", "win_bonus": 0]).parameters.rewardScale == 1 / 25)
    #expect(try yokai(["reward_scale": 3]).parameters.rewardScale == 3)
  }

  @Test(
    arguments: [
      (["game": "yokai_25"], "environment.game = yokai_25; expected one of yokai_9, yokai_16"),
      (["players": 5], "environment.players = 5; expected a whole number from 2 to 4"),
      (["colors": 5], "environment.colors = 5"), (["cards_per_color": 1], "environment.cards_per_color = 1"),
      (["grid_size": 12], "environment.grid_size = 12; expected a whole number from 3 to 11"),
      (["colors": 4, "cards_per_color": 5], "is 20 cards; at most 16 are possible"),
      (
        ["game": "yokai_16", "grid_size": 4], "environment.grid_size = 4 leaves no room around the 16 cards; it must be"
      ),
      (["hint_counts": [2, 3]], "environment.hint_counts has 2 entries; give three"),
      (["hint_counts": [4, 0, 0]], "asks for 4 hints with 1 of 3 colors; there are 3"),
      (["hint_counts": [0, 0, 0]], "are 0 hints; 9 cards need 1 to 8"),
      (["colors": 2, "cards_per_color": 2, "hint_counts": [2, 1, 1]], "asks for 1 hints with 3 of 2 colors"),
      (["colors": 4, "cards_per_color": 2, "players": 3], "are 9 hints; 8 cards need 1 to 7"),
      (["memory": "none"], "environment.memory = none; expected one of perfect, turn"),
      (["action_mode": "card"], "environment.action_mode"), (["obs": "image"], "environment.obs"),
      (["boundary": "wrap"], "environment.boundary"), (["win_bonus": -1], "environment.win_bonus"),
      (["reward_scale": 0], "environment.reward_scale"), (["reward_scale": "large"], "environment.reward_scale"),
      (["allow_null_move": 1], "expected true or false"), (["reject_solved_start": "no"], "expected true or false"),
      (["shaping_weight": -1], "environment.shaping_weight = "),
      (["shaping_horizon": -1], "environment.shaping_horizon"),
      (["shaping_turn_bonus": 11], "environment.shaping_turn_bonus"),
      (["shaping_peek_bonus": -1], "environment.shaping_peek_bonus"),
      (["shaping_hint_bonus": "all"], "environment.shaping_hint_bonus"),
      (["obs_matches": 1], "environment.obs_matches = "), (["hints": 3], "environment.hints is not a known key"),
    ] as [([String: ParameterValue], String)])
  func badParametersAreRefusedWithASentenceThatNamesTheKey(
    parameters: [String: ParameterValue], sentence: String
  ) throws {
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try yokai(parameters) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func thereAreNoRecordedGames() throws {
    let contents = try TraceContents(file: "yokai.json", data: Data(#"{"format": 2, "env": "yokai"}"#.utf8))
    let error = #expect(throws: TraceError.self) { try YokaiEnvironment.recordedGames(from: contents) }
    #expect(error?.description.contains("no reference implementation") == true)
  }

  @Test func actionsAndStatesReadWell() throws {
    let environment = try yokai()
    let names = [0, 9 + 81 + 40, 738, 739 + 10, 784, 785].map(environment.actionName)
    #expect(
      names == [
        "peek at 0", "move 1 to row 4 column 4", "reveal a hint", "place hint 1 on 1", "end the game", "no-op",
      ])
    let cellNames = [40, 81, 83, 87, 88].map(try yokai(["action_mode": "cell"]).actionName)
    #expect(cellNames == ["row 4 column 4", "reveal a hint", "choose hint 1", "end the game", "no-op"])
    let state = YokaiTable.start(environment.parameters) { state in
      state.hintOnSlot[4] = 1
      state.revealed = 3
      state.turn = 4
      state.lastHint = .init(slot: 4, owner: 1)
    }
    let text = environment.render(state: state.words)
    #expect(text.contains("turn 4  player 0: first peek, or end"))
    #expect(text.contains("hints  a R  b G on 4  c RG  d (RB)  e (GB)"))
    #expect(text.contains("  .    .    .   3G   4Gb  5G    .    .    .\n"))
    let fields = Dictionary(uniqueKeysWithValues: environment.stateFields(of: state.words).map { ($0.name, $0.value) })
    #expect(fields["last_hint"] == "[4,1]" && fields["hint_on_slot"] == "[-1,-1,-1,-1,1,-1,-1,-1,-1]")
  }
}
