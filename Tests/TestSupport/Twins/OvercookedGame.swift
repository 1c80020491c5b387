import Environments

/// Overcooked as its rules say it, cell by cell, without any packing: the slow twin of Shaders/Overcooked.
public struct OvercookedGame {
  public enum Thing: Int, Sendable {
    case onion = 3
    case plate = 5
    case dish = 9
  }

  public struct Place: Hashable, Sendable {
    public var x: Int
    public var y: Int
  }

  public struct Cook: Sendable {
    public var place: Place
    public var direction: Int
    public var held: Thing?
  }

  /// Onions inside, or steps until the soup is ready.
  public enum Pot: Equatable, Sendable {
    case filling(onions: Int)
    case cooking(stepsLeft: Int)
    case ready
  }

  /// Rows of text, cooks left out.
  public let grid: [[Character]]
  public let maxSteps: Int
  public let platePays: Bool
  public var cooks: [Cook] = []
  public var pots: [Place: Pot] = [:]
  public var counters: [Place: Thing] = [:]
  public var step = 0

  /// The same situation as an environment's state.
  public init(_ state: OvercookedState, _ parameters: OvercookedParameters) {
    let kitchen = parameters.kitchen
    grid = kitchen.rows.map { $0.map { $0.isNumber ? " " : $0 } }
    maxSteps = parameters.maxSteps
    platePays = parameters.platePays
    step = state.step
    func place(_ cell: Int) -> Place { Place(x: cell % kitchen.width, y: cell / kitchen.width) }
    func thing(_ item: OvercookedState.Item) -> Thing? { Thing(rawValue: item.object) }
    cooks = state.cooks.map {
      Cook(place: place($0.cell), direction: Int($0.direction.rawValue), held: thing($0.held))
    }
    for (cell, status) in zip(kitchen.pots, state.pots) {
      pots[place(cell)] =
        switch status {
        case 0: .ready
        case 1...19: .cooking(stepsLeft: status)
        default: .filling(onions: 23 - status)
        }
    }
    for (cell, item) in state.items.enumerated() { counters[place(cell)] = thing(item) }
  }

  public var ended: Bool { step >= maxSteps }

  private func next(_ place: Place, _ direction: Int) -> Place {
    let (dx, dy) = [(0, -1), (0, 1), (1, 0), (-1, 0)][direction]
    return Place(x: place.x + dx, y: place.y + dy)
  }

  /// Returns the reward of both and the shaped reward of each.
  public mutating func play(_ actions: [Int]) -> (reward: Double, shaped: [Double]) {
    let wanted = (0..<2).map { agent in
      let to = actions[agent] < 4 ? next(cooks[agent].place, actions[agent]) : cooks[agent].place
      return grid[to.y][to.x] == " " ? to : cooks[agent].place
    }
    let swap = wanted[0] == cooks[1].place && wanted[1] == cooks[0].place
    let clash = wanted[0] == wanted[1]
    var reward = 0.0
    var shaped = [0.0, 0.0]
    for agent in 0..<2 where actions[agent] == 5 { (reward, shaped[agent]) = interact(agent, reward) }
    for agent in 0..<2 where actions[agent] < 4 {
      cooks[agent].direction = actions[agent]
      if !swap, !clash { cooks[agent].place = wanted[agent] }
    }
    for (place, pot) in pots {
      if pot == .filling(onions: 3) { pots[place] = .cooking(stepsLeft: 19) }
      if case .cooking(let left) = pot { pots[place] = left == 1 ? .ready : .cooking(stepsLeft: left - 1) }
    }
    step += 1
    return (reward, shaped)
  }

  private mutating func interact(_ agent: Int, _ reward: Double) -> (Double, Double) {
    let faced = next(cooks[agent].place, cooks[agent].direction)
    let held = cooks[agent].held
    switch (grid[faced.y][faced.x], held) {
    case ("O", nil): cooks[agent].held = .onion
    case ("B", nil):
      let plates = cooks.count { $0.held == .plate }
      let used = pots.values.count { $0 != .filling(onions: 0) }
      cooks[agent].held = .plate
      if plates < used, !counters.values.contains(.plate), platePays { return (reward, 3) }
    case ("W", nil):
      cooks[agent].held = counters[faced]
      counters[faced] = nil
    case ("W", let thing?):
      if counters[faced] != nil { break }
      counters[faced] = thing
      cooks[agent].held = nil
    case ("P", .onion):
      guard case .filling(let onions)? = pots[faced], onions < 3 else { break }
      pots[faced] = .filling(onions: onions + 1)
      cooks[agent].held = nil
      return (reward, 3)
    case ("P", .plate):
      guard pots[faced] == .ready else { break }
      pots[faced] = .filling(onions: 0)
      cooks[agent].held = .dish
      return (reward, 5)
    case ("X", .dish):
      cooks[agent].held = nil
      return (reward + 20, 0)
    default: break
    }
    return (reward, 0)
  }

  /// (H, W, 26) in that order.
  public func observation(of agent: Int) -> [Float] {
    var values: [Float] = []
    for (y, row) in grid.enumerated() {
      for (x, character) in row.enumerated() {
        values += channels(of: Place(x: x, y: y), character, seenBy: agent)
      }
    }
    return values
  }

  private func channels(of place: Place, _ character: Character, seenBy agent: Int) -> [Float] {
    var channels = [Float](repeating: 0, count: 26)
    for (index, cook) in [cooks[agent], cooks[1 - agent]].enumerated() where cook.place == place {
      channels[index] = 1
      channels[2 + 4 * index + cook.direction] = 1
    }
    let thing = counters[place] ?? cooks.first { $0.place == place }?.held
    switch character {
    case "P": channels[10] = 1
    case "W": channels[11] = counters[place] == nil ? 1 : 0
    case "O": channels[12] = 1
    case "B": channels[14] = 1
    case "X": channels[15] = 1
    default: break
    }
    switch pots[place] {
    case .filling(let onions): channels[16] = Float(onions)
    case .cooking(let left): (channels[18], channels[20]) = (3, Float(left))
    case .ready: (channels[18], channels[21]) = (3, 1)
    case nil: break
    }
    switch thing {
    case .dish: (channels[18], channels[21]) = (3, 1)
    case .plate: channels[22] = 1
    case .onion: channels[23] = 1
    case nil: break
    }
    channels[25] = maxSteps - step < 40 ? 1 : 0
    return channels
  }
}
