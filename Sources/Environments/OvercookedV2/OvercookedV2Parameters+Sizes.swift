import CShaders

// Sizes that follow from the parameters: of the packed state and of the observation.
extension OvercookedV2Parameters {
  public var cellCount: Int { kitchen.cells.count }
  public var cookCount: Int { kitchen.starts.count }
  public var ingredientCount: Int { kitchen.ingredientCount }
  var drawsCells: Bool { randomReset || randomPositions }
  var drawsDirections: Bool { drawsCells || startDirections == .random }

  // MARK: Packed state, in words

  /// Bits of what lies on a counter.
  var codeBits: Int { OvercookedV2Code.bitCount(ingredients: ingredientCount) }
  var codesPerWord: Int { 32 / codeBits }
  /// A multiple of four.
  var counterWordCount: Int { Self.padded((kitchen.counters.count + codesPerWord - 1) / codesPerWord) }
  var potsWord: Int { Int(OVERCOOKED_V2_COOKS) + cookCount }
  /// Of one cook.
  var permutationWordCount: Int {
    permuted.isEmpty ? 0 : (ingredientCount - 1) / Int(OVERCOOKED_V2_PERMUTED_PER_WORD) + 1
  }
  var permutationsWord: Int { potsWord + kitchen.pots.count }
  /// Two words, where an episode draws recipes after its first.
  var keyWord: Int { permutationsWord + cookCount * permutationWordCount }
  var supplyWord: Int { keyWord + (samplesRecipes ? 2 : 0) }
  /// Four recipes to a word.
  var supplyWordCount: Int { (suppliedRecipes + 3) / 4 }
  var countersWord: Int { Self.padded(supplyWord + supplyWordCount) }
  var stateWordCount: Int { countersWord + counterWordCount }

  // MARK: Observation

  var cookChannelCount: Int { Int(OVERCOOKED_V2_HELD_CHANNEL) + 2 + ingredientCount }
  public var channelCount: Int { 25 + 5 * ingredientCount + (showsDelivery ? 1 : 0) }
  /// Of the window around a cook.
  public var viewSide: Int { 2 * viewSize + 1 }
  var placeCount: Int { viewSize > 0 ? viewSide * viewSide : cellCount }
  var observationFeatureCount: Int {
    observationType == .featurized ? Int(OVERCOOKED_V2_FEATURES_PER_COOK) * cookCount : placeCount * channelCount
  }
  var rowPermutationWord: Int { cookCount + Int(OVERCOOKED_V2_ROW_POTS) + kitchen.pots.count }
  var rowCountersWord: Int { Self.padded(rowPermutationWord + permutationWordCount) }
  var observationWordCount: Int {
    observationType == .featurized
      ? Self.padded(Int(OVERCOOKED_V2_ROW_COOK_WORDS) * cookCount) : rowCountersWord + counterWordCount
  }

  /// To a multiple of four words.
  static func padded(_ words: Int) -> Int { (words + 3) / 4 * 4 }
}
