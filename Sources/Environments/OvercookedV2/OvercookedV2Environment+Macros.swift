import CShaders

extension OvercookedV2Environment {
  public var macros: [String: String] {
    let kitchen = parameters.kitchen
    var numbers: [String: Int] = [
      "WIDTH": kitchen.width, "HEIGHT": kitchen.height, "CELLS": parameters.cellCount, "AGENTS": agentCount,
      "OTHERS": agentCount - 1, "INGREDIENTS": parameters.ingredientCount, "RECIPES": parameters.recipes.count,
      "POTS": kitchen.pots.count, "BUTTONS": kitchen.buttons.count, "COUNTERS": kitchen.counters.count,
      "POTS_WORD": parameters.potsWord, "COUNTERS_WORD": parameters.countersWord,
      "COUNTER_WORDS": parameters.counterWordCount, "CODE_BITS": parameters.codeBits,
      "CODE_MASK": 1 << parameters.codeBits - 1, "CODES_PER_WORD": parameters.codesPerWord,
      "FIXED_FOURS": parameters.countersWord / 4, "STATE_WORDS": parameters.stateWordCount,
      "START_STATES": max(1, parameters.initialStates.count), "MAX_STEPS": parameters.maxSteps,
      "OBSERVATION_WORDS": parameters.observationWordCount, "CHANNELS": parameters.channelCount,
      "COOK_CHANNELS": parameters.cookChannelCount, "ROW_PERMUTATION": parameters.rowPermutationWord,
      "ROW_COUNTERS": parameters.rowCountersWord, "ROW_FIXED_FOURS": parameters.rowCountersWord / 4,
    ]
    if parameters.viewSize > 0 {
      numbers["VIEW_SIZE"] = parameters.viewSize
      numbers["VIEW_SIDE"] = parameters.viewSide
    }
    if !parameters.permuted.isEmpty {
      numbers["PERMUTED"] = parameters.permuted.count
      numbers["PERMUTATION_WORDS"] = parameters.permutationWordCount
      numbers["PERMUTATIONS_WORD"] = parameters.permutationsWord
      numbers["ALL_PERMUTATION_WORDS"] = parameters.permutationWordCount * agentCount
    }
    if parameters.samplesRecipes {
      numbers["KEY_WORD"] = parameters.keyWord
      if parameters.suppliedRecipes > 0 {
        numbers["SUPPLY_WORD"] = parameters.supplyWord
        numbers["SUPPLY_WORDS"] = parameters.supplyWordCount
      }
    }
    var macros = numbers.mapValues { "\($0)u" }
    macros.merge(terrain) { $1 }
    macros.merge(parameters.shaping.macros) { $1 }
    macros["RECIPE_CODES"] = list(parameters.recipes.map { OvercookedV2Code($0).bits })
    macros["PERMUTED_LIST"] = list(permutedNibbles)
    macros["WRONG_DELIVERY_REWARD"] = parameters.negativeRewards ? "-20.0" : "0.0"
    let flags = [
      "RANDOM_RESET": parameters.randomReset, "RANDOM_CELLS": parameters.drawsCells,
      "RANDOM_DIRECTIONS": parameters.drawsDirections, "COOKS_BY_HAND": parameters.cooksByHand,
      "SAMPLES_RECIPES": parameters.samplesRecipes, "SHOWS_DELIVERY": parameters.showsDelivery,
      "KEEPS_START_STATES": !parameters.initialStates.isEmpty,
    ]
    for (flag, isSet) in flags where isSet { macros[flag] = "1" }
    return macros
  }

  /// The kitchen: planes of bits over its cells, and cells of stations.
  private var terrain: [String: String] {
    let kitchen = parameters.kitchen
    let kinds = kitchen.cells.map(\.number)
    // A plain number: the preprocessor compares it.
    var macros = ["GRID_WORDS": "\((parameters.cellCount + 31) / 32)"]
    for bit in 0..<5 {
      macros["KIND_PLANE\(bit)"] = plane { kinds[$0] >> UInt32(bit) & 1 == 1 }
    }
    macros["FLOOR_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_FLOOR }
    macros["COUNTER_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_COUNTER }
    macros["POT_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_POT }
    macros["GOAL_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_GOAL }
    macros["INDICATOR_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_INDICATOR }
    macros["PLATE_PILE_PLANE"] = plane { kinds[$0] == OVERCOOKED_V2_PLATE_PILE }
    macros["PILE_PLANE"] = plane { kinds[$0] >= OVERCOOKED_V2_PILE }
    macros["POT_CELLS"] = list(kitchen.pots.map(UInt32.init))
    // Cells that no button has, so that the list is not empty.
    macros["BUTTON_CELLS"] = list(kitchen.buttons.map(UInt32.init) + [OVERCOOKED_V2_CELL_MASK])
    macros["ROOMS"] = kitchen.starts.map { start in
      let room = Set(kitchen.room(of: start))
      return "uvec4(\(plane { room.contains($0) }))"
    }.joined(separator: ", ")
    return macros
  }

  /// Ingredients that are exchanged, 4 bits each, in two words.
  private var permutedNibbles: [UInt32] {
    var words: [UInt32] = [0, 0]
    let perWord = Int(OVERCOOKED_V2_PERMUTED_PER_WORD)
    for (place, ingredient) in parameters.permuted.enumerated() {
      words[place / perWord] |= UInt32(ingredient) << UInt32(4 * (place % perWord))
    }
    return words
  }

  private func list(_ words: [UInt32]) -> String { words.map { "\($0)u" }.joined(separator: ", ") }

  /// Four words.
  private func plane(_ contains: (Int) -> Bool) -> String {
    var words: [UInt32] = [0, 0, 0, 0]
    for cell in 0..<parameters.cellCount where contains(cell) { words[cell / 32] |= 1 << UInt32(cell % 32) }
    return list(words)
  }
}
