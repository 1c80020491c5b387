import Environments

/// A row of features, each 0 or 1, in the order in which they are written down.
public struct YokaiFeatures: Equatable, Sendable {
  /// Feature f is bit f % 32 of word f / 32.
  public private(set) var words: [UInt32] = []
  public private(set) var count = 0

  mutating func append(_ feature: Bool) { appendOneHot(feature ? 0 : nil, of: 1) }

  /// `size` features, 0 but for one of them, or all 0.
  mutating func appendOneHot(_ index: Int?, of size: Int) {
    appendSet(index.map { [$0] } ?? [], of: size)
  }

  /// `size` features, 1 where the set says so.
  mutating func appendSet(_ indices: some Sequence<Int>, of size: Int) {
    while words.count * 32 < count + size { words.append(0) }
    for index in indices { words[(count + index) / 32] |= 1 << UInt32((count + index) % 32) }
    count += size
  }
}

// What a seat sees, written down feature by feature in the order of docs/environments/yokai.md.
extension YokaiGame {
  public func observation(of seat: Int) -> YokaiFeatures {
    var row = YokaiFeatures()
    switch rules.observation {
    case .cards: writeCards(seenBy: seat, to: &row)
    case .grid: writePlanes(seenBy: seat, to: &row)
    }
    if rules.showsMatches { writeMatches(seenBy: seat, to: &row) }
    writeTable(seenBy: seat, to: &row)
    return row
  }

  /// A player as seen from a seat: itself is 0, then in playing order.
  private func distance(from seat: Int, to player: Int) -> Int { (player - seat + rules.players) % rules.players }

  private func knownColor(of card: Int, to seat: Int) -> Int? {
    let known = rules.memory == .perfect ? everPeeked[seat] : lastPeeked[seat]
    return known.contains(card) ? cards[card].color : nil
  }

  private func hintColors(on card: Int) -> Set<Int> { cards[card].hint.map { deck[$0] } ?? [] }

  /// Players that ever peeked at a card, from a seat; only where peeks are remembered.
  private func seers(of card: Int, from seat: Int) -> [Int] {
    guard rules.memory == .perfect else { return [] }
    return (0..<rules.players).filter { everPeeked[$0].contains(card) }.map { distance(from: seat, to: $0) }
  }

  private func writeCards(seenBy seat: Int, to row: inout YokaiFeatures) {
    let size = rules.gridSize
    for (number, card) in cards.enumerated() {
      row.appendOneHot(card.place.row, of: size)
      row.appendOneHot(card.place.column, of: size)
      row.append(card.hint != nil)
      row.appendOneHot(knownColor(of: number, to: seat), of: rules.colors)
      row.appendSet(hintColors(on: number), of: rules.colors)
      for deed in [firstPeek, secondPeek, lastMove, lastHint] { row.append(deed?.card == number) }
      row.appendSet(seers(of: number, from: seat), of: rules.players)
    }
    row.appendOneHot(lastMoveFrom?.row, of: size)
    row.appendOneHot(lastMoveFrom?.column, of: size)
  }

  private func writePlanes(seenBy seat: Int, to row: inout YokaiFeatures) {
    func write(_ places: [Place]) {
      row.appendSet(places.map { $0.row * rules.gridSize + $0.column }, of: rules.gridSize * rules.gridSize)
    }
    /// The places of all cards that have a property.
    func plane(_ property: (Int) -> Bool) { write(cards.indices.filter(property).map { cards[$0].place }) }
    plane { _ in true }
    plane { cards[$0].hint != nil }
    for color in 0..<rules.colors { plane { knownColor(of: $0, to: seat) == color } }
    for color in 0..<rules.colors { plane { hintColors(on: $0).contains(color) } }
    for deed in [firstPeek, secondPeek, lastMove] { plane { deed?.card == $0 } }
    write(lastMoveFrom.map { [$0] } ?? [])
    plane { lastHint?.card == $0 }
    for other in 0..<rules.players { plane { seers(of: $0, from: seat).contains(other) } }
    for card in cards.indices { plane { $0 == card } }
  }

  /// For every card, the cards before it that the seat knows to have its colour; for every open hint, the cards that the
  /// seat knows to have one of its colours.
  private func writeMatches(seenBy seat: Int, to row: inout YokaiFeatures) {
    for card in cards.indices {
      let color = knownColor(of: card, to: seat)
      row.appendSet((0..<card).filter { color != nil && knownColor(of: $0, to: seat) == color }, of: card)
    }
    for (number, colors) in deck.enumerated() {
      let isOpen = number < revealed && !placedHints.contains(number)
      row.appendSet(
        cards.indices.filter { card in isOpen && knownColor(of: card, to: seat).map(colors.contains) ?? false },
        of: cards.count)
    }
  }

  /// What concerns no card.
  private func writeTable(seenBy seat: Int, to row: inout YokaiFeatures) {
    let steps: [Step] =
      rules.actionMode == .slot
      ? [.firstPeek, .secondPeek, .move, .hint] : [.firstPeek, .secondPeek, .move, .target, .hint, .place]
    row.appendOneHot(steps.firstIndex(of: step), of: steps.count)
    row.appendOneHot(distance(from: seat, to: player), of: rules.players)
    for (number, colors) in deck.enumerated() {
      row.append(number < revealed)
      row.append(placedHints.contains(number))
      row.appendSet(number < revealed ? colors : [], of: rules.colors)
    }
    row.appendOneHot(deck.count - revealed, of: deck.count + 1)
    row.appendOneHot(turn, of: 2 * deck.count + 1)
    for deed in [firstPeek, lastMove, lastHint] {
      row.appendOneHot(deed.map { distance(from: seat, to: $0.player) }, of: rules.players)
    }
    if rules.actionMode == .cell { row.appendOneHot(chosenHint, of: deck.count) }
  }
}
