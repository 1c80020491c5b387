extension YokaiEnvironment {
  /// `colors`: every permutation of the colours. `grid`: the ways to turn or mirror the grid that keep the start block,
  /// after whose cells the slots are named. The order of the hints is no symmetry.
  public var symmetryFamilies: [SymmetryFamily] {
    let start = parameters.startCells
    let views = GridView.all(square: true).filter { view in
      start.allSatisfy { start.contains(image(of: $0, view)) }
    }
    let unturned = views[0]
    let families = [
      SymmetryFamily(
        name: "colors",
        elements: Permutations.all(of: parameters.colors).map { symmetry(colors: $0, unturned) }),
      SymmetryFamily(name: "grid", elements: views.map { symmetry(colors: Array(0..<parameters.colors), $0) }),
    ]
    return families.filter { $0.elements.count > 1 }
  }

  private func image(of cell: Int, _ view: GridView) -> Int {
    view.cell(cell, width: parameters.gridSize, height: parameters.gridSize)
  }

  private func symmetry(colors: [Int], _ view: GridView) -> Symmetry {
    let start = parameters.startCells
    let slots = start.map { start.firstIndex(of: image(of: $0, view))! }
    let cells = (0..<parameters.cellCount).map { image(of: $0, view) }
    return Symmetry(
      features: features(colors: colors, slots: slots, cells: cells, view), actions: actions(slots: slots, cells: cells)
    )
  }

  private func features(colors: [Int], slots: [Int], cells: [Int], _ view: GridView) -> [Int] {
    let p = parameters
    var features = Array(0..<p.observationFeatureCount)
    let lines = (0..<2 * p.gridSize).map { view.line($0, size: p.gridSize) }
    let flags = flagImages(colors: colors)
    var place = 0
    /// Moves the features from `place` on.
    func move(_ images: [Int]) {
      for (old, new) in images.enumerated() { features[place + old] = place + new }
      place += images.count
    }
    /// Blocks of equal size that change places, and the features within each of them.
    func blocks(_ outer: [Int], of inner: [Int]) -> [Int] {
      outer.flatMap { block in inner.map { block * inner.count + $0 } }
    }

    switch p.observation {
    case .cards:
      move(blocks(slots, of: lines + flags.map { lines.count + $0 }))
      move(lines)  // the source of the last move
    case .grid:
      // Present, flags with the source of the last move among them, slots.
      let afterMoved = p.movedFlag + 1
      let planes = flags.map { $0 < afterMoved ? $0 : $0 + 1 }
      move(blocks([0], of: cells))
      move(blocks(Array(planes[..<afterMoved] + [afterMoved] + planes[afterMoved...]), of: cells))
      move(blocks(slots, of: cells))
    }
    if p.showsMatches {
      move(slots.indices.flatMap { card in (0..<card).map { Self.pair(slots[card], slots[$0]) } })
      move(blocks(Array(0..<p.hintCount), of: slots))
    }
    for section in p.tableSections {
      let perHint = [0, 1] + colors.map { 2 + $0 }  // revealed, placed, colours
      move(
        section.name == "hints" ? blocks(Array(0..<p.hintCount), of: perHint) : Array(0..<section.count))
    }
    precondition(place == p.observationFeatureCount, "every section has been moved")
    return features
  }

  /// The place of two slots among the pairs, in either order.
  private static func pair(_ one: Int, _ other: Int) -> Int {
    let (first, second) = (min(one, other), max(one, other))
    return second * (second - 1) / 2 + first
  }

  /// Locked, own colour, colours of the hint, then what does not change.
  private func flagImages(colors: [Int]) -> [Int] {
    let colored = colors.map { 1 + $0 } + colors.map { 1 + colors.count + $0 }
    return [0] + colored + (1 + colored.count..<parameters.flagCount)
  }

  private func actions(slots: [Int], cells: [Int]) -> [Int] {
    let p = parameters
    var actions = Array(0..<p.actionCount)
    switch p.actionMode {
    case .cell:
      for (old, new) in cells.enumerated() { actions[old] = new }
    case .slot:
      for (old, new) in slots.enumerated() {
        actions[old] = new  // peek
        let first = p.moveActions.lowerBound
        for (cell, image) in cells.enumerated() {
          actions[first + old * cells.count + cell] = first + new * cells.count + image
        }
        for hint in 0..<p.hintCount {
          actions[p.firstHintAction + hint * slots.count + old] = p.firstHintAction + hint * slots.count + new
        }
      }
    }
    return actions
  }
}

extension YokaiParameters {
  /// The flag of a card that it was moved last.
  var movedFlag: Int { 1 + 2 * colors + 2 }
}
