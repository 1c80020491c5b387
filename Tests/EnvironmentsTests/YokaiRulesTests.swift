import CShaders
import Environments
import TestSupport
import Testing

/// The rules of Yokai, one sentence each (docs/environments/yokai.md), on the device. Nine cards start on rows and columns
/// 3 to 5 of a grid of 9 x 9, slot 0 in row 3, column 3.
@Suite struct YokaiRulesTests {
  @Test(arguments: [([:], 96), (["game": "yokai_16"], 240)] as [([String: ParameterValue], Int)])
  func theStartHasSoManyLegalMoves(parameters: [String: ParameterValue], moves: Int) throws {
    let table = try YokaiTable(parameters) { $0.phase = .move }
    #expect(try table.legal(0).count == moves)
    #expect(try table.legal(1) == [table.environment.parameters.noOp])
  }

  @Test func aTurnIsTwoPeeksAMoveAndAHint() throws {
    let table = try YokaiTable()
    let start = try table.game
    #expect(try table.legal(0) == Set((0..<9) + [start.number(of: .end)]))
    try table.act(.peek(3))
    #expect(try table.legal(0) == Set([0, 1, 2, 4, 5, 6, 7, 8]))
    try table.act(.peek(8), .move(8, to: at(2, 3)))
    #expect(try table.legal(0) == [start.number(of: .reveal)])
    try table.act(.reveal)
    let state = try table.state
    #expect(state.turn == 1 && state.player == 1 && state.phase == .firstPeek && state.revealed == 1)
    #expect(state.cells[8] == 2 * 9 + 3 && state.lastMoveSource == 50)
    #expect(state.firstPeek == .init(slot: 3, owner: 0) && state.secondPeek == 8)
    #expect(state.lastMove == .init(slot: 8, owner: 0) && state.lastHint == nil)
  }

  @Test func aMoveLeavesOneGroupJoinedBySides() throws {
    // A row of nine cards: only its ends can leave it.
    let table = try YokaiTable { state in
      state.cells = (0..<9).map { 4 * 9 + $0 }
      state.phase = .move
    }
    let game = try table.game
    let moves = try table.legal(0)
    #expect(
      moves == Set([0, 8].flatMap { card in game.targets(of: card).map { game.number(of: .move(card, to: $0)) } }))
    #expect(!moves.contains(game.number(of: .move(0, to: at(4, 0)))), "its own cell")
    #expect(moves.contains(game.number(of: .move(0, to: at(5, 8)))))
    #expect(!moves.contains(game.number(of: .move(0, to: at(5, 0)))), "corner contact only")
  }

  @Test(arguments: ["slot", "cell"])
  func whoCannotMoveAnyCardDoesNothing(mode: String) throws {
    let table = try YokaiTable(["action_mode": .text(mode)]) { state in
      state.cells = (0..<9).map { 4 * 9 + $0 }
      state.hintOnSlot[0] = 0
      state.hintOnSlot[8] = 1
      state.revealed = 2
      state.phase = .move
    }
    #expect(try table.legal(0) == [table.rules.noOp])
    try table.act(.nothing)
    let state = try table.state
    #expect(state.phase == .hint && state.lastMove == nil && state.lastMoveSource == nil)
    #expect(try table.play.errors() == [0])
  }

  @Test func whoCanMoveMust() throws {
    let table = try YokaiTable { $0.phase = .move }
    try table.act(.nothing)
    #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
    #expect(try table.state.phase == .move)
  }

  @Test func aLockedCardIsNeitherSeenNorMovedNorHintedAgain() throws {
    let table = try YokaiTable { state in
      state.revealed = 2
      state.hintOnSlot[0] = 0
    }
    #expect(try !table.legal(0).contains(0))
    try table.act(.peek(1), .peek(2))
    let game = try table.game
    #expect(try table.legal(0).allSatisfy { $0 >= game.number(of: .move(1, to: at(0, 0))) })
    try table.act(.move(2, to: at(2, 3)))
    #expect(
      try table.legal(0) == Set([game.number(of: .reveal)] + (1..<9).map { game.number(of: .placeHint(1, on: $0)) }))
  }

  @Test func aHintNeedNotBeTrue() throws {
    // The first hint says colour 0; slot 8 has colour 2.
    let table = try YokaiTable { state in
      state.revealed = 1
      state.phase = .hint
    }
    try table.act(.placeHint(0, on: 8))
    #expect(try table.play.errors() == [0])
    #expect(try table.state.hintOnSlot[8] == 0)
    #expect(try table.act(.end) == Float(5 * 4 - 1 + 6))
    #expect(try table.state.won && table.state.score == 19)
  }

  @Test func aWinPaysForHintsThatWereNotNeeded() throws {
    // Five hints: two never revealed, one open, one right, one wrong.
    let table = try YokaiTable { state in
      state.revealed = 3
      state.hintOnSlot[0] = 0
      state.hintOnSlot[8] = 1
    }
    #expect(try table.act(.end) == Float(5 * 2 + 2 + 1 - 1 + 6))
    #expect(try table.play.dones() == [true])
    let scaled = try YokaiTable(["win_bonus": 0, "reward_scale": .number(0.5)])
    #expect(try scaled.act(.end) == 12.5)
  }

  @Test func aLossPaysNothing() throws {
    let table = try YokaiTable { $0.colors.swapAt(0, 8) }
    #expect(try table.act(.end) == 0)
    let state = try table.state
    #expect(state.ended && state.endedEarly && !state.won && state.score == 0)
    #expect(try table.play.dones() == [true])
  }

  @Test func theGameIsOverWhenTheLastHintIsPlaced() throws {
    let table = try YokaiTable(["hint_counts": [1, 0, 0]]) { state in
      state.revealed = 1
      state.phase = .hint
    }
    #expect(try table.act(.placeHint(0, on: 2)) == 1 + 2)
    let state = try table.state
    #expect(state.ended && !state.endedEarly && state.won && state.turn == 1)
  }

  @Test func withMemoryOfATurnPeeksAreForgottenAtTheNextOne() throws {
    for (memory, seen) in [("turn", [7]), ("perfect", [3, 7, 8])] {
      let table = try YokaiTable(["memory": .text(memory)])
      func known() throws -> [Int] {
        try table.play.observe()
        let row = try table.play.observations()[0]
        return (0..<9).filter { slot in row[slot * 31 + 19..<slot * 31 + 22].contains(1) }
      }
      try table.act(.peek(3), .peek(8))
      #expect(try known() == [3, 8])
      try table.act(.move(8, to: at(2, 3)), .reveal, .peek(0), .peek(1), .move(8, to: at(5, 5)), .reveal)
      #expect(try known() == [3, 8], "until the own next peek")
      try table.act(.peek(7))
      #expect(try known() == seen)
    }
  }

  @Test func anActionOutsideTheMaskChangesNothing() throws {
    let table = try YokaiTable()
    let before = try table.play.states()
    let nothing = UInt32(table.rules.noOp)
    for joint in [[9, nothing], [738, nothing], [nothing, nothing], [1_000_000, nothing], [0, 0], [0, 784]] {
      try table.play.setActions(joint)
      try table.play.step()
      #expect(try table.play.states() == before, "\(joint)")
      #expect(try table.play.errors() == [ERROR_ILLEGAL_ACTION])
      #expect(try table.play.rewards() == [0, 0] && table.play.dones() == [false])
    }
  }

  @Test func nothingHappensAfterTheEnd() throws {
    let table = try YokaiTable()
    try table.act(.end)
    let before = try table.play.states()
    #expect(try table.legal(0) == [table.rules.noOp] && table.legal(1) == [table.rules.noOp])
    #expect(try table.act(.peek(0)) == 0)
    #expect(try table.play.states() == before && table.play.dones() == [true])
    #expect(try table.play.errors() == [ERROR_EPISODE_ENDED])
  }

  @Test func aNullMoveIsAnOption() throws {
    let table = try YokaiTable(["allow_null_move": true]) { $0.phase = .move }
    let game = try table.game
    #expect(try table.legal(0).count == 96 + 9)
    try table.act(.move(4, to: at(4, 4)))
    #expect(try table.state.cells == game.rules.startCells && table.state.lastMove?.slot == 4)
  }

  @Test func atTheBorderTheLayoutMayShift() throws {
    // A column from row 1 to row 8 with one card beside it: the lowest goes on top.
    let change: (inout YokaiState) -> Void = { state in
      state.cells = (1...8).map { $0 * 9 + 3 } + [4 * 9 + 4]
      state.phase = .move
    }
    let shifting = try YokaiTable(["boundary": "shift"], change)
    try shifting.act(.move(7, to: at(0, 3)))
    #expect(try shifting.state.cells == (2...8).map { $0 * 9 + 3 } + [9 + 3, 5 * 9 + 4])
    #expect(try shifting.state.lastMoveSource == 8 * 9 + 3)
    let staying = try YokaiTable([:], change)
    try staying.act(.move(7, to: at(0, 3)))
    #expect(try staying.state.cells == (1...7).map { $0 * 9 + 3 } + [3, 4 * 9 + 4])
  }

  @Test func withCellActionsAMoveAndAHintTakeTwoActions() throws {
    let table = try YokaiTable(["action_mode": "cell"]) { state in
      state.phase = .move
      state.revealed = 1
    }
    #expect(try table.legal(0) == Set(table.rules.startCells))
    try table.act(.cell(at(5, 5)))
    #expect(try table.state.phase == .target && table.state.lastMove?.slot == 8)
    try table.act(.cell(at(2, 3)))
    let game = try table.game
    #expect(try table.legal(0) == [game.number(of: .reveal), game.number(of: .chooseHint(0))])
    try table.act(.chooseHint(0))
    #expect(try table.state.chosenHint == 0)
    try table.act(.cell(at(2, 3)))
    let state = try table.state
    #expect(state.hintOnSlot[8] == 0 && state.turn == 1 && state.chosenHint == nil)
  }
}
