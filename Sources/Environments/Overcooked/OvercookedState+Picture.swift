import CShaders

extension OvercookedState {
  /// The kitchen as a drawing; both cooks see all of it, and the viewer's own is marked.
  func picture(_ parameters: OvercookedParameters, for viewer: Int?) -> String {
    let kitchen = parameters.kitchen
    var picture = KitchenPicture(
      width: kitchen.width, height: kitchen.height,
      title: "step \(step) of \(parameters.maxSteps)" + (ended ? ", ended" : ""), notes: [],
      label: rendered(parameters))
    for (cell, kind) in kitchen.cells.enumerated() {
      picture.ground(cell, Self.ground(kind))
      if let thing = Self.thing(items[cell]) { picture.thing(thing, on: cell) }
    }
    for (cell, status) in zip(kitchen.pots, pots) {
      let isCooking = status < Int(OVERCOOKED_POT_FULL)
      let onions = status >= Int(OVERCOOKED_POT_FULL) ? Int(OVERCOOKED_POT_EMPTY) - status : 3
      picture.pot(
        cell, contents: Array(repeating: 0, count: onions), stepsLeft: isCooking && status > 0 ? status : nil,
        isReady: status == 0)
    }
    for (number, cook) in cooks.enumerated() {
      let (dx, dy) = [(0.0, -1.0), (0, 1), (1, 0), (-1, 0)][Int(cook.direction.rawValue)]
      picture.cook(
        number, name: "\(number)", on: cook.cell, dx: dx, dy: dy, holding: Self.thing(cook.held))
    }
    if let viewer { picture.mark(cooks[viewer].cell) }
    return picture.source
  }

  private static func ground(_ cell: OvercookedKitchen.Cell) -> KitchenPicture.Ground {
    switch cell {
    case .floor: .floor
    case .counter: .counter
    case .onionPile: .ingredients(0)
    case .platePile: .plates
    case .pot: .pot
    case .goal: .goal
    }
  }

  private static func thing(_ item: Item) -> KitchenPicture.Thing? {
    switch item {
    case .nothing: nil
    case .onion: .ingredient(0)
    case .plate: .plate
    case .dish: .dish([0, 0, 0])
    }
  }
}
