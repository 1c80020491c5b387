// A game of Hanabi as text: for recorded games and for people.

extension HanabiState {
  /// In the words of recorded games.
  public var fields: [StateField] {
    func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    func number(_ value: Int?) -> String { "\(value ?? -1)" }
    func pair(_ card: Card) -> String { "[\(card.color),\(card.rank)]" }
    func perSlot(_ text: (Slot) -> String) -> String { list(hands.map { list($0.map(text)) }) }
    return [
      StateField("step", "\(step)"),
      StateField("cur", "\(seat)"),
      StateField("life", "\(lives)"),
      StateField("info", "\(information)"),
      StateField("fireworks", list(fireworks.map(String.init))),
      StateField("deck_left", "\(deckLeft)"),
      StateField("hands", perSlot { $0.card.map(pair) ?? "null" }),
      StateField("discard", list(discards.map(pair))),
      StateField("know", perSlot { "\"" + String($0.plausible, radix: 16) + "\"" }),
      StateField("hint", perSlot { "[\(number($0.hintedColor)),\(number($0.hintedRank))]" }),
      StateField("last_round", "\(lastRound)"),
      StateField("score", "\(score)"),
      StateField("terminal", "\(ended)"),
      StateField("out_of_lives", "\(bombed)"),
      StateField("bombed", "\(bombed)"),
    ]
  }

  /// Several lines for people: tokens, fireworks, every hand with what its player knows of each card below it (colours
  /// and ranks that are still possible), discards, the last move.
  public var rendered: String { rendered(for: nil) }

  /// The same as the player in a seat sees it: without the cards in its hand.
  func text(for viewer: Int) -> String { rendered(for: viewer) }

  private func rendered(for viewer: Int?) -> String {
    var lines = [
      "move \(step)  score \(score)/\(parameters.maximumScore)  information \(information)/"
        + "\(parameters.informationTokens)  lives \(lives)/\(parameters.lifeTokens)  deck \(deckLeft)"
        + (ended ? "  ended" : ""),
      "fireworks  "
        + fireworks.enumerated().map { Self.colorName($0.offset) + "\($0.element)" }.joined(separator: " "),
    ]
    for (player, hand) in hands.enumerated() {
      let (cards, knowledge) = (
        hand.map { $0.card.map { player == viewer ? "??" : $0.name } ?? "--" }, hand.map(known)
      )
      let widths = hand.indices.map { max(cards[$0].count, knowledge[$0].count) }
      func row(_ title: String, _ fields: [String]) -> String {
        let padded = zip(fields, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        let line = title + padded.joined(separator: "  ")
        return String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)])
      }
      lines.append(row("\(player == seat && !ended ? ">" : " ") player \(player)  ", cards))
      lines.append(row("  knows     ", knowledge))
    }
    lines.append("discards  " + (discards.isEmpty ? "none" : discards.map(\.name).joined(separator: " ")))
    if let lastMove { lines.append("last  \(text(lastMove))") }
    return lines.joined(separator: "\n")
  }

  /// Colours and ranks that a card may have as far as its player knows; hints leave every pair of them possible.
  func possible(_ slot: Slot) -> (colors: [Int], ranks: [Int]) {
    func isPossible(_ color: Int, _ rank: Int) -> Bool {
      slot.plausible >> UInt32(color * parameters.ranks + rank) & 1 == 1
    }
    return (
      (0..<parameters.colors).filter { color in (0..<parameters.ranks).contains { isPossible(color, $0) } },
      (0..<parameters.ranks).filter { rank in (0..<parameters.colors).contains { isPossible($0, rank) } }
    )
  }

  private func known(_ slot: Slot) -> String {
    guard slot.card != nil else { return "" }
    let (colors, ranks) = possible(slot)
    let separator = parameters.ranks > 9 ? "," : ""
    return colors.map(Self.colorName).joined() + ranks.map { "\($0 + 1)" }.joined(separator: separator)
  }

  func text(_ move: Move) -> String {
    func numbers(_ slots: [Int]) -> String {
      "slot\(slots.count == 1 ? "" : "s") \(slots.map(String.init).joined(separator: ", "))"
    }
    let player = "player \(move.seat)"
    switch move.action {
    case .play(let slot, let card, let succeeds, let returnsToken):
      return "\(player) played slot \(slot), \(card.name): \(succeeds ? "a point" : "a life lost")"
        + (returnsToken ? " and an information token back" : "")
    case .discard(let slot, let card): return "\(player) discarded slot \(slot), \(card.name)"
    case .tellColor(let told, let color, let slots):
      return "\(player) told player \(told) color \(Self.colorName(color)): \(numbers(slots))"
    case .tellRank(let told, let rank, let slots):
      return "\(player) told player \(told) rank \(rank + 1): \(numbers(slots))"
    }
  }
}
