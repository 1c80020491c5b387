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
  func rendered(_ parameters: OvercookedV2Parameters) -> String { rendered(parameters, for: nil) }

  /// The same as a cook sees it: `?` where its view does not reach, ingredients as it sees them.
  func text(for viewer: Int, _ parameters: OvercookedV2Parameters) -> String { rendered(parameters, for: viewer) }

  private func rendered(_ parameters: OvercookedV2Parameters, for viewer: Int?) -> String {
    let kitchen = parameters.kitchen
    func isSeen(_ cell: Int) -> Bool { viewer.map { isInView(cell, of: $0, parameters) } ?? true }
    func named(_ code: OvercookedV2Code) -> OvercookedV2Code { shown(code, to: viewer) }
    func text(_ cell: Int) -> String {
      guard isSeen(cell) else { return "?  " }
      if let number = cooks.firstIndex(where: { $0.cell == cell }) {
        let cook = cooks[number]
        return Self.name(ofCook: number) + ["^", "v", ">", "<"][Int(cook.direction.rawValue)] + named(cook.held).mark
      }
      if let index = kitchen.pots.firstIndex(of: cell) { return "P" + pots[index].mark }
      if let index = kitchen.buttons.firstIndex(of: cell), buttons[index] > 0 { return "L\(buttons[index]) " }
      let item = kitchen.counters.firstIndex(of: cell).map { named(counters[$0]).mark } ?? " "
      if case .pile(let number) = kitchen.cells[cell] { return "\(shown(number, to: viewer))\(item) " }
      return "\(kitchen.cells[cell].character)\(item) "
    }
    let board = (0..<kitchen.height).map { y in
      (0..<kitchen.width).map { text(y * kitchen.width + $0) }.joined()
    }
    let cookWords = cooks.enumerated().filter { isSeen($1.cell) }.map { number, cook in
      "cook \(Self.name(ofCook: number)) faces \(cook.direction), holds \(named(cook.held).words)"
    }
    let potWords = pots.indices.filter { isSeen(kitchen.pots[$0]) }.map { number in
      "pot \(number) \(Pot(code: named(pots[number].code), timer: pots[number].timer).words)"
    }
    let dishWords = zip(kitchen.counters, counters).filter { isSeen($0) && $1.isCooked }.map { cell, code in
      "at (\(cell % kitchen.width), \(cell / kitchen.width)) lies \(named(code).words)"
    }
    let head = "step \(step)/\(parameters.maxSteps)" + (delivered ? "  delivered" : "") + (ended ? "  ended" : "")
    let recipe =
      viewer.map { cook in
        seesRecipe(cook, parameters) ? "recipe \(named(self.recipe).ingredientWords)" : "recipe out of sight"
      } ?? recipeLine(parameters)
    return ([head, recipe] + board + cookWords + potWords + dishWords).joined(separator: "\n")
  }

  /// What the recipe is, and who sees it where; a cook whose ingredients are exchanged sees another one.
  private func recipeLine(_ parameters: OvercookedV2Parameters) -> String {
    let seats = cooks.indices.map { number -> String in
      guard seesRecipe(number, parameters) else { return "\(Self.name(ofCook: number)) does not see it" }
      let seen = shown(recipe, to: number)
      return seen == recipe
        ? "\(Self.name(ofCook: number)) sees it" : "\(Self.name(ofCook: number)) sees it as \(seen.ingredientWords)"
    }
    return "recipe \(recipe.ingredientWords): " + seats.joined(separator: ", ")
  }

  /// Whether an indicator or a pressed button is in a cook's view.
  func seesRecipe(_ cook: Int, _ parameters: OvercookedV2Parameters) -> Bool {
    let kitchen = parameters.kitchen
    let places = kitchen.indicators + zip(kitchen.buttons, buttons).filter { $1 > 0 }.map(\.0)
    return places.contains { isInView($0, of: cook, parameters) }
  }

  func isInView(_ cell: Int, of cook: Int, _ parameters: OvercookedV2Parameters) -> Bool {
    let (width, own) = (parameters.kitchen.width, cooks[cook].cell)
    return parameters.viewSize == 0
      || abs(cell % width - own % width) <= parameters.viewSize
        && abs(cell / width - own / width) <= parameters.viewSize
  }

  /// The number by which a viewer sees an ingredient; itself for nil.
  func shown(_ ingredient: Int, to viewer: Int?) -> Int {
    viewer.flatMap { permutations[$0].firstIndex(of: ingredient) } ?? ingredient
  }

  /// With ingredients as a viewer sees them.
  private func shown(_ code: OvercookedV2Code, to viewer: Int?) -> OvercookedV2Code {
    let flags = OvercookedV2Code(bits: code.bits & (1 << OVERCOOKED_V2_INGREDIENT_SHIFT - 1))
    return OvercookedV2Code(bits: flags.bits | OvercookedV2Code(code.ingredients.map { shown($0, to: viewer) }).bits)
  }

  static func name(ofCook number: Int) -> String { ["a", "b", "c", "d"][number] }
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
