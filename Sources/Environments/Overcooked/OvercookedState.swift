import CShaders

/// One kitchen with its cooks, unpacked from its state words: for people, recorded games and tests.
public struct OvercookedState: Sendable, Hashable {
  public enum Item: UInt32, Sendable, CaseIterable {
    case nothing = 0  // OVERCOOKED_NOTHING and so on
    case onion, plate, dish

    /// JaxMARL's number of the object.
    public var object: Int { [1, 3, 5, 9][Int(rawValue)] }

    public init?(object: Int) {
      guard let item = Self.allCases.first(where: { $0.object == object }) else { return nil }
      self = item
    }
  }

  public enum Direction: UInt32, Sendable, CaseIterable {
    case north, south, east, west
  }

  public struct Cook: Sendable, Hashable {
    public var cell: Int
    public var direction: Direction
    public var held: Item

    public init(cell: Int, direction: Direction, held: Item) {
      self.cell = cell
      self.direction = direction
      self.held = held
    }
  }

  public var cooks: [Cook]
  /// Status of every pot in the order of its cell: 23 empty, 22 and 21 with onions, 20 full, then steps left, 0 ready.
  public var pots: [Int]
  /// What lies on every cell.
  public var items: [Item]
  /// Steps of this episode.
  public var step = 0
  public var ended = false
  /// Episodes finished before this one.
  public var episode = 0
  /// Steps of all episodes of this environment.
  public var transitions = 0

  /// A kitchen as it is before anyone has done anything.
  public init(cooks: [Cook], kitchen: OvercookedKitchen) {
    self.cooks = cooks
    pots = Array(repeating: Int(OVERCOOKED_POT_EMPTY), count: kitchen.pots.count)
    items = Array(repeating: .nothing, count: kitchen.cells.count)
  }

  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: OvercookedParameters) {
    precondition(words.count == parameters.stateWordCount)
    let status = words[Int(OVERCOOKED_STATUS)]
    cooks = (0..<2).map { number in
      let cook = status >> (UInt32(number) * OVERCOOKED_COOK_BITS)
      return Cook(
        cell: Int(cook & OVERCOOKED_CELL_MASK), direction: Direction(rawValue: cook >> OVERCOOKED_DIRECTION_SHIFT & 3)!,
        held: Item(rawValue: cook >> OVERCOOKED_HELD_SHIFT & 3)!)
    }
    ended = status >> OVERCOOKED_ENDED_SHIFT & 1 == 1
    step = Int(words[Int(OVERCOOKED_STEP)])
    episode = Int(words[Int(OVERCOOKED_EPISODE)])
    transitions = Int(words[Int(OVERCOOKED_TRANSITIONS)])
    pots = (0..<parameters.potCount).map { pot in
      Int(words[Int(OVERCOOKED_POTS) + pot / 4] >> UInt32(8 * (pot % 4)) & 255)
    }
    items = (0..<parameters.cellCount).map { cell in
      Item(rawValue: words[parameters.itemsWord + cell / 16] >> UInt32(2 * (cell % 16)) & 3)!
    }
  }

  /// S words.
  func words(_ parameters: OvercookedParameters) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: parameters.stateWordCount)
    for (number, cook) in cooks.enumerated() {
      let bits =
        UInt32(cook.cell) | cook.direction.rawValue << OVERCOOKED_DIRECTION_SHIFT
        | cook.held.rawValue << OVERCOOKED_HELD_SHIFT
      words[Int(OVERCOOKED_STATUS)] |= bits << (UInt32(number) * OVERCOOKED_COOK_BITS)
    }
    words[Int(OVERCOOKED_STATUS)] |= (ended ? 1 : 0) << OVERCOOKED_ENDED_SHIFT
    words[Int(OVERCOOKED_STEP)] = UInt32(step)
    words[Int(OVERCOOKED_EPISODE)] = UInt32(episode)
    words[Int(OVERCOOKED_TRANSITIONS)] = UInt32(transitions)
    for (pot, status) in pots.enumerated() {
      words[Int(OVERCOOKED_POTS) + pot / 4] |= UInt32(status) << UInt32(8 * (pot % 4))
    }
    for (cell, item) in items.enumerated() {
      words[parameters.itemsWord + cell / 16] |= item.rawValue << UInt32(2 * (cell % 16))
    }
    return words
  }
}
