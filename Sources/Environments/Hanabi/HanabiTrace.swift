/// Recorded games of Hanabi as they stand in the file.
private struct HanabiTrace: Decodable {
  struct Configuration: Decodable {
    let players: Int
    let colors: Int
    let ranks: Int
    let handSize: Int
    let informationTokens: Int
    let lifeTokens: Int
    let cardCounts: [Int]

    enum CodingKeys: String, CodingKey {
      case players, colors, ranks
      case handSize = "hand_size"
      case informationTokens = "max_info_tokens"
      case lifeTokens = "max_life_tokens"
      case cardCounts = "cards_per_rank"
    }
  }

  struct Episode: Decodable {
    let initial: Initial
    let reset: View
    let steps: [Step]
  }

  struct Initial: Decodable {
    /// [colour, rank], top first.
    let deck: [[Int]]
    let state: State
  }

  struct View: Decodable {
    let obs: [String: RecordedObservation]
    let legal: [String: [Int]]
  }

  struct Step: Decodable {
    let player: Int
    let action: Int
    let reward: Float
    let done: Bool
    let state: State
    let obs: [String: RecordedObservation]
    let legal: [String: [Int]]
  }

  struct State: Decodable {
    let step: Int
    let cur: Int
    let life: Int
    let info: Int
    let fireworks: [Int]
    let deckLeft: Int
    let hands: [[[Int]?]]
    let discard: [[Int]]
    let know: [[String]]
    let hint: [[[Int]]]
    let lastRound: Int
    let score: Int
    let terminal: Bool
    let outOfLives: Bool
    let bombed: Bool

    enum CodingKeys: String, CodingKey {
      case step, cur, life, info, fireworks, hands, discard, know, hint, score, terminal, bombed
      case deckLeft = "deck_left"
      case lastRound = "last_round"
      case outOfLives = "out_of_lives"
    }
  }

  let source: String
  let config: Configuration
  let episodes: [Episode]
}

extension HanabiTrace.State {
  /// In the form of `HanabiState.fields`.
  var fields: [StateField] {
    func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    func numbers(_ values: [Int]) -> String { list(values.map(String.init)) }
    return [
      StateField("step", "\(step)"),
      StateField("cur", "\(cur)"),
      StateField("life", "\(life)"),
      StateField("info", "\(info)"),
      StateField("fireworks", numbers(fireworks)),
      StateField("deck_left", "\(deckLeft)"),
      StateField("hands", list(hands.map { list($0.map { $0.map(numbers) ?? "null" }) })),
      StateField("discard", list(discard.map(numbers))),
      StateField("know", list(know.map { list($0.map { "\"\($0)\"" }) })),
      StateField("hint", list(hint.map { list($0.map(numbers)) })),
      StateField("last_round", "\(lastRound)"),
      StateField("score", "\(score)"),
      StateField("terminal", "\(terminal)"),
      StateField("out_of_lives", "\(outOfLives)"),
      StateField("bombed", "\(bombed)"),
    ]
  }
}

extension HanabiEnvironment {
  /// Games recorded with JaxMARL, or a replay of hanab.live. The environment is made from the file's `config`, whatever it
  /// is.
  public static func recordedGames(from contents: TraceContents) throws -> RecordedGames {
    if contents.isHanabLive { return try hanabLiveGame(from: contents) }
    let trace = try contents.decode(HanabiTrace.self)
    let config = trace.config
    return try contents.games(trace.episodes, source: trace.source) {
      try HanabiEnvironment(
        parameters: EnvironmentParameters([
          "players": .integer(config.players), "colors": .integer(config.colors), "ranks": .integer(config.ranks),
          "hand_size": .integer(config.handSize), "information_tokens": .integer(config.informationTokens),
          "life_tokens": .integer(config.lifeTokens), "card_counts": .list(config.cardCounts.map { .integer($0) }),
        ]))
    } read: {
      try $0.recordedEpisode($1)
    }
  }

  private func recordedEpisode(_ episode: HanabiTrace.Episode) throws -> RecordedEpisode {
    let deck = try episode.initial.deck.map { pair in
      guard pair.count == 2, 0..<parameters.colors ~= pair[0], 0..<parameters.ranks ~= pair[1] else {
        throw ImpossibleRecording("the deck holds \(pair), which is not a card of its config")
      }
      return pair[0] * parameters.ranks + pair[1]
    }
    guard deck.sorted() == startDeck else {
      throw ImpossibleRecording("the deck does not hold the cards of its config")
    }
    let moments =
      try [recordedMoment(episode.initial.state, episode.reset.obs, episode.reset.legal)]
      + episode.steps.map { try recordedMoment($0.state, $0.obs, $0.legal) }
    let steps = try episode.steps.map { step in
      guard 0..<agentCount ~= step.player, 0..<actionCount ~= step.action else {
        throw ImpossibleRecording(
          "seat \(step.player) chooses action \(step.action), which does not exist in its config")
      }
      var actions = [UInt32](repeating: UInt32(parameters.noOp), count: agentCount)
      actions[step.player] = UInt32(step.action)
      return RecordedStep(
        actions: actions, rewards: Array(repeating: step.reward, count: agentCount), done: step.done)
    }
    return RecordedEpisode(startState: startState(deck: deck), moments: moments, steps: steps)
  }

  private func recordedMoment(
    _ state: HanabiTrace.State, _ observed: [String: RecordedObservation], _ legal: [String: [Int]]
  ) throws -> RecordedMoment {
    try RecordedMoment(
      fields: state.fields,
      legalActions: seatNames.map { name in
        guard let actions = legal[name] else { throw ImpossibleRecording("legal actions of \(name) are missing") }
        return actions.sorted()
      },
      observations: observations(observed))
  }
}
