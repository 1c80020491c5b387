import Environments

/// A kitchen that is turned or mirrored onto itself.
public struct OvercookedSymmetry: StateSymmetry {
  private let environment: OvercookedEnvironment
  /// The new place of every cell.
  private let cells: [Int]
  /// The new number of up, down, right and left.
  private let directions: [Int]

  /// Quarter turns to the right, of the kitchen or of its mirror image, that give the same picture.
  public static func all(_ environment: OvercookedEnvironment) -> [OvercookedSymmetry] {
    [false, true].flatMap { mirrored in
      (0..<4).compactMap { turns in OvercookedSymmetry(environment, mirrored: mirrored, turns: turns) }
    }
  }

  private init?(_ environment: OvercookedEnvironment, mirrored: Bool, turns: Int) {
    self.environment = environment
    let kitchen = environment.parameters.kitchen
    var picture = (0..<kitchen.height).map { y in (0..<kitchen.width).map { x in y * kitchen.width + x } }
    let leftTurns = [0, 3, 1, 2]  // north, west, south, east
    var compass = leftTurns
    if mirrored {
      picture = picture.map { $0.reversed() }
      compass = [0, 2, 1, 3]
    }
    for _ in 0..<turns {
      picture = (0..<picture[0].count).map { x in picture.reversed().map { $0[x] } }
    }
    guard picture.count == kitchen.height, picture[0].count == kitchen.width else { return nil }
    var cells = Array(0..<kitchen.cells.count)
    for (place, old) in picture.joined().enumerated() { cells[old] = place }
    guard cells.indices.allSatisfy({ kitchen.cells[cells[$0]] == kitchen.cells[$0] }) else { return nil }
    self.cells = cells
    // A quarter turn to the right is three to the left.
    var directions = [0, 0, 0, 0]
    for (index, direction) in compass.enumerated() { directions[direction] = leftTurns[(index + 3 * turns) % 4] }
    self.directions = directions
  }

  public func action(_ action: Int) -> Int { action < 4 ? directions[action] : action }
  public func decode(_ words: [UInt32]) -> OvercookedState { OvercookedState(words, environment.parameters) }
  public func start(_ words: [UInt32]) -> [UInt32] { environment.startState(state(decode(words))) }

  public func state(_ state: OvercookedState) -> OvercookedState {
    let pots = environment.parameters.kitchen.pots
    var image = state
    image.cooks = state.cooks.map { cook in
      .init(
        cell: cells[cook.cell], direction: .init(rawValue: UInt32(directions[Int(cook.direction.rawValue)]))!,
        held: cook.held)
    }
    for (index, cell) in pots.enumerated() { image.pots[pots.firstIndex(of: cells[cell])!] = state.pots[index] }
    for (old, new) in cells.enumerated() { image.items[new] = state.items[old] }
    return image
  }
}
