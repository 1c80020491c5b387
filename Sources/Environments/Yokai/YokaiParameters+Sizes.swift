import CShaders

// Sizes that follow from the parameters: of the game, of the actions and of the observation.
extension YokaiParameters {
  // MARK: The game

  /// N
  public var cardCount: Int { colors * cardsPerColor }
  /// G x G
  public var cellCount: Int { gridSize * gridSize }
  /// H
  public var hintCount: Int { hintCounts.reduce(0, +) }
  /// Points of a game that is won at once.
  public var maximumScore: Int { 5 * hintCount }

  /// Whether steps write shaped rewards; the state then counts them.
  var shapesRewards: Bool { shaping.weight > 0 }
  var stateWordCount: Int { Int(shapesRewards ? YOKAI_SHAPED_STATE_WORDS : YOKAI_STATE_WORDS) }

  /// Columns of the start block: as square as the number of cards allows.
  var blockWidth: Int { (1...4).first { $0 * $0 >= cardCount }! }
  var blockHeight: Int { (cardCount + blockWidth - 1) / blockWidth }

  /// Cells of the slots at the start: the block, row by row, in the middle of the grid.
  public var startCells: [Int] {
    let (top, left) = ((gridSize - blockHeight) / 2, (gridSize - blockWidth) / 2)
    return (0..<cardCount).map { (top + $0 / blockWidth) * gridSize + left + $0 % blockWidth }
  }

  /// All hints with this many colours, as bits, ascending.
  public func hintClass(colorCount: Int) -> [UInt32] { Self.hintClass(colorCount: colorCount, of: colors) }

  static func hintClass(colorCount: Int, of colors: Int) -> [UInt32] {
    (0..<1 << UInt32(colors)).filter { $0.nonzeroBitCount == colorCount }
  }

  // MARK: Actions; slot: peeks, moves, reveal, placed hints, end, no-op; cell: cells, reveal, hints, end, no-op

  /// slot + N * cell counts; empty where actions name cells.
  var moveActions: Range<Int> {
    actionMode == .slot ? cardCount..<cardCount + cardCount * cellCount : 0..<0
  }
  var revealAction: Int { actionMode == .slot ? moveActions.upperBound : cellCount }
  var firstHintAction: Int { revealAction + 1 }
  /// Ends the game; legal for the first action of a turn.
  public var endAction: Int { firstHintAction + hintCount * (actionMode == .slot ? cardCount : 1) }
  /// The action of all seats that are not on turn, and of one that cannot move any card.
  public var noOp: Int { endAction + 1 }
  public var actionCount: Int { noOp + 1 }

  // MARK: Observation, in features

  var phaseCount: Int { actionMode == .slot ? 4 : 6 }
  /// What is said of a card besides its place: locked, own colour, colours of its hint, four registers, who has seen it.
  var flagCount: Int { 5 + 2 * colors + players }
  /// What concerns no card.
  var tableSections: [(name: String, count: Int)] {
    let sections = [
      ("phase", phaseCount), ("player", players), ("hints", hintCount * (2 + colors)), ("unrevealed", hintCount + 1),
      ("turn", 2 * hintCount + 1), ("peek_owner", players), ("move_owner", players), ("hint_owner", players),
    ]
    return actionMode == .slot ? sections : sections + [("chosen_hint", hintCount)]
  }
  /// Pairs of cards.
  var pairCount: Int { cardCount * (cardCount - 1) / 2 }
  var tableFeatureCount: Int { tableSections.reduce(0) { $0 + $1.count } }
  var observationFeatureCount: Int {
    let cards =
      switch observation {
      case .cards: cardCount * (2 * gridSize + flagCount) + 2 * gridSize
      case .grid: (2 + flagCount + cardCount) * cellCount
      }
    return cards + (showsMatches ? pairCount + hintCount * cardCount : 0) + tableFeatureCount
  }
  /// One bit per feature, padded to four words.
  var observationWordCount: Int { (observationFeatureCount + 127) / 128 * 4 }
}
