extension DecPOMDP {
  /// Dec-Tiger: two agents before two doors, a tiger behind one of them. Listening is right with probability 0.85 for
  /// each agent; opening a door puts the tiger behind a random one.
  ///
  /// Source: Nair, Tambe, Yokoo, Pynadath, Marsella, "Taming decentralized POMDPs", IJCAI 2003; numbers as in
  /// `dectiger.dpomdp` of the MADP toolbox.
  public static func decTiger() throws -> DecPOMDP {
    let accuracy = 0.85
    return try DecPOMDP(
      name: "dec-tiger", states: ["tiger-left", "tiger-right"],
      actions: Array(repeating: ["listen", "open-left", "open-right"], count: 2),
      observations: Array(repeating: ["hear-left", "hear-right"], count: 2), start: [0.5, 0.5],
      transition: { s, a, next in a == [0, 0] ? (s == next ? 1 : 0) : 0.5 },
      observation: { a, next, o in
        a == [0, 0] ? o.reduce(1) { $0 * ($1 == next ? accuracy : 1 - accuracy) } : 0.25
      },
      reward: { s, a, _ in
        // Doors that are opened, by whether the tiger is behind them.
        let tigers = a.count { $0 == s + 1 }
        let opened = a.count { $0 != 0 }
        return switch (opened, tigers) {
        case (0, _): -2
        case (1, 0): 9
        case (1, _): -101
        case (_, 0): 20
        case (_, 1): -100
        default: -50
        }
      })
  }
}
