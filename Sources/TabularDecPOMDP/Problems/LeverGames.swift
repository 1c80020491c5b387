extension DecPOMDP {
  /// One-shot lever game: every agent pulls one lever, and all earn the lever's pay if all pulled the same, else nothing.
  ///
  /// Source: Hu, Lerer, Peysakhovich, Foerster, "'Other-Play' for zero-shot coordination", ICML 2020, where nine levers
  /// pay 1.0 and one 0.9.
  /// - Parameter agents: 2 or more.
  public static func levers(_ pays: [Double], agents: Int = 2, name: String? = nil) throws -> DecPOMDP {
    let levers = pays.indices.map { "lever-\($0)" }
    return try DecPOMDP(
      name: name ?? "levers:" + pays.map { "\($0)" }.joined(separator: ","), states: ["game"],
      actions: Array(repeating: levers, count: agents), observations: Array(repeating: ["nothing"], count: agents),
      start: [1], transition: { _, _, _ in 1 }, observation: { _, _, _ in 1 },
      reward: { _, a, _ in a.allSatisfy { $0 == a[0] } ? pays[a[0]] : 0 })
  }

  /// The lever game in which all `levers` levers pay 1.
  public static func matching(_ levers: Int, agents: Int = 2) throws -> DecPOMDP {
    try Self.levers(Array(repeating: 1, count: levers), agents: agents, name: "matching:\(levers)")
  }
}
