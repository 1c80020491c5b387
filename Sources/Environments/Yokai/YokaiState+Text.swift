extension YokaiState {
  /// R, G, B, Y
  public static func colorName(_ color: Int) -> String { ["R", "G", "B", "Y"][color] }

  /// Colours on a hint, for example RG.
  public static func hintName(_ colors: UInt32) -> String {
    (0..<4).filter { colors >> UInt32($0) & 1 == 1 }.map(colorName).joined()
  }

  /// As named JSON values; -1 is none.
  func fields(_ parameters: YokaiParameters) -> [StateField] {
    func list(_ values: [Int]) -> String { "[" + values.map(String.init).joined(separator: ",") + "]" }
    func slots(_ mask: UInt32) -> String { list(colors.indices.filter { mask >> UInt32($0) & 1 == 1 }) }
    func seats(_ masks: [UInt32]) -> String { "[" + masks.map(slots).joined(separator: ",") + "]" }
    func register(_ register: Register?) -> String { list([register?.slot ?? -1, register?.owner ?? -1]) }
    return [
      StateField("turn", "\(turn)"),
      StateField("phase", "\(phase.rawValue)"),
      StateField("player", "\(player)"),
      StateField("cells", list(cells)),
      StateField("colors", list(colors)),
      StateField("hints", list(hints.map(Int.init))),
      StateField("revealed", "\(revealed)"),
      StateField("hint_on_slot", list(hintOnSlot.map { $0 ?? -1 })),
      StateField("seen", seats(seen)),
      StateField("in_view", seats(inView)),
      StateField("first_peek", register(firstPeek)),
      StateField("second_peek", "\(secondPeek ?? -1)"),
      StateField("last_move", register(lastMove)),
      StateField("last_move_source", "\(lastMoveSource ?? -1)"),
      StateField("last_hint", register(lastHint)),
      StateField("chosen_hint", "\(chosenHint ?? -1)"),
      StateField("ended", "\(ended)"),
      StateField("ended_early", "\(endedEarly)"),
      StateField("won", "\(won)"),
      StateField("score", "\(score)"),
    ]
  }

  /// Several lines for a spectator: whose turn it is, the last peeks, move and hint, the deck of hints (hidden ones in
  /// brackets), the grid. A card is its slot and its colour, and the letter of the hint on it.
  func rendered(_ parameters: YokaiParameters) -> String { rendered(parameters, for: nil) }

  /// The same as a seat sees it: `?` for colours and hints that it is not shown.
  func text(for viewer: Int, _ parameters: YokaiParameters) -> String { rendered(parameters, for: viewer) }

  func rendered(_ parameters: YokaiParameters, for viewer: Int?) -> String {
    var lines = [
      "turn \(turn)  "
        + (ended
          ? "\(endedEarly ? "ended early" : "all hints used"), \(won ? "won" : "lost")  score \(score)"
          : "player \(player): \(phase.prompt)")
    ]
    lines.append("last   " + [peekText, moveText(parameters), hintText].joined(separator: ", "))
    lines.append("hints  " + hints.indices.map { hintLine($0, isSpectator: viewer == nil) }.joined(separator: "  "))
    for row in 0..<parameters.gridSize {
      let cells = (0..<parameters.gridSize).map { column in
        self.cells.firstIndex(of: row * parameters.gridSize + column).map {
          cardText($0, isOpen: knows(viewer, $0, parameters))
        } ?? "  . "
      }
      let line = cells.joined(separator: " ")
      lines.append(String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)]))
    }
    return lines.joined(separator: "\n")
  }

  /// a, b, …
  func letter(_ hint: Int) -> String { String(UnicodeScalar(UInt8(97 + hint))) }

  private func cardText(_ slot: Int, isOpen: Bool) -> String {
    let text = "\(slot)\(isOpen ? Self.colorName(colors[slot]) : "?")" + (hintOnSlot[slot].map(letter) ?? " ")
    return String(repeating: " ", count: 4 - text.count) + text
  }

  private func hintLine(_ hint: Int, isSpectator: Bool) -> String {
    let name = Self.hintName(hints[hint])
    if let slot = hintOnSlot.firstIndex(of: hint) { return "\(letter(hint)) \(name) on \(slot)" }
    let text = hint < revealed ? name + (hint == chosenHint ? " chosen" : "") : isSpectator ? "(\(name))" : "(?)"
    return "\(letter(hint)) \(text)"
  }

  private var peekText: String {
    guard let firstPeek else { return "no peeks" }
    return "player \(firstPeek.owner) peeked at \(firstPeek.slot)" + (secondPeek.map { " and \($0)" } ?? "")
  }

  private func moveText(_ parameters: YokaiParameters) -> String {
    guard let lastMove, let lastMoveSource else { return "no move" }
    let (row, column) = lastMoveSource.quotientAndRemainder(dividingBy: parameters.gridSize)
    return "player \(lastMove.owner) moved \(lastMove.slot) from row \(row) column \(column)"
  }

  private var hintText: String {
    guard let lastHint else { return "no hint placed" }
    return "player \(lastHint.owner) placed a hint on \(lastHint.slot)"
  }
}

extension YokaiState.Phase {
  /// What the player has to choose.
  fileprivate var prompt: String {
    switch self {
    case .firstPeek: "first peek, or end"
    case .secondPeek: "second peek"
    case .move: "move"
    case .target: "where the card goes"
    case .hint: "reveal or place a hint"
    case .place: "where the hint goes"
    }
  }
}
