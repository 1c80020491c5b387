extension DecPOMDP {
  /// Meeting in a 2 x 2 grid: reward 1 for every step after which both robots are in the same cell. A move goes the
  /// intended way with probability 0.6, in each other direction or nowhere with 0.1, and not through walls; each robot
  /// sees whether it is in the left or the right column. They start in the upper right and the lower left cell.
  /// Discount 0.9.
  ///
  /// Source: Bernstein, Hansen, Zilberstein, "Bounded policy iteration for decentralized POMDPs", IJCAI 2005, with two
  /// observations as in Amato, Bernstein, Zilberstein, MSDM 2006; numbers as in `GridSmall.dpomdp` of the MADP toolbox.
  public static func gridSmall() throws -> DecPOMDP {
    let cells = ["upper-left", "upper-right", "lower-left", "lower-right"]
    /// Where a robot in a cell ends up when it is pushed up, down, left, right or not at all.
    func target(_ cell: Int, _ direction: Int) -> Int {
      switch direction {
      case 0: cell & 1
      case 1: cell | 2
      case 2: cell & 2
      case 3: cell | 1
      default: cell
      }
    }
    func moves(_ cell: Int, _ action: Int, to next: Int) -> Double {
      guard action < 4 else { return next == cell ? 1 : 0 }
      return (0..<5).reduce(0) { $0 + (target(cell, $1) == next ? ($1 == action ? 0.6 : 0.1) : 0) }
    }
    return try DecPOMDP(
      name: "grid-small", discount: 0.9, states: cells.flatMap { first in cells.map { "\(first)/\($0)" } },
      actions: Array(repeating: ["up", "down", "left", "right", "stay"], count: 2),
      observations: Array(repeating: ["left-column", "right-column"], count: 2),
      start: (0..<16).map { $0 == 6 ? 1 : 0 },
      transition: { s, a, next in moves(s / 4, a[0], to: next / 4) * moves(s % 4, a[1], to: next % 4) },
      observation: { _, next, o in o == [next / 4 & 1, next & 1] ? 1 : 0 },
      reward: { _, _, next in next / 4 == next % 4 ? 1 : 0 })
  }
}
