extension YokaiEnvironment {
  public var macros: [String: String] {
    let p = parameters
    let masks = hintClassMasks
    let numbers: [String: Int] = [
      "PLAYERS": p.players, "COLORS": p.colors, "CARDS": p.cardCount, "GRID": p.gridSize, "CELLS": p.cellCount,
      "HINTS": p.hintCount, "REVEAL_ACTION": p.revealAction, "FIRST_HINT_ACTION": p.firstHintAction,
      "END_ACTION": p.endAction, "NO_OP": p.noOp, "FLAGS": p.flagCount, "STATE_WORDS": stateWordCount,
      "OBSERVATION_WORDS": p.observationWordCount, "OBSERVATION_FOURS": p.observationWordCount / 4,
      "MASK_WORDS": maskWordCount, "TAIL_WORDS": maskWordCount - p.revealAction / 32,
      "HINTS_OF_ONE": p.hintCounts[0], "HINTS_OF_TWO": p.hintCounts[1], "HINTS_OF_THREE": p.hintCounts[2],
      "CLASS_ONE": masks[0].packed, "CLASS_TWO": masks[1].packed, "CLASS_THREE": masks[2].packed,
      "CLASS_ONE_SIZE": masks[0].size, "CLASS_TWO_SIZE": masks[1].size, "CLASS_THREE_SIZE": masks[2].size,
      // Colours of the slots before they are shuffled, 2 bits each.
      "SORTED_COLORS": (0..<p.cardCount).reduce(0) { $0 | ($1 / p.cardsPerColor) << (2 * $1) },
    ]
    var macros = numbers.mapValues { "\($0)u" }
    macros["ALL_CELLS"] = board { _, _ in true }
    macros["NOT_FIRST_COLUMN"] = board { _, column in column > 0 }
    macros["NOT_LAST_COLUMN"] = board { _, column in column < p.gridSize - 1 }
    macros["FIRST_ROW"] = board { row, _ in row == 0 }
    macros["LAST_ROW"] = board { row, _ in row == p.gridSize - 1 }
    macros["CELL_BYTES"] = words(4) { $0 < p.cardCount * 8 && $0 % 8 == 0 }
    macros["WIN_BONUS"] = "\(Float(p.winBonus))"
    macros["REWARD_SCALE"] = "\(Float(p.rewardScale))"
    if p.shapesRewards {
      macros.merge(p.shaping.macros) { $1 }
      macros["SHAPING_TURN_BONUS"] = "\(Float(p.shapingTurnBonus))"
      macros["SHAPING_PEEK_BONUS"] = "\(Float(p.shapingPeekBonus))"
      macros["SHAPING_HINT_BONUS"] = "\(Float(p.shapingHintBonus))"
    }
    if boardWordCount == 3 { macros["SMALL_BOARD"] = "1" }
    if p.memory == .perfect { macros["PERFECT_MEMORY"] = "1" }
    if p.actionMode == .cell { macros["CELL_ACTIONS"] = "1" }
    if p.observation == .grid { macros["GRID_OBSERVATION"] = "1" }
    if p.showsMatches { macros["OBSERVE_MATCHES"] = "1" }
    if p.rejectsSolvedStarts { macros["REJECT_SOLVED"] = "1" }
    if p.boundary == .shift { macros["SHIFT_AT_BORDER"] = "1" }
    if p.allowsNullMoves { macros["ALLOW_NULL_MOVE"] = "1" }
    return macros
  }

  /// All hints of one, two and three colours, 4 bits each.
  private var hintClassMasks: [(packed: Int, size: Int)] {
    (1...3).map { colorCount in
      let hints = parameters.hintClass(colorCount: colorCount)
      return (hints.enumerated().reduce(0) { $0 | Int($1.element) << (4 * $1.offset) }, hints.count)
    }
  }

  /// Words of a set of cells in the shaders.
  private var boardWordCount: Int { parameters.cellCount <= 96 ? 3 : 4 }

  private func board(_ includes: (_ row: Int, _ column: Int) -> Bool) -> String {
    let size = parameters.gridSize
    return words(boardWordCount) { $0 < parameters.cellCount && includes($0 / size, $0 % size) }
  }

  /// Words with the bits that `includes` names, as a list.
  private func words(_ count: Int, _ includes: (Int) -> Bool) -> String {
    (0..<count).map { word in
      let bits = (0..<32).reduce(UInt32(0)) { $0 | (includes(32 * word + $1) ? 1 << UInt32($1) : 0) }
      return "\(bits)u"
    }.joined(separator: ", ")
  }
}
