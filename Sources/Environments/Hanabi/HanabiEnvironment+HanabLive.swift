extension HanabiEnvironment {
  /// One game that was played on hanab.live. Its actions are replayed by the rules as they stand here, in a few lines that share
  /// nothing with the kernels; what they give is what the device has to give.
  static func hanabLiveGame(from contents: TraceContents) throws -> RecordedGames {
    let replay = try contents.decode(HanabLiveReplay.self)
    let environment = try hanabLiveEnvironment(replay) { contents.error($0) }
    let p = environment.parameters
    let first = replay.options?.startingPlayer ?? replay.firstPlayer ?? 0
    guard 0..<p.players ~= first else {
      throw contents.error("player \(first) begins, but there are \(p.players)")
    }
    let deck = try replay.deck.enumerated().map { place, card in
      guard 0..<p.colors ~= card.suitIndex, 1...p.ranks ~= card.rank else {
        throw contents.error("card \(place) of the deck has suit \(card.suitIndex) and rank \(card.rank)")
      }
      return HanabiState.Card(color: card.suitIndex, rank: card.rank - 1)
    }
    // Player 0 is dealt first but `first` begins: seat 0 here is both.
    let places = environment.dealtPlaces(first: first)
    let ordered = (places + (places.count..<deck.count)).map { deck[$0].color * p.ranks + deck[$0].rank }
    guard ordered.sorted() == environment.startDeck else {
      throw contents.error("its deck is not that of the game without variants; variants cannot be replayed")
    }

    var game = HanabLiveGame(deck: deck, places: places, parameters: p)
    var moments = [RecordedMoment(fields: game.fields)]
    var steps: [RecordedStep] = []
    for (number, action) in replay.actions.enumerated() {
      if action.type == HanabLiveReplay.Action.Kind.end.rawValue { break }
      func refuse(_ problem: String) -> TraceError { contents.error("action \(number) \(problem)") }
      guard !game.ended else { throw refuse("comes after the end of the game") }
      let seat = game.seat
      let (chosen, reward) = try game.play(action, first: first, refuse)
      var actions = [UInt32](repeating: UInt32(p.noOp), count: p.players)
      actions[seat] = UInt32(chosen)
      moments.append(RecordedMoment(fields: game.fields))
      steps.append(
        RecordedStep(
          actions: actions, rewards: Array(repeating: Float(reward), count: p.players), done: game.ended))
    }
    let episode = RecordedEpisode(startState: environment.startState(deck: ordered), moments: moments, steps: steps)
    return RecordedGames(environment: environment, source: "hanab.live", episodes: [episode])
  }

  private static func hanabLiveEnvironment(
    _ replay: HanabLiveReplay, error: (String) -> TraceError
  ) throws -> HanabiEnvironment {
    guard 2...5 ~= replay.players.count else {
      throw error("has \(replay.players.count) players; games of 2 to 5 can be replayed")
    }
    let usual = HanabiParameters.Preset.full.handSize(players: replay.players.count)
    let change = (replay.options?.oneExtraCard == true ? 1 : 0) - (replay.options?.oneLessCard == true ? 1 : 0)
    return try HanabiEnvironment(
      parameters: EnvironmentParameters([
        "players": .integer(replay.players.count), "hand_size": .integer(usual + change),
      ]))
  }

  /// Places in the deck of the cards that are dealt, in the order of the seats here, of which seat 0 begins.
  fileprivate func dealtPlaces(first: Int) -> [Int] {
    (0..<parameters.players).flatMap { seat in
      let player = (seat + first) % parameters.players
      return player * parameters.handSize..<(player + 1) * parameters.handSize
    }
  }
}

/// The rules, for cards that are known by their places in the deck.
private struct HanabLiveGame {
  let deck: [HanabiState.Card]
  let parameters: HanabiParameters
  private(set) var seat = 0
  private(set) var ended = false
  /// Of each seat, places in the deck, oldest first.
  private var hands: [[Int]]
  private var drawn: Int
  private var fireworks: [Int]
  private var discards: [HanabiState.Card] = []
  private var information: Int
  private var lives: Int
  private var moves = 0
  /// Moves after which the deck was empty; the first of them drew its last card.
  private var movesWithoutDeck = 0

  init(deck: [HanabiState.Card], places: [Int], parameters: HanabiParameters) {
    self.deck = deck
    self.parameters = parameters
    hands = (0..<parameters.players).map {
      Array(places[$0 * parameters.handSize..<($0 + 1) * parameters.handSize])
    }
    drawn = places.count
    fireworks = Array(repeating: 0, count: parameters.colors)
    information = parameters.informationTokens
    lives = parameters.lifeTokens
  }

  private var score: Int { lives == 0 ? 0 : fireworks.reduce(0, +) }

  /// Those that can be compared, in the words of `HanabiState.fields`.
  var fields: [StateField] {
    func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    func pair(_ card: HanabiState.Card) -> String { "[\(card.color),\(card.rank)]" }
    let shown = hands.map { hand in
      list(hand.map { pair(deck[$0]) } + Array(repeating: "null", count: parameters.handSize - hand.count))
    }
    return [
      StateField("step", "\(moves)"), StateField("cur", "\(seat)"), StateField("life", "\(lives)"),
      StateField("info", "\(information)"), StateField("fireworks", list(fireworks.map(String.init))),
      StateField("deck_left", "\(deck.count - drawn)"), StateField("hands", list(shown)),
      StateField("discard", list(discards.map(pair))), StateField("score", "\(score)"),
      StateField("terminal", "\(ended)"), StateField("bombed", "\(lives == 0)"),
    ]
  }

  /// Makes the next move.
  /// - Returns: Its number among the actions of the game, and the reward.
  mutating func play(
    _ action: HanabLiveReplay.Action, first: Int, _ refuse: (String) -> TraceError
  ) throws -> (action: Int, reward: Int) {
    let (p, before) = (parameters, score)
    let chosen: Int
    switch HanabLiveReplay.Action.Kind(rawValue: action.type) {
    case .play:
      let (slot, card) = try take(action, refuse)
      chosen = p.firstPlay + slot
      if fireworks[card.color] == card.rank {
        fireworks[card.color] += 1
        if fireworks[card.color] == p.ranks { information = min(information + 1, p.informationTokens) }
      } else {
        discards.append(card)
        lives -= 1
      }
      draw()
    case .discard:
      guard information < p.informationTokens else { throw refuse("discards at full information tokens") }
      let (slot, card) = try take(action, refuse)
      chosen = slot
      discards.append(card)
      information += 1
      draw()
    case .tellColor, .tellRank:
      let isColor = action.type == HanabLiveReplay.Action.Kind.tellColor.rawValue
      guard let player = action.target, 0..<p.players ~= player, let value = action.value else {
        throw refuse("tells nobody, or nothing")
      }
      let told = (player - first + p.players) % p.players
      let distance = (told - seat + p.players) % p.players
      let number = isColor ? value : value - 1
      guard distance > 0, information > 0, 0..<(isColor ? p.colors : p.ranks) ~= number,
        hands[told].contains(where: { (isColor ? deck[$0].color : deck[$0].rank) == number })
      else { throw refuse("is a hint that the rules do not allow") }
      information -= 1
      chosen =
        isColor
        ? p.firstColorHint + (distance - 1) * p.colors + number : p.firstRankHint + (distance - 1) * p.ranks + number
    case .end, nil: throw refuse("has the type \(action.type); expected 0 to 4")
    }
    moves += 1
    if drawn == deck.count { movesWithoutDeck += 1 }
    seat = (seat + 1) % p.players
    ended = lives == 0 || fireworks.allSatisfy { $0 == p.ranks } || movesWithoutDeck > p.players
    return (chosen, score - before)
  }

  /// The card of the seat on turn that an action names, which leaves its hand.
  private mutating func take(
    _ action: HanabLiveReplay.Action, _ refuse: (String) -> TraceError
  ) throws -> (slot: Int, card: HanabiState.Card) {
    guard let place = action.target, let slot = hands[seat].firstIndex(of: place) else {
      throw refuse("names card \(action.target.map(String.init) ?? "none"), which is not in the player's hand")
    }
    hands[seat].remove(at: slot)
    return (slot, deck[place])
  }

  private mutating func draw() {
    guard drawn < deck.count else { return }
    hands[seat].append(drawn)
    drawn += 1
  }
}
