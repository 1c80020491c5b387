extension HanabiEnvironment {
  /// Hands, board, discards, last action, then knowledge about every slot unless the observation is minimal.
  public var observationLayout: [ObservationSection] {
    let p = parameters
    typealias Axis = ObservationSection.Axis
    let colors = Axis("color", (0..<p.colors).map(HanabiState.colorName))
    let ranks = Axis("rank", (1...p.ranks).map { "\($0)" })
    let slots = Axis("slot", count: p.handSize)
    let seats = Axis("player", (0..<p.players).map { "+\($0)" })
    let others = Axis("player", (1..<p.players).map { "+\($0)" })
    let copies = Axis(
      "copy", p.cardCounts.enumerated().flatMap { rank, count in (1...count).map { "rank \(rank + 1) copy \($0)" } })
    var sections = ObservationSections()
    sections.add(
      "hands", others, slots, colors, ranks,
      meaning: "the card in a slot of another player, nothing where it is empty; +1 moves after the observer")
    sections.add(
      "missing_card", seats, meaning: "whether the player has fewer cards than a full hand; +0 is the observer")
    sections.add(
      "deck", Axis("card", count: p.deckFeatureCount), meaning: "1 for the first n features; the deck has n cards")
    sections.add("fireworks", colors, ranks, meaning: "the highest card of each firework, nothing for an empty one")
    sections.add(
      "information_tokens", Axis("token", count: p.informationTokens),
      meaning: "1 for the first n features; n tokens are available")
    sections.add(
      "life_tokens", Axis("token", count: p.lifeTokens), meaning: "1 for the first n features; n lives are left")
    sections.add(
      "discards", colors, copies, meaning: "1 for the first n copies of a card; n of them have been discarded")
    sections.add(
      "last_player", seats, meaning: "who moved last; this and all sections called last are 0 before the first move")
    sections.add("last_move", Axis("move", ["play", "discard", "tell color", "tell rank"]), meaning: "what was done")
    sections.add("last_told_player", seats, meaning: "who was told something")
    sections.add("last_told_color", colors, meaning: "the color that was told")
    sections.add("last_told_rank", ranks, meaning: "the rank that was told")
    sections.add("last_told_slots", slots, meaning: "slots of the player who was told that match")
    sections.add("last_slot", slots, meaning: "the slot that was played or discarded")
    sections.add("last_card", colors, ranks, meaning: "the card that was played or discarded")
    sections.add(
      "last_result", Axis("result", ["scored", "token returned"]),
      meaning: "whether a play scored, and whether it returned an information token")
    guard let knowledge = p.knowledge else { return sections.list }
    let (encoding, meaning) = Self.cardKnowledge(knowledge)
    for player in 0..<p.players {
      for slot in 0..<p.handSize {
        let place = "knowledge_player\(player)_slot\(slot)"
        sections.add("\(place)_cards", colors, ranks, encoding: encoding, meaning: meaning)
        sections.add("\(place)_color", colors, meaning: "the color that a hint has named for the card")
        sections.add("\(place)_rank", ranks, meaning: "the rank that a hint has named for the card")
      }
    }
    return sections.list
  }

  private static func cardKnowledge(
    _ knowledge: HanabiParameters.Knowledge
  ) -> (encoding: ObservationSection.Encoding, meaning: String) {
    switch knowledge {
    case .v0:
      (
        .fractions,
        "of the cards that hints have not ruled out, copies that are neither played nor discarded, divided by their sum; 0 "
          + "where the slot is empty; player 0 is the observer"
      )
    case .plausible:
      (.bits, "1 for cards that hints have not ruled out; 0 where the slot is empty; player 0 is the observer")
    }
  }
}
