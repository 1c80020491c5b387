import Environments

// What a seat sees, written down feature by feature in the order of docs/environments/yokai.md.
extension YokaiGame {
  public func observation(of seat: Int) -> [Bool] {
    rules.observation == .cards ? cardList(of: seat) : planes(of: seat)
  }

  private func oneHot(_ index: Int?, of count: Int) -> [Bool] { (0..<count).map { $0 == index } }

  /// Seats as seen from a seat: itself first, then in playing order.
  private func fromSeat(_ seat: Int, _ other: Int?) -> [Bool] {
    (0..<rules.players).map { (seat + $0) % rules.players == other }
  }

  private func knows(_ seat: Int, _ card: Int) -> Bool {
    rules.memory == .perfect ? everPeeked[seat].contains(card) : lastPeeked[seat].contains(card)
  }

  private func knownColor(of card: Int, to seat: Int) -> Int? { knows(seat, card) ? cards[card].color : nil }

  private func hintColors(on card: Int) -> [Bool] {
    let colors = cards[card].hint.map { deck[$0] } ?? []
    return (0..<rules.colors).map { colors.contains($0) }
  }

  private func seers(of card: Int, from seat: Int) -> [Bool] {
    (0..<rules.players).map {
      rules.memory == .perfect && everPeeked[(seat + $0) % rules.players].contains(card)
    }
  }

  private func cardList(of seat: Int) -> [Bool] {
    let size = rules.gridSize
    var bits: [Bool] = []
    for (number, card) in cards.enumerated() {
      bits += oneHot(card.place.row, of: size) + oneHot(card.place.column, of: size)
      bits.append(card.hint != nil)
      bits += oneHot(knownColor(of: number, to: seat), of: rules.colors) + hintColors(on: number)
      bits += [firstPeek, secondPeek, lastMove, lastHint].map { $0?.card == number }
      bits += seers(of: number, from: seat)
    }
    bits += oneHot(lastMoveFrom?.row, of: size) + oneHot(lastMoveFrom?.column, of: size)
    return bits + table(of: seat)
  }

  private func planes(of seat: Int) -> [Bool] {
    /// The cells of all cards that have a property.
    func plane(_ property: (Int) -> Bool) -> [Bool] {
      let chosen = cards.indices.filter(property).map { cards[$0].place }
      return places.map { chosen.contains($0) }
    }
    var bits = plane { _ in true } + plane { cards[$0].hint != nil }
    for color in 0..<rules.colors { bits += plane { knownColor(of: $0, to: seat) == color } }
    for color in 0..<rules.colors { bits += plane { hintColors(on: $0)[color] } }
    for deed in [firstPeek, secondPeek, lastMove] { bits += plane { deed?.card == $0 } }
    bits += places.map { $0 == lastMoveFrom }
    bits += plane { lastHint?.card == $0 }
    for other in 0..<rules.players { bits += plane { seers(of: $0, from: seat)[other] } }
    for card in cards.indices { bits += plane { $0 == card } }
    return bits + table(of: seat)
  }

  /// What concerns no card.
  private func table(of seat: Int) -> [Bool] {
    let steps: [Step] =
      rules.actionMode == .slot
      ? [.firstPeek, .secondPeek, .move, .hint] : [.firstPeek, .secondPeek, .move, .target, .hint, .place]
    var bits = oneHot(steps.firstIndex(of: step), of: steps.count) + fromSeat(seat, player)
    for (number, colors) in deck.enumerated() {
      let isRevealed = number < revealed
      bits += [isRevealed, placedHints.contains(number)] + (0..<rules.colors).map { isRevealed && colors.contains($0) }
    }
    bits += oneHot(deck.count - revealed, of: deck.count + 1) + oneHot(turn, of: 2 * deck.count + 1)
    for deed in [firstPeek, lastMove, lastHint] { bits += fromSeat(seat, deed?.player) }
    if rules.actionMode == .cell { bits += oneHot(chosenHint, of: deck.count) }
    return bits
  }
}
