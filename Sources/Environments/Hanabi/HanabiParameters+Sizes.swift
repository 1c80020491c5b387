import CShaders

// Sizes that follow from the parameters: of the game, of the actions, of the packed state and of the observation.
extension HanabiParameters {
  // MARK: The game

  /// Kinds of cards.
  public var cardKindCount: Int { colors * ranks }
  public var cardsPerColor: Int { cardCounts.reduce(0, +) }
  public var deckSize: Int { colors * cardsPerColor }
  /// Points of a perfect game.
  public var maximumScore: Int { cardKindCount }

  // MARK: Actions: discards, plays, colours to tell, ranks to tell, no-op

  var firstPlay: Int { handSize }
  var firstColorHint: Int { 2 * handSize }
  var firstRankHint: Int { firstColorHint + (players - 1) * colors }
  /// The action of all seats that are not on turn.
  public var noOp: Int { firstRankHint + (players - 1) * ranks }
  public var actionCount: Int { noOp + 1 }

  // MARK: Packed state, in words; hanabi_layout.h has the fixed part

  /// Bit planes of the copies that are neither played nor discarded.
  var leftPlaneCount: Int { Int.bitWidth - cardCounts.max()!.leadingZeroBitCount }
  var leftWord: Int { Int(HANABI_FIXED_WORDS) }
  var discardedWord: Int { leftWord + leftPlaneCount }
  var discardedWordCount: Int { (deckSize + 31) / 32 }
  /// Both of them, padded.
  var pileWordCount: Int { Self.padded(leftPlaneCount + discardedWordCount) }
  var handsWord: Int { leftWord + pileWordCount }
  /// One hand: a word and a half per slot, padded.
  var handWordCount: Int { Self.padded(handSize + (handSize + 1) / 2) }
  var deckWord: Int { handsWord + players * handWordCount }
  var deckWordCount: Int { Self.padded((deckSize + 3) / 4) }
  var stateWordCount: Int { deckWord + deckWordCount }
  var startWordCount: Int { Int(HANABI_START_DECK) + deckWordCount }

  /// To a multiple of four words.
  static func padded(_ words: Int) -> Int { (words + 3) / 4 * 4 }

  // MARK: Observation, in features

  var slotCount: Int { players * handSize }
  /// Deck thermometer.
  var deckFeatureCount: Int { deckSize - players * handSize }
  var handsCount: Int { (players - 1) * handSize * cardKindCount + players }
  var boardCount: Int { deckFeatureCount + cardKindCount + informationTokens + lifeTokens }
  var lastActionCount: Int { players + 4 + players + colors + ranks + handSize + handSize + cardKindCount + 2 }
  /// Knowledge about one slot.
  var slotFeatureCount: Int { cardKindCount + colors + ranks }
  var knowledgeOffset: Int { handsCount + boardCount + deckSize + lastActionCount }
  var observationFeatureCount: Int { knowledgeOffset + (knowledge == nil ? 0 : slotCount * slotFeatureCount) }

  // MARK: Packed observation, in words

  var featureWordCount: Int { (observationFeatureCount + 31) / 32 }
  var weightSumsWord: Int { featureWordCount + leftPlaneCount }
  var observationWordCount: Int {
    Self.padded(knowledge == .v0 ? weightSumsWord + (slotCount + 1) / 2 : featureWordCount)
  }
}
