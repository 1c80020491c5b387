import CShaders

extension OvercookedV2State {
  /// In the words of recorded games.
  func fields(_ parameters: OvercookedV2Parameters) -> [StateField] {
    let kitchen = parameters.kitchen
    func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    func place(_ cell: Int) -> String { "\(cell % kitchen.width),\(cell / kitchen.width)" }
    return [
      StateField("step", "\(step)"),
      StateField("pos", list(cooks.map { "[\(place($0.cell))]" })),
      StateField("dir", list(cooks.map { "\($0.direction.rawValue)" })),
      StateField("inv", list(cooks.map { "\($0.held.bits)" })),
      StateField("pots", list(zip(kitchen.pots, pots).map { "[\(place($0)),\($1.code.bits),\($1.timer)]" })),
      StateField(
        "items",
        list(zip(kitchen.counters, counters).filter { $1 != .nothing }.map { "[\(place($0)),\($1.bits)]" })),
      StateField("buttons", list(zip(kitchen.buttons, buttons).map { "[\(place($0)),\($1)]" })),
      StateField("recipe", "\(recipe.bits)"),
      StateField("delivered", "\(delivered)"),
    ]
  }

  /// Several lines for people, three characters per cell: the cell or the cook with its direction, then what lies there
  /// or is held (an ingredient's number, p plate, d dish); pots show `:` and how many ingredients, steps left, or `!!` when
  /// ready; buttons show steps left. Then the recipe and who sees it, and the same in words, pots in the order of their cells.
  func rendered(_ parameters: OvercookedV2Parameters) -> String {
    let kitchen = parameters.kitchen
    func text(_ cell: Int) -> String {
      if let number = cooks.firstIndex(where: { $0.cell == cell }) {
        let cook = cooks[number]
        return Self.name(ofCook: number) + ["^", "v", ">", "<"][Int(cook.direction.rawValue)] + cook.held.mark
      }
      if let index = kitchen.pots.firstIndex(of: cell) { return "P" + pots[index].mark }
      if let index = kitchen.buttons.firstIndex(of: cell), buttons[index] > 0 { return "L\(buttons[index]) " }
      let item = kitchen.counters.firstIndex(of: cell).map { counters[$0].mark } ?? " "
      return "\(kitchen.cells[cell].character)\(item) "
    }
    let board = (0..<kitchen.height).map { y in
      (0..<kitchen.width).map { text(y * kitchen.width + $0) }.joined()
    }
    let words =
      cooks.enumerated().map { "cook \(Self.name(ofCook: $0)) faces \($1.direction), holds \($1.held.words)" }
      + pots.enumerated().map { "pot \($0) \($1.words)" }
      + zip(kitchen.counters, counters).filter { $1.isCooked }.map {
        "at (\($0 % kitchen.width), \($0 / kitchen.width)) lies \($1.words)"
      }
    let head = "step \(step)/\(parameters.maxSteps)" + (delivered ? "  delivered" : "") + (ended ? "  ended" : "")
    return ([head, recipeLine(parameters)] + board + words).joined(separator: "\n")
  }

  /// What the recipe is, and who sees it where; a cook whose ingredients are exchanged sees another one.
  private func recipeLine(_ parameters: OvercookedV2Parameters) -> String {
    let kitchen = parameters.kitchen
    let shown = kitchen.indicators + zip(kitchen.buttons, buttons).filter { $1 > 0 }.map(\.0)
    let seats = cooks.indices.map { number -> String in
      let sees = parameters.viewSize == 0 ? !shown.isEmpty : shown.contains { isInView($0, of: number, parameters) }
      guard sees else { return "\(Self.name(ofCook: number)) does not see it" }
      let places = recipe.ingredients.map { permutations[number].firstIndex(of: $0)! }.sorted()
      return places == recipe.ingredients
        ? "\(Self.name(ofCook: number)) sees it"
        : "\(Self.name(ofCook: number)) sees it as \(places.map(String.init).joined(separator: " "))"
    }
    return "recipe \(recipe.ingredientWords): " + seats.joined(separator: ", ")
  }

  private func isInView(_ cell: Int, of cook: Int, _ parameters: OvercookedV2Parameters) -> Bool {
    let (width, own) = (parameters.kitchen.width, cooks[cook].cell)
    return abs(cell % width - own % width) <= parameters.viewSize
      && abs(cell / width - own / width) <= parameters.viewSize
  }

  private static func name(ofCook number: Int) -> String { ["a", "b", "c", "d"][number] }
}

extension OvercookedV2State.Pot {
  fileprivate var mark: String {
    if timer > 0 { return timer < 10 ? " \(timer)" : "\(timer)" }
    return code.isCooked ? "!!" : code == .nothing ? "  " : ":\(code.ingredients.count)"
  }

  fileprivate var words: String {
    if timer > 0 { return "cooks \(code.ingredientWords), \(timer) step\(timer == 1 ? "" : "s") left" }
    if code.isCooked { return "is ready with \(code.ingredientWords)" }
    return code == .nothing ? "is empty" : "has \(code.ingredientWords)"
  }
}

extension OvercookedV2Code {
  /// Numbers of the ingredients.
  fileprivate var ingredientWords: String { ingredients.map(String.init).joined(separator: " ") }

  fileprivate var mark: String {
    self == .nothing ? " " : isCooked ? "d" : isPlated ? "p" : "\(ingredients.first ?? 0)"
  }

  fileprivate var words: String {
    if self == .nothing { return "nothing" }
    return isCooked ? "a dish of \(ingredientWords)" : isPlated ? "a plate" : "ingredient \(ingredientWords)"
  }
}
