extension YokaiEnvironment {
  /// Cards or planes of the grid, then known matches where they are observed, then what concerns no card.
  public var observationLayout: [ObservationSection] {
    let p = parameters
    typealias Axis = ObservationSection.Axis
    let colors = (0..<p.colors).map(YokaiState.colorName)
    let (rows, columns) = (Axis("row", count: p.gridSize), Axis("column", count: p.gridSize))
    let seats = Axis("player", (0..<p.players).map { "+\($0)" })
    let (slots, hints) = (Axis("slot", count: p.cardCount), Axis("hint", count: p.hintCount))
    var sections = ObservationSections()
    switch p.observation {
    case .cards:
      let places = rows.labels.map { "row \($0)" } + columns.labels.map { "column \($0)" }
      let features = Axis(
        "feature",
        places + ["locked"] + colors.map { "own color \($0)" } + colors.map { "hint color \($0)" }
          + ["first peek", "second peek", "last moved", "last hinted"] + seats.labels.map { "seen by \($0)" })
      for slot in 0..<p.cardCount {
        sections.add(
          "slot_\(slot)", features,
          meaning: "where the card lies, and what the observer may know of it; +0 is the observer, +1 plays next")
      }
      sections.add("move_source", Axis("feature", places), meaning: "the cell that the last moved card left")
    case .grid:
      for plane in planeNames {
        sections.add(
          plane, rows, columns, meaning: "cells of cards that this is true of; players count from the observer")
      }
    }
    if p.showsMatches {
      let pairs = (0..<p.cardCount).flatMap { later in (0..<later).map { "slots \(later) and \($0)" } }
      sections.add(
        "known_pairs", Axis("pair", pairs), meaning: "cards that the observer knows to have the same color")
      sections.add(
        "known_fits", hints, slots, meaning: "cards that the observer knows an open hint to be right for")
    }
    let phases =
      p.actionMode == .slot
      ? ["first peek", "second peek", "move", "hint"]
      : ["first peek", "second peek", "card to move", "cell to move to", "hint", "card to hint"]
    sections.add("phase", Axis("phase", phases), meaning: "what the player on turn does next")
    sections.add("player", seats, meaning: "the player on turn; +0 is the observer")
    sections.add(
      "hints", hints, Axis("feature", ["revealed", "placed"] + colors),
      meaning: "hints of the deck in its order; colors of those that are revealed")
    sections.add("unrevealed", Axis("count", count: p.hintCount + 1), meaning: "how many hints are not revealed")
    sections.add("turn", Axis("turn", count: 2 * p.hintCount + 1), meaning: "how many turns are over")
    sections.add("peek_owner", seats, meaning: "who peeked last")
    sections.add("move_owner", seats, meaning: "who moved last")
    sections.add("hint_owner", seats, meaning: "who placed the last hint")
    if p.actionMode == .cell {
      sections.add("chosen_hint", hints, meaning: "the hint that is about to be placed")
    }
    return sections.list
  }

  /// Planes of the grid, in order.
  private var planeNames: [String] {
    let colors = (0..<parameters.colors).map(YokaiState.colorName)
    return ["present", "locked"] + colors.map { "own_color_\($0)" } + colors.map { "hint_color_\($0)" }
      + ["first_peek", "second_peek", "last_moved", "move_source", "last_hinted"]
      + (0..<parameters.players).map { "seen_by_\($0)" } + (0..<parameters.cardCount).map { "slot_\($0)" }
  }
}
