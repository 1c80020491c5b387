// Refinement and individualisation: the search tree behind the symmetry group.

/// The first path of the search, and symmetries that lead away from it.
///
/// The path begins with the coarsest partition that refinement gives; at every level the first point of the smallest cell
/// that is left is individualised and the partition refined again, until all points are apart. The points b_1, b_2, ... of the
/// path are a base: a symmetry is known by their images. A symmetry that fixes b_1 ... b_{k-1} and maps b_k to c is looked
/// for below the node that individualises c instead: only nodes whose refinement leaves the same trace as the path's can lead
/// to one.
struct SymmetrySearch {
  /// A node of the first path.
  struct Level {
    let partition: ColourPartition
    /// What the rounds of refinement that led here left.
    let trace: [UInt64]
    /// Where the cell begins whose first point is individualised next; nil where all points are apart.
    let cell: Int?
    /// The point of the base.
    let point: Int
  }

  private let structure: ProblemStructure
  private(set) var levels: [Level] = []
  /// Table entries that may still be read.
  private(set) var budget: Int

  /// - Parameter budget: Table entries that may be read; the path is left unfinished where they do not suffice.
  init(_ structure: ProblemStructure, permutesAgents: Bool, budget: Int) {
    self.structure = structure
    self.budget = budget
    var partition = structure.initialPartition(permutesAgents: permutesAgents)
    while true {
      guard let trace = refine(&partition, expecting: nil) else { return }
      let cell = targetCell(partition)
      levels.append(Level(partition: partition, trace: trace, cell: cell, point: cell.map { partition.order[$0] } ?? 0))
      guard cell != nil else { return }
      partition.individualise(levels[levels.count - 1].point)
    }
  }

  /// Whether the path leads to where all points are apart.
  var hasPath: Bool { levels.last.map { $0.cell == nil } ?? false }

  /// What a search for one image found.
  enum Outcome {
    case symmetry(Automorphism)
    case none
    /// The budget was used up before it was known.
    case unknown
  }

  /// A symmetry that fixes the points of the base before `level` and maps that of `level` to `image`.
  ///
  /// - Parameter allowance: The part of the budget that may be used.
  mutating func find(level: Int, image: Int, allowance: Int) -> Outcome {
    let whole = budget
    budget = min(allowance, whole)
    let given = budget
    let outcome = descend(level, levels[level].partition, image)
    budget = whole - (given - max(budget, 0))
    return outcome
  }

  private mutating func descend(_ level: Int, _ partition: ColourPartition, _ image: Int) -> Outcome {
    var partition = partition
    partition.individualise(image)
    let next = levels[level + 1]
    guard let trace = refine(&partition, expecting: next.trace) else { return .unknown }
    guard trace == next.trace, partition.cellSizes == next.partition.cellSizes else { return .none }
    if let images = images(from: next.partition, to: partition) {
      guard spend(structure.roundCost) else { return .unknown }
      if let found = structure.symmetry(images) { return .symmetry(found) }
    }
    guard let cell = next.cell else { return .none }
    // What can stay where it is comes first.
    let candidates = Array(partition.cell(at: cell))
    let fixed = candidates.filter { $0 == next.point }
    for candidate in fixed + candidates.filter({ $0 != next.point }) {
      switch descend(level + 1, partition, candidate) {
      case .none: continue
      case let outcome: return outcome
      }
    }
    return .none
  }

  /// The images of the moved points where two partitions leave one choice: points that are apart go to those of the same
  /// colour, and cells that hold the same points in both stay as they are. nil if other cells are left.
  private func images(from first: ColourPartition, to second: ColourPartition) -> [Int]? {
    var images = Array(0..<structure.movedCount)
    for point in images.indices {
      let colour = first.colours[point]
      if first.cellSizes[colour] == 1 {
        images[point] = second.order[colour]
      } else if second.colours[point] != colour {
        return nil
      }
    }
    return images
  }

  /// The smallest cell of moved points with more than one, the first of them where several are as small.
  private func targetCell(_ partition: ColourPartition) -> Int? {
    var best: Int?
    for start in 0..<structure.movedCount where partition.cellSizes[start] > 1 {
      if let least = best, partition.cellSizes[least] <= partition.cellSizes[start] { continue }
      best = start
    }
    return best
  }

  /// Splits cells until their points can no more be told apart, or all moved points are.
  ///
  /// - Parameter expecting: The trace of the path; refinement stops at the first round that leaves another.
  /// - Returns: The trace: a hash of each round; nil where the budget was used up.
  private mutating func refine(_ partition: inout ColourPartition, expecting: [UInt64]?) -> [UInt64]? {
    var trace: [UInt64] = []
    while true {
      guard spend(structure.roundCost) else { return nil }
      let hashes = structure.hashes(partition)
      let hasSplit = partition.split(by: hashes)
      trace.append(partition.order.reduce(0) { scramble($0 ^ hashes[$1]) })
      if let expecting, trace.count > expecting.count || trace[trace.count - 1] != expecting[trace.count - 1] {
        return trace
      }
      if !hasSplit || targetCell(partition) == nil { return trace }
    }
  }

  private mutating func spend(_ cost: Int) -> Bool {
    budget -= cost
    return budget >= 0
  }
}
