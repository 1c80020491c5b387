/// The seeds of a configuration: a count, a list, or `{first, count}`.
enum Seeds {
  static let maxCount = 100_000

  static func read(_ section: inout ConfigurationSection) throws -> [UInt64]? {
    guard let node = section.node("seeds") else { return nil }
    let form = "how many seeds (8), a list of seeds ([3, 5, 8]) or {first: 8, count: 8}"
    switch node.value {
    case .scalar(.integer), .scalar(.number):
      let count = try section.integer(node, "seeds", in: 1...maxCount)
      return (0..<UInt64(count)).map(\.self)
    case .scalar: throw section.wrong(node, "seeds", form)
    case .list(let nodes):
      let seeds = try nodes.map { UInt64(try section.integer($0, "seeds", in: 0...Int.max)) }
      guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
        throw section.wrong(node, "seeds", "a list of different seeds")
      }
      return seeds
    case .section:
      var range = try ConfigurationSection(node, path: section.fullKey("seeds"))
      let first = try range.integer("first", in: 0...(Int.max - maxCount))
      let count = try range.integer("count", in: 1...maxCount)
      try range.finish()
      guard let count else { throw section.wrong(node, "seeds", form) }
      return (0..<count).map { UInt64((first ?? 0) + $0) }
    }
  }

  /// The shortest form that reads back as the same seeds.
  static func node(_ seeds: [UInt64]) -> ConfigurationNode {
    guard let first = seeds.first, seeds.enumerated().allSatisfy({ $1 == first + UInt64($0) }) else {
      return ConfigurationNode(integers: seeds.map { Int($0) })
    }
    guard first > 0 else { return .scalar(.integer(seeds.count)) }
    return .section([("first", .scalar(.integer(Int(first)))), ("count", .scalar(.integer(seeds.count)))])
  }
}
