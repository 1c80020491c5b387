// A Dec-POMDP as points with relations between them: what colour refinement works on.

/// Points: agents, states, the agents' actions and observations, joint actions J, joint observations K. Relations: whose an
/// action or observation is, which ones make up a joint one, b0(s), R(s,J), P(s'|s,J), O(K|J,s'), the numbers as classes of
/// equal values. A permutation of the points that keeps all of these is a symmetry of the problem.
///
/// One round of refinement gives every point a new hash from its colour and from the collection, without order, of what it is
/// related to:
///   pair(s,J) = (R(s,J), {colour(s'), P(s'|s,J)}, {colour(s'), P(s|s',J)}, {colour(K), O(K|J,s)})
///   state {pair(s,J), colour(J)}      J {pair(s,J), colour(s)}, members      K {O(K|J,s), colour(J), colour(s)}, members
///   action, observation: agent, {joint ones that it is part of}              agent {its actions}, {its observations}
/// The collections are sums of 64-bit hashes. Rarely, two different ones have the same sum: then a cell stays whole
/// that could have been split, which costs time and no truth, since whatever is found is checked entry by entry.
/// The most frequent value of each table is left out; the others say where it stands.
/// Source: Weisfeiler and Leman, 1968, as used by McKay, "Practical graph isomorphism", 1981 (nauty).
struct ProblemStructure {
  /// Points that a symmetry moves by itself; joint actions and joint observations come after them and follow.
  let movedCount: Int
  /// All points.
  let count: Int
  /// Where every kind begins.
  private let states, jointActions, jointObservations: Int
  /// (agents): where the points of their actions and observations begin.
  private let actions, observations: [Int]
  private let problem: DecPOMDP
  private let stateCount, jointActionCount, jointObservationCount: Int
  /// (joint actions, agents), (joint observations, agents): points.
  private let jointActionMembers, jointObservationMembers: [Int]
  /// (states), (states, joint actions), (states, joint actions, states), (joint actions, states, joint observations)
  private let startClasses, rewardClasses, transitionClasses, observationClasses: [Int32]
  private let transitionEntries, observationEntries: Entries

  /// The entries of a table whose class is not the most frequent one, row by row.
  private struct Entries {
    /// (rows + 1)
    var rowStarts: [Int] = [0]
    var columns: [Int32] = []
    var classes: [Int32] = []

    init(_ table: [Int32], rowLength: Int) {
      let common = ValueClasses.mostFrequent(table)
      for row in 0..<table.count / rowLength {
        for column in 0..<rowLength where table[row * rowLength + column] != common {
          columns.append(Int32(column))
          classes.append(table[row * rowLength + column])
        }
        rowStarts.append(columns.count)
      }
    }
  }

  init(_ problem: DecPOMDP) {
    self.problem = problem
    (stateCount, jointActionCount) = (problem.stateCount, problem.jointActionCount)
    jointObservationCount = problem.jointObservationCount
    states = problem.agentCount
    var next = states + stateCount
    func places(_ counts: [Int]) -> [Int] {
      counts.map { size in
        defer { next += size }
        return next
      }
    }
    actions = places(problem.actionCounts)
    observations = places(problem.observationCounts)
    movedCount = next
    jointActions = next
    jointObservations = jointActions + jointActionCount
    count = jointObservations + jointObservationCount
    func members(_ counts: [Int], _ places: [Int]) -> [Int] {
      let radix = MixedRadix(counts)
      return (0..<radix.count).flatMap { zip(radix.digits(of: $0), places).map(+) }
    }
    jointActionMembers = members(problem.actionCounts, actions)
    jointObservationMembers = members(problem.observationCounts, observations)
    startClasses = ValueClasses.of(problem.start, zeroIsApart: true)
    rewardClasses = ValueClasses.of(problem.rewards)
    transitionClasses = ValueClasses.of(problem.transitions, zeroIsApart: true)
    observationClasses = ValueClasses.of(problem.observations, zeroIsApart: true)
    transitionEntries = Entries(transitionClasses, rowLength: stateCount)
    observationEntries = Entries(observationClasses, rowLength: jointObservationCount)
  }

  /// Cells of points of one kind; agents are apart unless symmetries may exchange them, states also by b0.
  func initialPartition(permutesAgents: Bool) -> ColourPartition {
    ColourPartition(
      keys: (0..<count).map { point in
        switch point {
        case ..<states: [0, permutesAgents ? 0 : point]
        case ..<(states + stateCount): [1, Int(startClasses[point - states])]
        case ..<(observations.first ?? 0): [2]
        case ..<movedCount: [3]
        case ..<jointObservations: [4]
        default: [5]
        }
      })
  }

  /// Table entries that a round of refinement, or a check, reads: the unit in which the effort of a search is counted.
  var roundCost: Int {
    transitionEntries.columns.count + observationEntries.columns.count + rewardClasses.count + count
  }

  /// New hashes of all points from their colours and relations.
  func hashes(_ partition: ColourPartition) -> [UInt64] {
    let salts = partition.colours.map { scramble(UInt64($0) &+ 1) }
    let pairs = pairHashes(salts)
    var hashes = salts
    let (stateCount, jointActionCount) = (stateCount, jointActionCount)
    for s in 0..<stateCount {
      for a in 0..<jointActionCount {
        let pair = pairs[s * jointActionCount + a]
        hashes[states + s] &+= scramble(pair ^ salts[jointActions + a])
        hashes[jointActions + a] &+= scramble(pair ^ salts[states + s])
      }
    }
    hashes.withUnsafeMutableBufferPointer { hashes in
      observationEntries.columns.withUnsafeBufferPointer { columns in
        observationEntries.classes.withUnsafeBufferPointer { classes in
          for row in 0..<jointActionCount * stateCount {
            let (a, s) = row.quotientAndRemainder(dividingBy: stateCount)
            let seenBy = scramble(salts[jointActions + a] ^ (salts[states + s] &* 3))
            var entry = observationEntries.rowStarts[row]
            let end = observationEntries.rowStarts[row + 1]
            while entry < end {
              hashes[jointObservations &+ Int(columns[entry])] &+= scramble(seenBy ^ UInt64(classes[entry]))
              entry &+= 1
            }
          }
        }
      }
    }
    func join(_ joint: Int, _ members: [Int]) {
      let agentCount = states
      for (place, member) in members.enumerated() {
        let whole = joint + place / agentCount
        hashes[whole] &+= scramble(salts[member] ^ (salts[place % agentCount] &* 5))
        hashes[member] &+= scramble(salts[whole] &* 7)
      }
    }
    join(jointActions, jointActionMembers)
    join(jointObservations, jointObservationMembers)
    for agent in 0..<states {
      for (first, size) in [
        (actions[agent], problem.actionCounts[agent]), (observations[agent], problem.observationCounts[agent]),
      ] {
        for point in first..<first + size {
          hashes[agent] &+= scramble(salts[point] &* 11)
          hashes[point] &+= scramble(salts[agent] &* 13)
        }
      }
    }
    return hashes
  }

  /// pair(s,J): (states, joint actions).
  private func pairHashes(_ salts: [UInt64]) -> [UInt64] {
    let (stateCount, jointActionCount) = (stateCount, jointActionCount)
    var pairs = rewardClasses.map { scramble(UInt64($0)) }
    pairs.withUnsafeMutableBufferPointer { pairs in
      salts.withUnsafeBufferPointer { salts in
        transitionEntries.columns.withUnsafeBufferPointer { columns in
          transitionEntries.classes.withUnsafeBufferPointer { classes in
            for row in 0..<stateCount * jointActionCount {
              let (s, a) = row.quotientAndRemainder(dividingBy: jointActionCount)
              let from = salts[states + s] &* 17
              var sum: UInt64 = 0
              var entry = transitionEntries.rowStarts[row]
              let end = transitionEntries.rowStarts[row + 1]
              while entry < end {
                let (next, number) = (Int(columns[entry]), UInt64(classes[entry]) &+ 1)
                sum &+= scramble(salts[states &+ next] ^ number)
                pairs[next &* jointActionCount &+ a] &+= scramble(from ^ number)
                entry &+= 1
              }
              pairs[row] &+= sum
            }
          }
        }
        observationEntries.columns.withUnsafeBufferPointer { columns in
          observationEntries.classes.withUnsafeBufferPointer { classes in
            for row in 0..<jointActionCount * stateCount {
              let (a, s) = row.quotientAndRemainder(dividingBy: stateCount)
              var sum: UInt64 = 0
              var entry = observationEntries.rowStarts[row]
              let end = observationEntries.rowStarts[row + 1]
              while entry < end {
                sum &+= scramble((salts[jointObservations &+ Int(columns[entry])] &* 19) ^ UInt64(classes[entry]))
                entry &+= 1
              }
              pairs[s * jointActionCount + a] &+= sum
            }
          }
        }
      }
    }
    return pairs
  }

  /// The symmetry that moves points (those below `movedCount`) as given, if it is one: all tables are compared.
  func symmetry(_ images: [Int]) -> Automorphism? {
    var phi = Automorphism.identity(of: problem)
    phi.agents = Array(images[0..<states])
    phi.states = images[states..<states + stateCount].map { $0 - states }
    for i in 0..<states {
      let j = phi.agents[i]
      guard (0..<states).contains(j), problem.actionCounts[i] == problem.actionCounts[j],
        problem.observationCounts[i] == problem.observationCounts[j]
      else { return nil }
      phi.actions[i] = (0..<problem.actionCounts[i]).map { images[actions[i] + $0] - actions[j] }
      phi.observations[i] = (0..<problem.observationCounts[i]).map { images[observations[i] + $0] - observations[j] }
      guard phi.actions[i].allSatisfy({ (0..<problem.actionCounts[j]).contains($0) }),
        phi.observations[i].allSatisfy({ (0..<problem.observationCounts[j]).contains($0) })
      else { return nil }
    }
    return keepsTables(phi) ? phi : nil
  }

  /// Where a symmetry moves the points below `movedCount`.
  func images(of phi: Automorphism) -> [Int] {
    var images = phi.agents + phi.states.map { states + $0 }
    for i in 0..<states { images += phi.actions[i].map { actions[phi.agents[i]] + $0 } }
    for i in 0..<states { images += phi.observations[i].map { observations[phi.agents[i]] + $0 } }
    return images
  }

  private func keepsTables(_ phi: Automorphism) -> Bool {
    let (joint, seen) = (MixedRadix(problem.actionCounts), MixedRadix(problem.observationCounts))
    let actionImages = (0..<joint.count).map { joint.number(phi.image(joint.digits(of: $0), phi.actions)) }
    let observationImages = (0..<seen.count).map { seen.number(phi.image(seen.digits(of: $0), phi.observations)) }
    for s in 0..<stateCount {
      guard startClasses[s] == startClasses[phi.states[s]] else { return false }
      for a in 0..<jointActionCount {
        let (row, image) = (s * jointActionCount + a, phi.states[s] * jointActionCount + actionImages[a])
        guard rewardClasses[row] == rewardClasses[image],
          Self.agree(transitionEntries, row, transitionClasses, image * stateCount, phi.states)
        else { return false }
        let (seenRow, seenImage) = (a * stateCount + s, actionImages[a] * stateCount + phi.states[s])
        guard
          Self.agree(
            observationEntries, seenRow, observationClasses, seenImage * jointObservationCount, observationImages)
        else { return false }
      }
    }
    return true
  }

  /// Whether the listed entries of a row stand at their images in the row of `table` that begins at `first`. A bijection of
  /// rows and columns that carries every listed entry to an equal one leaves no place for another.
  private static func agree(_ entries: Entries, _ row: Int, _ table: [Int32], _ first: Int, _ columnImages: [Int])
    -> Bool
  {
    (entries.rowStarts[row]..<entries.rowStarts[row + 1]).allSatisfy {
      table[first + columnImages[Int(entries.columns[$0])]] == entries.classes[$0]
    }
  }
}

/// A bijection of 64-bit words without visible pattern (the finaliser of Vigna's SplitMix64).
@inline(__always)
func scramble(_ word: UInt64) -> UInt64 {
  var bits = word &+ 0x9E37_79B9_7F4A_7C15
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  return bits ^ (bits >> 31)
}
