import CShaders

extension OvercookedEnvironment {
  /// `grid`: the ways to turn or mirror the kitchen that leave every station in its place, and the cooks' starts too.
  /// None of the five named layouts has one.
  public var symmetryFamilies: [SymmetryFamily] {
    let kitchen = parameters.kitchen
    let views = GridView.all(square: kitchen.width == kitchen.height).filter { view in
      kitchen.cells.indices.allSatisfy { kitchen.cells[image(of: $0, view)] == kitchen.cells[$0] } && keepsStarts(view)
    }
    return views.count > 1 ? [SymmetryFamily(name: "grid", elements: views.map(symmetry))] : []
  }

  private func image(of cell: Int, _ view: GridView) -> Int {
    view.cell(cell, width: parameters.kitchen.width, height: parameters.kitchen.height)
  }

  /// Whether both cooks start as before. They may not change places: where both reach for the same thing in one step,
  /// cook 0 comes first.
  private func keepsStarts(_ view: GridView) -> Bool {
    (parameters.randomReset || parameters.kitchen.starts.allSatisfy { image(of: $0, view) == $0 })
      && (parameters.startDirections == .random || direction(Int(OVERCOOKED_UP), view) == Int(OVERCOOKED_UP))
  }

  /// The new number of a direction, which is also the number of the action that turns there.
  private func direction(_ direction: Int, _ view: GridView) -> Int {
    let steps = [(x: 0, y: -1), (x: 0, y: 1), (x: 1, y: 0), (x: -1, y: 0)]
    let image = view.direction(x: steps[direction].x, y: steps[direction].y)
    return steps.firstIndex { $0 == image }!
  }

  private func symmetry(_ view: GridView) -> Symmetry {
    var symmetry = Symmetry(identityOf: self)
    for action in 0...Int(OVERCOOKED_LEFT) { symmetry.actions[action] = direction(action, view) }
    let channels = Int(OVERCOOKED_CHANNELS)
    for cell in parameters.kitchen.cells.indices {
      for channel in 0..<channels {
        symmetry.features[cell * channels + channel] = image(of: cell, view) * channels + self.channel(channel, view)
      }
    }
    return symmetry
  }

  /// Channels 2 to 5 are the directions of the observer, 6 to 9 those of the other cook.
  private func channel(_ channel: Int, _ view: GridView) -> Int {
    guard 2..<10 ~= channel else { return channel }
    let first = channel < 6 ? 2 : 6
    return first + direction(channel - first, view)
  }
}
