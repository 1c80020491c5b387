import CShaders

extension OvercookedV2Environment {
  /// `grid`: the ways to turn or mirror the kitchen that leave every station in its place, up to names of ingredients, and the
  /// cooks' starts too. `ingredients`: other names for those that are exchanged in what a cook sees.
  public var symmetryFamilies: [SymmetryFamily] {
    guard parameters.observationType == .channels else { return [] }
    var families: [SymmetryFamily] = []
    let views = gridSymmetries
    if views.count > 1 {
      families.append(SymmetryFamily(name: "grid", elements: views.map { symmetry($0.view, $0.ingredients) }))
    }
    if parameters.permuted.count > 1, parameters.permuted.count <= Self.mostExchanged, parameters.initialStates.isEmpty
    {
      let permuted = parameters.permuted
      let elements = Permutations.all(of: permuted.count).map { images in
        var ingredients = Array(0..<parameters.ingredientCount)
        for (place, image) in images.enumerated() { ingredients[permuted[place]] = permuted[image] }
        return symmetry(GridView.all(square: false)[0], ingredients)
      }
      families.append(SymmetryFamily(name: "ingredients", elements: elements))
    }
    return families
  }

  /// 7! = 5,040 tables; more do not fit.
  private static let mostExchanged = 7

  /// Views with the new number of every ingredient; the unchanged one first.
  private var gridSymmetries: [(view: GridView, ingredients: [Int])] {
    guard parameters.initialStates.isEmpty else { return [] }
    let kitchen = parameters.kitchen
    return GridView.all(square: kitchen.width == kitchen.height).compactMap { view in
      guard keepsStarts(view), let ingredients = ingredients(under: view), keepsRecipes(ingredients),
        Set(parameters.permuted.map { ingredients[$0] }) == Set(parameters.permuted)
      else { return nil }
      return (view, ingredients)
    }
  }

  private func image(of cell: Int, _ view: GridView) -> Int {
    view.cell(cell, width: parameters.kitchen.width, height: parameters.kitchen.height)
  }

  /// New numbers of the ingredients by where their piles go; nil where a station would be in another's place.
  private func ingredients(under view: GridView) -> [Int]? {
    let cells = parameters.kitchen.cells
    var images: [Int: Int] = [:]
    for cell in cells.indices {
      let (old, new) = (cells[cell], cells[image(of: cell, view)])
      if case .pile(let number) = old, case .pile(let newNumber) = new {
        guard images[number] ?? newNumber == newNumber else { return nil }
        images[number] = newNumber
      } else if old != new {
        return nil
      }
    }
    let ingredients = (0..<parameters.ingredientCount).map { images[$0] ?? $0 }
    return Set(ingredients).count == ingredients.count ? ingredients : nil
  }

  private func keepsRecipes(_ ingredients: [Int]) -> Bool {
    func sorted(_ recipes: [[Int]]) -> [[Int]] { recipes.sorted { $0.lexicographicallyPrecedes($1) } }
    let images = parameters.recipes.map { $0.map { ingredients[$0] }.sorted() }
    return sorted(images) == sorted(parameters.recipes)
  }

  /// Whether the cooks start as before. They may not change places: where two reach for the same thing in one step, the first
  /// comes first.
  private func keepsStarts(_ view: GridView) -> Bool {
    let up = Int(OVERCOOKED_V2_DIRECTION_UP)
    guard parameters.drawsDirections || direction(up, view) == up else { return false }
    let kitchen = parameters.kitchen
    return kitchen.starts.allSatisfy { start in
      parameters.drawsCells
        ? kitchen.room(of: start).contains(image(of: start, view)) : image(of: start, view) == start
    }
  }

  /// The new number of a direction.
  private func direction(_ direction: Int, _ view: GridView) -> Int {
    let steps = [(x: 0, y: -1), (x: 0, y: 1), (x: 1, y: 0), (x: -1, y: 0)]
    let image = view.direction(x: steps[direction].x, y: steps[direction].y)
    return steps.firstIndex { $0 == image }!
  }

  private func symmetry(_ view: GridView, _ ingredients: [Int]) -> Symmetry {
    var symmetry = Symmetry(identityOf: self)
    // Actions that move, in the order of the directions.
    let moves = [OVERCOOKED_V2_UP, OVERCOOKED_V2_DOWN, OVERCOOKED_V2_RIGHT, OVERCOOKED_V2_LEFT].map(Int.init)
    for (old, action) in moves.enumerated() { symmetry.actions[action] = moves[direction(old, view)] }
    let channels = parameters.channelCount
    let (width, height) =
      parameters.viewSize > 0
      ? (parameters.viewSide, parameters.viewSide) : (parameters.kitchen.width, parameters.kitchen.height)
    for place in 0..<parameters.placeCount {
      for channel in 0..<channels {
        symmetry.features[place * channels + channel] =
          view.cell(place, width: width, height: height) * channels + self.channel(channel, view, ingredients)
      }
    }
    return symmetry
  }

  /// Directions of the observer and of the others, and five groups of ingredients.
  private func channel(_ channel: Int, _ view: GridView, _ ingredients: [Int]) -> Int {
    let (cook, count) = (parameters.cookChannelCount, parameters.ingredientCount)
    let piles = 2 * cook + Int(OVERCOOKED_V2_PILE) - 1
    for first in [0, cook].map({ $0 + Int(OVERCOOKED_V2_DIRECTION_CHANNEL) }) where first..<first + 4 ~= channel {
      return first + direction(channel - first, view)
    }
    let held = Int(OVERCOOKED_V2_HELD_CHANNEL) + 2
    for first in [held, cook + held, piles, piles + count + 2, piles + 2 * count + 4]
    where first..<first + count ~= channel {
      return first + ingredients[channel - first]
    }
    return channel
  }
}
