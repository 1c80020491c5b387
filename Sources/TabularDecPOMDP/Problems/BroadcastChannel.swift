extension DecPOMDP {
  /// Broadcast Channel: two nodes share a channel; a message goes through (reward 1) if exactly one node sends and has
  /// one. A node whose buffer is empty, or is emptied, gets a new message with probability 0.9 (node 1) or 0.1 (node 2).
  /// Each node learns whether there was a collision, rightly with probability 0.9.
  ///
  /// Source: Hansen, Bernstein, Zilberstein, "Dynamic programming for partially observable stochastic games", AAAI 2004
  /// (after Ooi and Wornell, 1996); numbers as in `broadcastChannel.dpomdp` of the MADP toolbox, where sending empties
  /// the buffer even in a collision, and a node that waits keeps its message.
  public static func broadcastChannel() throws -> DecPOMDP {
    let arrival = [0.9, 0.1]
    let accuracy = 0.9
    let (send, wait) = (0, 1)
    /// Whether node i has a message in the state S<node 1><node 2>.
    func hasMessage(_ state: Int, _ i: Int) -> Bool { state >> (1 - i) & 1 == 1 }
    return try DecPOMDP(
      name: "broadcast-channel", states: ["S00", "S01", "S10", "S11"],
      actions: Array(repeating: ["send", "wait"], count: 2),
      observations: Array(repeating: ["collision", "no-collision"], count: 2), start: [0, 0, 0, 1],
      transition: { s, a, next in
        (0..<2).reduce(1) { product, i in
          let keeps = a[i] == wait && hasMessage(s, i)
          let probability = keeps ? 1 : arrival[i]
          return product * (hasMessage(next, i) ? probability : 1 - probability)
        }
      },
      observation: { a, _, o in
        let heard = a == [send, send] ? 0 : 1
        return o.reduce(1) { $0 * ($1 == heard ? accuracy : 1 - accuracy) }
      },
      reward: { s, a, _ in
        guard a[0] != a[1] else { return 0 }
        return hasMessage(s, a[0] == send ? 0 : 1) ? 1 : 0
      })
  }
}
