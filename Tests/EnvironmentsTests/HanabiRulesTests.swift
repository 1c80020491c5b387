import CShaders
import Environments
import TestSupport
import Testing

/// The rules of Hanabi, one sentence each (docs/environments/hanabi.md).
@Suite struct HanabiRulesTests {
  @Test func cardsAreDealtFromTheTopSeatBySeat() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")
    #expect(try table.state.hands[0].map { $0.card?.name } == ["R1", "R2", "R3"])
    #expect(try table.state.hands[1].map { $0.card?.name } == ["Y1", "Y2", "Y3"])
    #expect(try table.state.deckLeft == 12)
  }

  @Test func discardIsIllegalWhenInformationTokensAreFull() throws {
    let table = try HanabiTable()
    #expect(try !table.isLegal("discard slot 0"))
    try table.move("tell player +1 rank 2")
    #expect(try table.isLegal("discard slot 0"))
  }

  @Test func hintsAreIllegalWithoutInformationTokens() throws {
    let table = try HanabiTable("R1 R1 R1 Y1 Y1 Y1", ["information_tokens": 1])
    #expect(try table.isLegal("tell player +1 rank 1"))
    try table.move("tell player +1 rank 1")
    #expect(try !table.isLegal("tell player +1 rank 1"))
    #expect(try table.state.information == 0)
  }

  @Test func aHintMustTouchACard() throws {
    let table = try HanabiTable("R1 R1 R1 Y1 Y1 Y1")
    #expect(try table.isLegal("tell player +1 color Y"))
    #expect(try !table.isLegal("tell player +1 color R"))
    #expect(try !table.isLegal("tell player +1 rank 2"))
  }

  @Test func onlyTheSeatOnTurnHasAChoice() throws {
    let table = try HanabiTable()
    try table.play.observe()
    #expect(try table.play.legalActions()[1] == [table.action("no-op")])
    #expect(try !table.isLegal("no-op"))
  }

  @Test func aPlayableCardScoresOnePoint() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")
    #expect(try table.move("play slot 0") == 1)
    #expect(try table.state.fireworks == [1, 0, 0])
    #expect(try table.state.lives == 2)
  }

  @Test func aWrongCardCostsALifeAndIsDiscarded() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")
    #expect(try table.move("play slot 1") == 0)
    #expect(try table.state.lives == 1)
    #expect(try table.state.discards.map(\.name) == ["R2"])
    #expect(try table.state.information == 5)
  }

  @Test func cardsMoveLeftAndTheNewOneComesLast() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")
    try table.move("play slot 1")
    #expect(try table.state.hands[0].map { $0.card?.name } == ["R1", "R3", "G1"])
  }

  @Test func knowledgeMovesWithItsCard() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")
    try table.move("tell player +1 rank 1")
    try table.move("tell player +1 rank 3")
    try table.move("tell player +1 rank 3")
    try table.move("play slot 1")
    #expect(try table.state.hands[1].map(\.hintedRank) == [0, 2, nil])
    #expect(try table.state.hands[1][2].plausible == 0o777)
    #expect(try table.state.hands[0].map(\.hintedRank) == [nil, nil, 2])
  }

  @Test func aHintAlsoTellsWhatTheOtherCardsAreNot() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 G3")
    try table.move("tell player +1 color Y")
    let hand = try table.state.hands[1]
    #expect(hand.map(\.plausible) == [0b000_111_000, 0b000_111_000, 0b111_000_111])
    #expect(hand.map(\.hintedColor) == [1, 1, nil])
  }

  @Test func discardingReturnsAnInformationToken() throws {
    let table = try HanabiTable()
    try table.move("tell player +1 rank 2")
    #expect(try table.state.information == 4)
    #expect(try table.move("discard slot 2") == 0)
    #expect(try table.state.information == 5)
  }

  @Test func finishingAColorReturnsAnInformationTokenBelowTheMaximum() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y1 Y1")
    try table.move("play slot 0")
    try table.move("tell player +1 rank 2")
    try table.move("play slot 0")
    try table.move("tell player +1 rank 3")
    #expect(try table.state.information == 3)
    #expect(try table.move("play slot 0") == 1)
    #expect(try table.state.information == 4)
    let full = try HanabiTable("R1 R2 R3 Y1 Y2 Y3")
    for _ in 0..<3 {
      try full.move("play slot 0")
      if try full.state.fireworks[0] < 3 { try full.move("play slot 0") }
    }
    #expect(try full.state.information == 5)
  }

  @Test func theLastLifeCostsAllPoints() throws {
    let table = try HanabiTable("R1 R3 Y3 Y1 G2 G3")
    #expect(try table.move("play slot 0") == 1)
    #expect(try table.move("play slot 0") == 1)
    #expect(try table.move("play slot 0") == 0)
    #expect(try table.move("play slot 1") == -2)
    #expect(try table.play.dones() == [true])
    #expect(try table.state.bombed)
    #expect(try table.state.score == 0)
  }

  @Test func everyoneMovesOnceAfterTheLastCardIsDrawn() throws {
    let table = try HanabiTable("", ["preset": "tiny", "life_tokens": 9])
    // Six cards, four in hands: two draws, then two more moves.
    for move in 0..<4 {
      #expect(try table.play.dones() == [false])
      try table.move(move % 2 == 0 ? "tell player +1 rank 1" : "discard slot 0")
      if try table.state.deckLeft == 0 { break }
    }
    #expect(try table.state.deckLeft == 0)
    #expect(try table.state.lastRound == 1)
    try table.move("play slot 0")
    #expect(try table.play.dones() == [false])
    #expect(try table.state.hands[0].last?.card == nil)
    try table.move("play slot 0")
    #expect(try table.play.dones() == [true])
  }

  @Test func illegalActionsChangeNothingButTheErrorWord() throws {
    for (name, other) in [("discard slot 0", nil), ("no-op", nil), ("play slot 0", 3)] as [(String, Int?)] {
      let table = try HanabiTable()
      let before = try table.play.states()
      try table.choose(table.action(name), other: other)
      #expect(try table.play.states() == before)
      #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
      #expect(try table.play.rewards() == [0, 0])
      #expect(try table.play.dones() == [false])
      #expect(throws: EnvironmentFailure.self) { try table.play.vector.requireNoErrors() }
      table.device.requireNoValidationMessages()
    }
  }

  @Test(arguments: [16, 17, 31, 32, 1000, Int(UInt32.max)])
  func actionsOutOfRangeAreRefused(action: Int) throws {
    let table = try HanabiTable()
    let before = try table.play.states()
    try table.choose(action)
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    #expect(try table.play.states() == before)
  }

  @Test func aStepAfterTheEndIsRefusedUntilAReset() throws {
    let table = try HanabiTable("R3 R2 R2 Y3 Y2 Y2", ["life_tokens": 1])
    try table.move("play slot 0")
    let before = try table.play.states()
    try table.move("play slot 0")
    #expect(try table.play.states() == before)
    #expect(try table.play.errors() == [ERROR_EPISODE_ENDED])
    #expect(try table.play.dones() == [true])
    try table.play.resetWhereDone()
    #expect(try table.state.step == 0)
    #expect(try table.state.episode == 1)
    #expect(try table.state.hands[0].first?.card?.name == "R3")
  }

  @Test func aShuffledDeckHoldsEveryCard() throws {
    let environment = try hanabi()
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [9], environments: 8, device: device)
    var decks: Set<[Int]> = []
    for index in 0..<8 {
      let deck = HanabiGame.deck(rules: environment.parameters, seed: 9, environment: index, episode: 0)
      let counts = Dictionary(grouping: deck) { $0 }.mapValues(\.count)
      #expect(counts.count == 25 && (0..<25).allSatisfy { counts[$0] == [3, 2, 2, 2, 1][$0 % 5] })
      let state = HanabiState(try play.states()[index], environment.parameters)
      let dealt = state.hands.flatMap { $0 }.compactMap { $0.card.map { $0.color * 5 + $0.rank } }
      #expect(dealt == Array(deck.prefix(10)))
      decks.insert(deck)
    }
    #expect(decks.count == 8)
  }
}
