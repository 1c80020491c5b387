// The symmetries of a Dec-POMDP, by generators and order.

/// The automorphism group of a problem; its elements are not listed.
///
/// Found along a stabiliser chain: for the points b_1, b_2, ... of the base that `SymmetrySearch` chose, and for every k from
/// the last to the first, the orbit of b_k under the symmetries that fix b_1 ... b_{k-1} is built from the symmetries known so
/// far and, for each point of its cell not yet in it, a search for one that moves b_k there. What is found generates the
/// group, and its order is the product of the orbits' sizes (Sims, 1970).
public struct SymmetryGroup: Sendable {
  /// Without the identity; empty for the trivial group.
  public let generators: [Automorphism]
  /// The number of symmetries; a lower bound where the search was given up.
  public let order: GroupOrder
  /// Whether symmetries may exchange agents.
  public let permutesAgents: Bool
  /// Whether the budget sufficed: if not, what is known is a part of the group.
  public let isComplete: Bool

  /// Table entries that a search reads before it gives up: some ten seconds.
  public static let defaultBudget = 4_000_000_000

  /// - Parameters:
  ///   - permutesAgents: Also looks for symmetries that exchange agents.
  ///   - budget: Table entries that may be read. No single search for an image takes more than half of what is left, so
  ///     that a hard one does not hide those that are easy.
  public init(_ problem: DecPOMDP, permutesAgents: Bool = false, budget: Int = defaultBudget) {
    let structure = ProblemStructure(problem)
    var search = SymmetrySearch(structure, permutesAgents: permutesAgents, budget: budget)
    var generators: [Automorphism] = []
    var order = GroupOrder.one
    var isComplete = search.hasPath
    var orbits = DisjointSets(structure.movedCount)
    for (number, level) in search.levels.enumerated().dropLast().reversed() {
      guard search.hasPath, let cell = level.cell else { break }
      var hopeless: [Int] = []
      for candidate in level.partition.cell(at: cell) {
        let orbit = orbits.root(candidate)
        // What no symmetry reaches, none reaches together with others that are known.
        if orbit == orbits.root(level.point) || hopeless.contains(where: { orbits.root($0) == orbit }) { continue }
        switch search.find(level: number, image: candidate, allowance: search.budget / 2) {
        case .symmetry(let found):
          generators.append(found)
          for (point, image) in structure.images(of: found).enumerated() { orbits.join(point, image) }
        case .none: hopeless.append(candidate)
        case .unknown: isComplete = false
        }
      }
      order *= orbits.size(of: level.point)
    }
    self.generators = generators
    self.order = order
    self.permutesAgents = permutesAgents
    self.isComplete = isComplete
  }

  /// All symmetries that the generators make, the identity included, if there are at most `limit`.
  public func elements(of problem: DecPOMDP, limit: Int) -> [Automorphism]? {
    guard order.rounded <= Double(limit) else { return nil }
    let identity = Automorphism.identity(of: problem)
    var known: Set = [identity]
    var open = [identity]
    while let next = open.popLast() {
      for generator in generators {
        let product = next.followed(by: generator)
        if known.insert(product).inserted { open.append(product) }
      }
    }
    return known.sorted { "\($0)" < "\($1)" }
  }
}

/// Points in disjoint sets, which only grow together.
struct DisjointSets {
  private var parents: [Int]
  private var sizes: [Int]

  init(_ count: Int) {
    parents = Array(0..<count)
    sizes = Array(repeating: 1, count: count)
  }

  /// One point for all points of the set.
  mutating func root(_ point: Int) -> Int {
    var point = point
    while parents[point] != point {
      parents[point] = parents[parents[point]]
      point = parents[point]
    }
    return point
  }

  mutating func size(of point: Int) -> Int { sizes[root(point)] }

  mutating func join(_ first: Int, _ second: Int) {
    let (one, other) = (root(first), root(second))
    guard one != other else { return }
    let (large, small) = sizes[one] < sizes[other] ? (other, one) : (one, other)
    parents[small] = large
    sizes[large] += sizes[small]
  }
}
