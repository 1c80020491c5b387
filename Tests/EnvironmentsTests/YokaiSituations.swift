import Environments
import TestSupport
import VulkanCompute

/// Situations of Yokai for tests: random ones, and what the device says of many at once.
enum YokaiSituations {
  /// States from the middle of random games, in all phases.
  ///
  /// - Parameter steps: Steps before each of them.
  static func random(_ environment: YokaiEnvironment, steps: [Int], seed: UInt64, device: Device) throws -> [YokaiState]
  {
    let play = try EnvironmentPlay(environment, seeds: [seed], environments: steps.count, device: device)
    let rules = environment.parameters
    var states = try play.states().map { YokaiState($0, rules) }
    for step in 0..<(steps.max() ?? 0) {
      for (index, words) in try play.states().enumerated() where step <= steps[index] {
        states[index] = YokaiState(words, rules)
      }
      try play.observe()
      try play.chooseRandomly()
      try play.step()
      try play.resetWhereDone()
    }
    return states
  }

  /// One group of cards that grew anywhere on the grid, some of them locked, with a move to be made: compact where
  /// `sprawl` is 0, a winding line where it is 3.
  static func layout(_ rules: YokaiParameters, sprawl: Int, random: (Int) -> Int) -> YokaiState {
    let size = rules.gridSize
    func neighbours(_ cell: Int) -> [Int] {
      let (row, column) = cell.quotientAndRemainder(dividingBy: size)
      return (row > 0 ? [cell - size] : []) + (row < size - 1 ? [cell + size] : [])
        + (column > 0 ? [cell - 1] : []) + (column < size - 1 ? [cell + 1] : [])
    }
    var cells = [random(size * size)]
    while cells.count < rules.cardCount {
      let free = Set(cells.flatMap(neighbours)).subtracting(cells).sorted()
      // A sprawling layout prefers cells that touch only one card.
      let thin = free.filter { cell in neighbours(cell).count { cells.contains($0) } == 1 }
      let candidates = thin.isEmpty || random(4) >= sprawl ? free : thin
      cells.append(candidates[random(candidates.count)])
    }
    return YokaiTable.start(rules) { state in
      for slot in state.cells.indices { state.cells[slot] = cells.remove(at: random(cells.count)) }
      state.phase = .move
      for hint in 0..<random(rules.hintCount) {
        let free = state.hintOnSlot.indices.filter { state.hintOnSlot[$0] == nil }
        state.hintOnSlot[free[random(free.count)]] = hint
        state.revealed = hint + 1
      }
    }
  }

  /// Many games that start in given states.
  static func play(_ states: [YokaiState], _ environment: YokaiEnvironment, device: Device) throws -> EnvironmentPlay {
    try EnvironmentPlay(
      environment, environments: states.count, device: device, startStates: states.map(environment.startState))
  }
}

/// Random numbers for tests that ask for one after the other.
struct YokaiRandom {
  private let stream: UInt32
  private var position = 0

  init(_ stream: UInt32) { self.stream = stream }

  mutating func next(below count: Int) -> Int {
    position += 1
    return min(count - 1, Int((TestNumbers.uniform(stream, position) + 1) / 2 * Float(count)))
  }
}
