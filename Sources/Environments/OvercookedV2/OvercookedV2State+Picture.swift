import CShaders

extension OvercookedV2State {
  /// The kitchen as a drawing: for a cook, what its view shows, with ingredients as it sees them; for nil, all.
  func picture(_ parameters: OvercookedV2Parameters, for viewer: Int?) -> String {
    let kitchen = parameters.kitchen
    func isSeen(_ cell: Int) -> Bool { viewer.map { isInView(cell, of: $0, parameters) } ?? true }
    func name(_ ingredient: Int) -> Int { shown(ingredient, to: viewer) }
    func thing(_ code: OvercookedV2Code) -> KitchenPicture.Thing? {
      let contents = code.ingredients.map(name).sorted()
      if code == .nothing { return nil }
      return code.isCooked ? .dish(contents) : code.isPlated ? .plate : .ingredient(contents.first ?? 0)
    }
    let recipe = self.recipe.ingredients.map(name).sorted()
    let recipeText = recipe.map(String.init).joined(separator: " ")
    let notes = [
      viewer == nil || seesRecipe(viewer ?? 0, parameters)
        ? "recipe: ingredients \(recipeText)" : "recipe: out of sight"
    ]
    var picture = KitchenPicture(
      width: kitchen.width, height: kitchen.height,
      title: "step \(step) of \(parameters.maxSteps)" + (delivered ? ", delivered" : "") + (ended ? ", ended" : ""),
      notes: notes, label: viewer.map { text(for: $0, parameters) } ?? rendered(parameters))
    for (cell, kind) in kitchen.cells.enumerated() {
      guard isSeen(cell) else {
        picture.unseen(cell)
        continue
      }
      switch kind {
      case .floor: picture.ground(cell, .floor)
      case .counter: picture.ground(cell, .counter)
      case .goal: picture.ground(cell, .goal)
      case .pot: picture.ground(cell, .pot)
      case .platePile: picture.ground(cell, .plates)
      case .button: picture.ground(cell, .button)
      case .indicator:
        picture.ground(cell, .indicator)
        picture.recipe(recipe, on: cell)
      case .pile(let number): picture.ground(cell, .ingredients(name(number)))
      }
    }
    for (cell, code) in zip(kitchen.counters, counters) where isSeen(cell) {
      if let thing = thing(code) { picture.thing(thing, on: cell) }
    }
    for (cell, steps) in zip(kitchen.buttons, buttons) where steps > 0 && isSeen(cell) {
      picture.recipe(recipe, on: cell)
    }
    for (cell, pot) in zip(kitchen.pots, pots) where isSeen(cell) {
      picture.pot(
        cell, contents: pot.code.ingredients.map(name).sorted(), stepsLeft: pot.timer > 0 ? pot.timer : nil,
        isReady: pot.timer == 0 && pot.code.isCooked)
    }
    for (number, cook) in cooks.enumerated() where isSeen(cook.cell) {
      let (dx, dy) = [(0.0, -1.0), (0, 1), (1, 0), (-1, 0)][Int(cook.direction.rawValue)]
      picture.cook(
        number, name: Self.name(ofCook: number), on: cook.cell, dx: dx, dy: dy, holding: thing(cook.held))
    }
    if let viewer { picture.mark(cooks[viewer].cell) }
    return picture.source
  }
}
