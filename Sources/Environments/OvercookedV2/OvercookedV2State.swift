import CShaders

/// One kitchen of OvercookedV2 with its cooks, unpacked from its state words: for people, recorded games and tests.
public struct OvercookedV2State: Sendable, Hashable {
  public enum Direction: UInt32, Sendable, CaseIterable {
    case up = 0  // OVERCOOKED_V2_DIRECTION_UP and so on
    case down, right, left
  }

  public struct Cook: Sendable, Hashable {
    public var cell: Int
    public var direction: Direction
    public var held: OvercookedV2Code

    public init(cell: Int, direction: Direction = .up, held: OvercookedV2Code = .nothing) {
      self.cell = cell
      self.direction = direction
      self.held = held
    }
  }

  public struct Pot: Sendable, Hashable {
    public var code: OvercookedV2Code
    /// Steps until it is ready; 0 where it does not cook.
    public var timer: Int

    public init(code: OvercookedV2Code = .nothing, timer: Int = 0) {
      self.code = code
      self.timer = timer
    }
  }

  public var cooks: [Cook]
  /// In the order of their cells, as everything below.
  public var pots: [Pot]
  /// What lies on every counter.
  public var counters: [OvercookedV2Code]
  /// Steps that every button still shows the recipe.
  public var buttons: [Int]
  public var recipe: OvercookedV2Code
  /// Whether the recipe was delivered in the last step.
  public var delivered = false
  /// The ingredient that each cook sees in the place of ingredient 0, 1, …
  public var permutations: [[Int]]
  /// Steps of this episode.
  public var step = 0
  public var ended = false
  /// Episodes finished before this one.
  public var episode = 0
  /// Steps of all episodes of this environment.
  public var transitions = 0
  /// Recipes that will be drawn next, as places of the list, where the parameters have room for them.
  public var supply: [Int] = []

  /// A kitchen as it is before anyone has done anything; the recipe is the first of the list.
  public init(_ parameters: OvercookedV2Parameters) {
    let kitchen = parameters.kitchen
    cooks = kitchen.starts.map { Cook(cell: $0) }
    pots = Array(repeating: Pot(), count: kitchen.pots.count)
    counters = Array(repeating: .nothing, count: kitchen.counters.count)
    buttons = Array(repeating: 0, count: kitchen.buttons.count)
    recipe = OvercookedV2Code(parameters.recipes[0])
    permutations = Array(repeating: Array(0..<parameters.ingredientCount), count: cooks.count)
  }

  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: OvercookedV2Parameters) {
    precondition(words.count == parameters.stateWordCount)
    self.init(parameters)
    for number in cooks.indices {
      let word = words[Int(OVERCOOKED_V2_COOKS) + number]
      cooks[number] = Cook(
        cell: Int(word & OVERCOOKED_V2_CELL_MASK),
        direction: Direction(rawValue: word >> OVERCOOKED_V2_DIRECTION_SHIFT & 3)!,
        held: OvercookedV2Code(bits: word >> OVERCOOKED_V2_HELD_SHIFT))
    }
    for number in pots.indices {
      let word = words[parameters.potsWord + number]
      pots[number] = Pot(
        code: OvercookedV2Code(bits: word & OVERCOOKED_V2_CODE_MASK), timer: Int(word >> OVERCOOKED_V2_TIMER_SHIFT))
    }
    let codeMask = UInt32(1) << UInt32(parameters.codeBits) - 1
    for number in counters.indices {
      let (word, shift) = Self.place(ofCounter: number, parameters)
      counters[number] = OvercookedV2Code(bits: words[word] >> shift & codeMask)
    }
    for number in buttons.indices {
      buttons[number] = Int(words[Int(OVERCOOKED_V2_BUTTONS)] >> UInt32(4 * number) & 15)
    }
    let status = words[Int(OVERCOOKED_V2_STATUS)]
    recipe = OvercookedV2Code(bits: status & OVERCOOKED_V2_CODE_MASK)
    delivered = status >> OVERCOOKED_V2_DELIVERED_SHIFT & 1 == 1
    ended = status >> OVERCOOKED_V2_ENDED_SHIFT & 1 == 1
    step = Int(words[Int(OVERCOOKED_V2_STEP)])
    episode = Int(words[Int(OVERCOOKED_V2_EPISODE)])
    transitions = Int(words[Int(OVERCOOKED_V2_TRANSITIONS)])
    if !parameters.permuted.isEmpty {
      for cook in cooks.indices {
        permutations[cook] = (0..<parameters.ingredientCount).map { ingredient in
          let (word, shift) = Self.place(ofIngredient: ingredient, cook, parameters)
          return Int(words[word] >> shift & 15)
        }
      }
    }
    supply = (0..<parameters.suppliedRecipes).compactMap { number in
      let value = words[parameters.supplyWord + number / 4] >> UInt32(8 * (number % 4)) & 255
      return value == 0 ? nil : Int(value) - 1
    }
  }

  /// S words.
  func words(_ parameters: OvercookedV2Parameters) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: parameters.stateWordCount)
    for (number, cook) in cooks.enumerated() {
      words[Int(OVERCOOKED_V2_COOKS) + number] =
        UInt32(cook.cell) | cook.direction.rawValue << OVERCOOKED_V2_DIRECTION_SHIFT
        | cook.held.bits << OVERCOOKED_V2_HELD_SHIFT
    }
    for (number, pot) in pots.enumerated() {
      words[parameters.potsWord + number] = pot.code.bits | UInt32(pot.timer) << OVERCOOKED_V2_TIMER_SHIFT
    }
    for (number, code) in counters.enumerated() {
      let (word, shift) = Self.place(ofCounter: number, parameters)
      words[word] |= code.bits << shift
    }
    for (number, timer) in buttons.enumerated() {
      words[Int(OVERCOOKED_V2_BUTTONS)] |= UInt32(timer) << UInt32(4 * number)
    }
    let plates = counters.count { $0 == .plate }
    words[Int(OVERCOOKED_V2_STATUS)] =
      recipe.bits | (delivered ? 1 : 0) << OVERCOOKED_V2_DELIVERED_SHIFT
      | (ended ? 1 : 0) << OVERCOOKED_V2_ENDED_SHIFT | UInt32(plates) << OVERCOOKED_V2_PLATES_SHIFT
    words[Int(OVERCOOKED_V2_STEP)] = UInt32(step)
    words[Int(OVERCOOKED_V2_EPISODE)] = UInt32(episode)
    words[Int(OVERCOOKED_V2_TRANSITIONS)] = UInt32(transitions)
    if !parameters.permuted.isEmpty {
      for (cook, permutation) in permutations.enumerated() {
        for (ingredient, shown) in permutation.enumerated() {
          let (word, shift) = Self.place(ofIngredient: ingredient, cook, parameters)
          words[word] |= UInt32(shown) << shift
        }
      }
    }
    for (number, recipe) in supply.enumerated() {
      words[parameters.supplyWord + number / 4] |= UInt32(recipe + 1) << UInt32(8 * (number % 4))
    }
    return words
  }

  private static func place(ofCounter number: Int, _ parameters: OvercookedV2Parameters) -> (word: Int, shift: UInt32) {
    let (word, place) = number.quotientAndRemainder(dividingBy: parameters.codesPerWord)
    return (parameters.countersWord + word, UInt32(place * parameters.codeBits))
  }

  private static func place(
    ofIngredient ingredient: Int, _ cook: Int, _ parameters: OvercookedV2Parameters
  ) -> (word: Int, shift: UInt32) {
    let (word, place) = ingredient.quotientAndRemainder(dividingBy: Int(OVERCOOKED_V2_PERMUTED_PER_WORD))
    return (parameters.permutationsWord + cook * parameters.permutationWordCount + word, UInt32(4 * place))
  }
}
