extension HanabiEnvironment {
  /// `colors`: every permutation of the colours, which all have the same cards.
  public var symmetryFamilies: [SymmetryFamily] {
    guard parameters.colors > 1 else { return [] }
    return [
      SymmetryFamily(name: "colors", elements: Permutations.all(of: parameters.colors).map { symmetry(colors: $0) })
    ]
  }

  /// Colour c becomes colour `colors[c]`, in all sections of the observation that name colours.
  private func symmetry(colors: [Int]) -> Symmetry {
    let p = parameters
    var symmetry = Symmetry(identityOf: self)
    var place = 0
    func pass(_ count: Int) { place += count }
    /// So many features for every colour, colour by colour.
    func move(perColor count: Int) {
      for (old, new) in colors.enumerated() {
        for feature in 0..<count { symmetry.features[place + old * count + feature] = place + new * count + feature }
      }
      place += colors.count * count
    }

    // Hands: cards, then who is short of one.
    for _ in 0..<(p.players - 1) * p.handSize { move(perColor: p.ranks) }
    pass(p.players)
    // Board: deck, fireworks, tokens; then discards.
    pass(p.deckFeatureCount)
    move(perColor: p.ranks)
    pass(p.informationTokens + p.lifeTokens)
    move(perColor: p.cardsPerColor)
    // Last action: who, what, to whom, colour, rank, slots; the card, how it went.
    pass(p.players + 4 + p.players)
    move(perColor: 1)
    pass(p.ranks + 2 * p.handSize)
    move(perColor: p.ranks)
    pass(2)
    // Knowledge, where it is observed: cards, hinted colour, hinted rank.
    for _ in 0..<(p.knowledge == nil ? 0 : p.slotCount) {
      move(perColor: p.ranks)
      move(perColor: 1)
      pass(p.ranks)
    }
    precondition(place == p.observationFeatureCount, "every section has been passed")

    for player in 0..<p.players - 1 {
      let first = p.firstColorHint + player * p.colors
      for (old, new) in colors.enumerated() { symmetry.actions[first + old] = first + new }
    }
    return symmetry
  }
}
