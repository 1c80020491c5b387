/// Twin of Shaders/PPO/select_rows.comp: rows that may take a wide action, other rows whose seat acts, the rest; each part
/// in its original order.
public struct SelectRows: Equatable {
  public let rows: [Int]
  public let actingCount: Int
  public let wideCount: Int

  /// - Parameters:
  ///   - source: The rollout rows of the chunk.
  ///   - wideActions: Empty where the game has none.
  ///   - legalActions: The actions that a rollout row may choose from; a seat acts where there are two or more.
  public init(_ source: [Int], wideActions: Range<Int> = 0..<0, legalActions: (Int) -> [Int]) {
    let acting = source.filter { legalActions($0).count > 1 }
    let wide = acting.filter { legalActions($0).contains { wideActions.contains($0) } }
    let narrow = acting.filter { row in !legalActions(row).contains { wideActions.contains($0) } }
    rows = wide + narrow + source.filter { legalActions($0).count <= 1 }
    actingCount = acting.count
    wideCount = wide.count
  }
}
