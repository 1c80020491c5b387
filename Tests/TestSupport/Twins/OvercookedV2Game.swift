import Environments

/// OvercookedV2 as its rules say it, cell by cell, without any packing: the slow twin of Shaders/OvercookedV2.
public struct OvercookedV2Game: Equatable {
  public struct Place: Hashable, Sendable {
    public var x: Int
    public var y: Int

    public init(x: Int, y: Int) {
      self.x = x
      self.y = y
    }

    /// The neighbour up, down, right or left.
    public func next(_ direction: Int) -> Place {
      let (dx, dy) = [(0, -1), (0, 1), (1, 0), (-1, 0)][direction]
      return Place(x: x + dx, y: y + dy)
    }
  }

  /// What a hand, a counter or a pot holds.
  public struct Item: Hashable, Sendable {
    public var plate = false
    public var cooked = false
    /// How many of each ingredient.
    public var counts: [Int]

    public var total: Int { counts.reduce(0, +) }
    public var isNothing: Bool { !plate && !cooked && total == 0 }
    public var isPlate: Bool { plate && total == 0 }
    public var isDish: Bool { plate && cooked }
    public var isRaw: Bool { !plate && total > 0 }
  }

  public struct Cook: Hashable, Sendable {
    public var place: Place
    public var direction: Int
    public var held: Item
  }

  public struct Pot: Hashable, Sendable {
    public var soup: Item
    public var timer: Int
  }

  public let rules: OvercookedV2Parameters
  /// Rows of text, cooks left out.
  public let grid: [[Character]]
  public var cooks: [Cook]
  public var pots: [Place: Pot]
  /// Everything that lies on a counter.
  public var counters: [Place: Item]
  public var buttons: [Place: Int]
  /// How many of each ingredient.
  public var recipe: [Int]
  public var delivered: Bool
  public var permutations: [[Int]]
  public var step: Int

  var nothing: Item { Item(counts: Array(repeating: 0, count: rules.ingredientCount)) }

  /// The same situation as an environment's state.
  public init(_ state: OvercookedV2State, _ rules: OvercookedV2Parameters) {
    self.rules = rules
    let kitchen = rules.kitchen
    grid = kitchen.rows.map { $0.map { "abcd".contains($0) ? " " : $0 } }
    func place(_ cell: Int) -> Place { Place(x: cell % kitchen.width, y: cell / kitchen.width) }
    func item(_ code: OvercookedV2Code) -> Item {
      Item(
        plate: code.isPlated, cooked: code.isCooked,
        counts: (0..<rules.ingredientCount).map { code.count(of: $0) })
    }
    cooks = state.cooks.map {
      Cook(place: place($0.cell), direction: Int($0.direction.rawValue), held: item($0.held))
    }
    pots = Dictionary(
      uniqueKeysWithValues: zip(kitchen.pots, state.pots).map {
        (place($0), Pot(soup: item($1.code), timer: $1.timer))
      })
    counters = [:]
    for (cell, code) in zip(kitchen.counters, state.counters) where code != .nothing {
      counters[place(cell)] = item(code)
    }
    buttons = Dictionary(uniqueKeysWithValues: zip(kitchen.buttons, state.buttons).map { (place($0), $1) })
    recipe = item(state.recipe).counts
    delivered = state.delivered
    permutations = state.permutations
    step = state.step
  }

  public var ended: Bool { step >= rules.maxSteps }

  func character(at place: Place) -> Character { grid[place.y][place.x] }

  /// Returns the reward of all and the shaped reward of each. A new recipe is for the caller to draw.
  public mutating func play(_ actions: [Int]) -> (reward: Double, shaped: [Double]) {
    let platesAtFirst = cooks.count { $0.held.isPlate }
    let old = cooks.map(\.place)
    for cook in cooks.indices where actions[cook] < 4 {
      // right, down, left, up
      cooks[cook].direction = [2, 1, 3, 0][actions[cook]]
      let next = cooks[cook].place.next(cooks[cook].direction)
      if character(at: next) == " " { cooks[cook].place = next }
    }
    while let shared = firstSharedPlace {
      for cook in cooks.indices where shared.contains(cook) { cooks[cook].place = old[cook] }
    }
    let wanted = cooks.map(\.place)
    for first in cooks.indices {
      for second in cooks.indices
      where first != second && wanted[first] == old[second] && wanted[second] == old[first] {
        cooks[first].place = old[first]
      }
    }
    var reward = 0.0
    var shaped = cooks.map { _ in 0.0 }
    delivered = false
    for cook in cooks.indices where actions[cook] == 5 {
      let (common, own) = interact(cook, platesAtFirst)
      reward += common
      shaped[cook] = own
    }
    for (place, pot) in pots where pot.timer > 0 {
      pots[place]!.timer -= 1
      if pot.timer == 1 { pots[place]!.soup.cooked = true }
    }
    for (place, timer) in buttons where timer > 0 { buttons[place] = timer - 1 }
    step += 1
    return (reward, shaped)
  }

  /// All cooks that now share a cell with another.
  private var firstSharedPlace: [Int]? {
    let shared = cooks.indices.filter { cook in cooks.count { $0.place == cooks[cook].place } > 1 }
    return shared.isEmpty ? nil : shared
  }

  /// Reward of all and shaped reward of the cook.
  private mutating func interact(_ cook: Int, _ platesAtFirst: Int) -> (Double, Double) {
    let faced = cooks[cook].place.next(cooks[cook].direction)
    let held = cooks[cook].held
    switch character(at: faced) {
    case let pile where pile.isNumber:
      if held.isNothing { cooks[cook].held.counts[pile.wholeNumberValue!] = 1 }
    case "B":
      guard held.isNothing else { break }
      cooks[cook].held.plate = true
      let used = pots.values.count { !$0.soup.isNothing }
      let lying = counters.values.contains { $0.isPlate }
      return (0, platesAtFirst < used && !lying ? 3 : 0)
    case "W":
      if held.isNothing, let item = counters[faced] {
        cooks[cook].held = item
        counters[faced] = nil
      } else if !held.isNothing, counters[faced] == nil {
        counters[faced] = held
        cooks[cook].held = nothing
      }
    case "P": return (0, useAPot(cook, faced))
    case "X":
      guard held.isDish else { break }
      cooks[cook].held = nothing
      if held.counts == recipe {
        delivered = true
        return (20, 0)
      }
      return (rules.negativeRewards ? -20 : 0, 0)
    case "L":
      guard held.isNothing else { break }
      buttons[faced] = 10
      return (-5, 0)
    default: break
    }
    return (0, 0)
  }

  private mutating func useAPot(_ cook: Int, _ place: Place) -> Double {
    let held = cooks[cook].held
    var pot = pots[place]!
    defer { pots[place] = pot }
    if pot.timer > 0 { return 0 }
    if pot.soup.cooked {
      guard held.isPlate else { return 0 }
      cooks[cook].held = Item(plate: true, cooked: true, counts: pot.soup.counts)
      defer { pot.soup = nothing }
      return pot.soup.counts == recipe ? 5 : 0
    }
    var shaped = 0.0
    if held.isRaw, pot.soup.total < 3 {
      let ingredient = held.counts.firstIndex { $0 > 0 }!
      if pot.soup.counts[ingredient] < recipe[ingredient] { shaped = 3 }
      pot.soup.counts[ingredient] += 1
      cooks[cook].held = nothing
    }
    if rules.cooksByHand {
      if held.isNothing, pot.soup.total > 0 {
        if pot.soup.counts == recipe { shaped = 5 }
        pot.timer = 20
      }
    } else if pot.soup.total == 3 {
      pot.timer = 20
    }
    return shaped
  }
}
