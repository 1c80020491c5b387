extension DecPOMDP {
  /// Recycling Robots: two robots with a high or low battery collect cans; each sees its own battery only. The big can
  /// needs both.
  ///
  /// Batteries are independent: action 0 charges a low one and keeps a high one; a high battery runs low with
  /// probability 0.3 (action 1) or 0.5 (action 2); a robot whose low battery runs empty (it is then carried to the
  /// charger and pays 3) has a high one afterwards with probability 0.2 (action 1) or 0.3 (action 2). Rewards as listed
  /// in the source. Discount 0.9.
  ///
  /// Source: Amato, Bernstein, Zilberstein, "Optimizing memory-bounded controllers for decentralized POMDPs", UAI 2007;
  /// numbers as in `recycling.dpomdp` of the MADP toolbox, which lists the names of its actions in another order than
  /// its numbers use them.
  public static func recyclingRobots() throws -> DecPOMDP {
    let runsLow = [0, 0.3, 0.5]
    let comesBackHigh = [1, 0.2, 0.3]
    // (states, joint actions): states high-high, high-low, low-high, low-low.
    let rewards = [
      [0, 2, 0, 2, 4, 2, 0, 2, 5],
      [0, -0.4, -3, 2, 1.2, -1.6, 0, -0.4, 0.5],
      [0, 2, 0, -0.4, 1.2, -0.4, -3, -1.6, 0.5],
      [0, -0.4, -3, -0.4, -1.44, -3.88, -3, -3.88, -3.55],
    ]
    /// Whether the battery of robot i is low.
    func isLow(_ state: Int, _ i: Int) -> Bool { state >> (1 - i) & 1 == 1 }
    return try DecPOMDP(
      name: "recycling-robots", discount: 0.9, states: ["high-high", "high-low", "low-high", "low-low"],
      actions: Array(repeating: ["recharge", "search-little", "search-big"], count: 2),
      observations: Array(repeating: ["high", "low"], count: 2), start: [1, 0, 0, 0],
      transition: { s, a, next in
        (0..<2).reduce(1) { product, i in
          let low = isLow(s, i) ? 1 - comesBackHigh[a[i]] : runsLow[a[i]]
          return product * (isLow(next, i) ? low : 1 - low)
        }
      },
      observation: { _, next, o in o.indices.allSatisfy { (o[$0] == 1) == isLow(next, $0) } ? 1 : 0 },
      reward: { s, a, _ in rewards[s][a[0] * 3 + a[1]] })
  }
}
