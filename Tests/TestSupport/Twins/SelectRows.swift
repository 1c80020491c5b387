/// Twin of Shaders/PPO/select_rows.comp: rows whose seat acts, then the others, both in their original order.
public struct SelectRows: Equatable {
  public let rows: [Int]
  public let actingCount: Int

  /// - Parameters:
  ///   - source: The rollout rows of the chunk.
  ///   - legalActionCount: How many actions a rollout row may choose from; a seat acts where there are two or more.
  public init(_ source: [Int], legalActionCount: (Int) -> Int) {
    let acting = source.filter { legalActionCount($0) > 1 }
    rows = acting + source.filter { legalActionCount($0) <= 1 }
    actingCount = acting.count
  }
}
