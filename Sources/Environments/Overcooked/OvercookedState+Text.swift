import CShaders

extension OvercookedState {
  /// In the words of recorded games.
  func fields(_ parameters: OvercookedParameters) -> [StateField] {
    let kitchen = parameters.kitchen
    func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    func place(_ cell: Int) -> String { "\(cell % kitchen.width),\(cell / kitchen.width)" }
    return [
      StateField("step", "\(step)"),
      StateField("pos", list(cooks.map { "[\(place($0.cell))]" })),
      StateField("dir", list(cooks.map { "\($0.direction.rawValue)" })),
      StateField("inv", list(cooks.map { "\($0.held.object)" })),
      StateField("pots", list(zip(kitchen.pots, pots).map { "[\(place($0)),\($1)]" })),
      StateField(
        "items",
        list(items.indices.filter { items[$0] != .nothing }.map { "[\(place($0)),\(items[$0].object)]" })),
    ]
  }

  /// Several lines for people, three characters per cell: the cell or the cook with its direction, then what lies there
  /// or is held (o onion, p plate, d dish); pots show `:` and onions, steps left, or `!!` when ready. Then the same in
  /// words, pots in the order of their cells.
  func rendered(_ parameters: OvercookedParameters) -> String {
    let kitchen = parameters.kitchen
    func name(_ item: Item) -> String { [" ", "o", "p", "d"][Int(item.rawValue)] }
    func pot(_ status: Int) -> String {
      let onions = Int(OVERCOOKED_POT_EMPTY) - status
      if status >= Int(OVERCOOKED_POT_FULL) { return onions == 0 ? "  " : ":\(onions)" }
      return status == 0 ? "!!" : status < 10 ? " \(status)" : "\(status)"
    }
    func text(_ cell: Int) -> String {
      if let number = cooks.firstIndex(where: { $0.cell == cell }) {
        let cook = cooks[number]
        return "\(number)" + ["^", "v", ">", "<"][Int(cook.direction.rawValue)] + name(cook.held)
      }
      if let index = kitchen.pots.firstIndex(of: cell) { return "P" + pot(pots[index]) }
      return "\(kitchen.character(of: cell))\(name(items[cell])) "
    }
    let board = (0..<kitchen.height).map { y in
      (0..<kitchen.width).map { text(y * kitchen.width + $0) }.joined()
    }
    let words =
      cooks.enumerated().map { "cook \($0) faces \($1.direction), holds \($1.held.words)" }
      + pots.enumerated().map { "pot \($0) \(Self.words(ofPot: $1))" }
    return (["step \(step)/\(parameters.maxSteps)" + (ended ? "  ended" : "")] + board + words)
      .joined(separator: "\n")
  }

  private static func words(ofPot status: Int) -> String {
    let onions = Int(OVERCOOKED_POT_EMPTY) - status
    if status > Int(OVERCOOKED_POT_FULL) {
      return onions == 0 ? "is empty" : "has \(onions) onion\(onions == 1 ? "" : "s")"
    }
    return status == 0 ? "is ready" : "cooks, \(status) step\(status == 1 ? "" : "s") left"
  }
}

extension OvercookedState.Item {
  fileprivate var words: String {
    switch self {
    case .nothing: "nothing"
    case .onion: "an onion"
    case .plate: "a plate"
    case .dish: "a dish"
    }
  }
}
