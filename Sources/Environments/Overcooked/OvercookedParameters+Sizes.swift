import CShaders

// Sizes that follow from the parameters: of the packed state and of the observation.
extension OvercookedParameters {
  public var cellCount: Int { kitchen.cells.count }
  public var potCount: Int { kitchen.pots.count }

  // MARK: Packed state, in words

  /// Four pots to a word.
  var potWordCount: Int { (potCount + 3) / 4 }
  /// Sixteen cells to a word.
  var itemWordCount: Int { (cellCount + 15) / 16 }
  var itemsWord: Int { Int(OVERCOOKED_POTS) + potWordCount }
  var stateWordCount: Int { Self.padded(itemsWord + itemWordCount) }

  // MARK: Observation

  var observationFeatureCount: Int { cellCount * Int(OVERCOOKED_CHANNELS) }
  /// Where a packed observation says what lies on the counters.
  var rowItemsWord: Int { Int(OVERCOOKED_ROW_POTS) + potCount }
  var observationWordCount: Int { Self.padded(rowItemsWord + itemWordCount) }

  /// To a multiple of four words.
  private static func padded(_ words: Int) -> Int { (words + 3) / 4 * 4 }
}
