import Environments
import TestSupport
import Testing

/// What people see of a game.
@Suite struct HanabiTextTests {
  private func text(_ table: HanabiTable) throws -> String {
    table.environment.render(state: try table.play.states()[0])
  }

  @Test func aNewGameShowsHandsAndThatNobodyKnowsAnything() throws {
    #expect(
      try text(HanabiTable("R1 R2 R3 Y1 Y2 Y3 G1")) == """
        move 0  score 0/9  information 5/5  lives 2/2  deck 12
        fireworks  R0 Y0 G0
        > player 0  R1      R2      R3
          knows     RYG123  RYG123  RYG123
          player 1  Y1      Y2      Y3
          knows     RYG123  RYG123  RYG123
        discards  none
        """)
  }

  @Test func hintsNarrowWhatAPlayerKnows() throws {
    let table = try HanabiTable("R1 R2 R3 Y1 Y2 R2 G1")
    try table.move("tell player +1 color Y")
    #expect(
      try text(table) == """
        move 1  score 0/9  information 4/5  lives 2/2  deck 12
        fireworks  R0 Y0 G0
          player 0  R1      R2      R3
          knows     RYG123  RYG123  RYG123
        > player 1  Y1    Y2    R2
          knows     Y123  Y123  RG123
        discards  none
        last  player 0 told player 1 color Y: slots 0, 1
        """)
    try table.move("tell player +1 rank 3")
    #expect(try text(table).hasSuffix("last  player 1 told player 0 rank 3: slot 2"))
    #expect(try text(table).contains("> player 0  R1     R2     R3\n  knows     RYG12  RYG12  RYG3\n"))
  }

  @Test func playsAndDiscardsAreToldWithTheirCard() throws {
    let table = try HanabiTable("R1 R2 R3 Y2 Y1 Y3 G1 G2")
    try table.move("play slot 0")
    #expect(try text(table).hasSuffix("discards  none\nlast  player 0 played slot 0, R1: a point"))
    try table.move("play slot 0")
    #expect(try text(table).hasSuffix("discards  Y2\nlast  player 1 played slot 0, Y2: a life lost"))
    try table.move("tell player +1 rank 1")
    try table.move("discard slot 1")
    #expect(
      try text(table) == """
        move 4  score 1/9  information 5/5  lives 1/2  deck 9
        fireworks  R1 Y0 G0
        > player 0  R2      R3      G1
          knows     RYG123  RYG123  RYG123
          player 1  Y1    G2     R1
          knows     RYG1  RYG23  RYG123
        discards  Y2 Y3
        last  player 1 discarded slot 1, Y3
        """)
  }
}
