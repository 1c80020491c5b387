extension LeversEnvironment {
  /// The most permutations of levers that are listed: those of seven equal levers.
  static let mostPermutations = 5040

  /// `levers`: every permutation of the levers that leaves the pay of every pair as it is; a cue is any of them with the
  /// same probability. Where these are too many and
  /// only equal levers pay, `lever_shifts`: cyclic shifts within every set of levers of the same pay.
  public var symmetryFamilies: [SymmetryFamily] {
    if let permutations = payPermutations { return families("levers", permutations) }
    guard case .matching(let pays) = parameters.pay else { return [] }
    return families("lever_shifts", shifts(pays))
  }

  private func families(_ name: String, _ permutations: [[Int]]) -> [SymmetryFamily] {
    1 < permutations.count && permutations.count <= Self.mostPermutations
      ? [SymmetryFamily(name: name, elements: permutations.map { symmetry(levers: $0) })] : []
  }

  /// nil where there are too many.
  private var payPermutations: [[Int]]? {
    Permutations.all(of: parameters.leverCount, atMost: Self.mostPermutations) { images in
      let lever = images.count - 1
      return images.indices.allSatisfy { other in
        pay(lever, other) == pay(images[lever], images[other])
          && pay(other, lever) == pay(images[other], images[lever])
      }
    }
  }

  /// What a round pays in which player 0 pulls one lever and all others another one.
  private func pay(_ first: Int, _ others: Int) -> Double {
    parameters.pay.pay(for: [first] + Array(repeating: others, count: parameters.players - 1))
  }

  private func shifts(_ pays: [Double]) -> [[Int]] {
    let classes = Dictionary(grouping: pays.indices) { pays[$0] }.values.sorted { $0[0] < $1[0] }
    let count = classes.reduce(1.0) { $0 * Double($1.count) }
    guard count <= Double(Self.mostPermutations) else { return [] }
    return classes.reduce([Array(pays.indices)]) { permutations, members in
      permutations.flatMap { permutation in
        members.indices.map { shift in
          var shifted = permutation
          for (place, lever) in members.enumerated() { shifted[lever] = members[(place + shift) % members.count] }
          return shifted
        }
      }
    }
  }

  private func symmetry(levers: [Int]) -> Symmetry {
    var symmetry = Symmetry(identityOf: self)
    symmetry.actions = levers
    for place in 0..<parameters.observedLevers {
      let first = 1 + parameters.rounds + place * levers.count
      for (old, new) in levers.enumerated() { symmetry.features[first + old] = first + new }
    }
    return symmetry
  }
}
