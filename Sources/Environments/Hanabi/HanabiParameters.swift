/// The parameters of a Hanabi game, checked, with all sizes that follow from them.
///
/// YAML keys: `preset, players, colors, ranks, hand_size, information_tokens, life_tokens, card_counts, observation,
/// knowledge`; all but the preset override it. JaxMARL's names: `num_agents, num_colors, num_ranks, hand_size, max_info_tokens,
/// max_life_tokens, num_cards_of_rank`.
public struct HanabiParameters: Sendable, Hashable {
  /// Whether the observation has a section on what is known about the cards in hand (hanabi-learning-environment:
  /// `observation_type`).
  public enum Observation: String, Sendable, CaseIterable {
    case cardKnowledge = "card_knowledge"
    case minimal
  }

  /// What the observation says about each card in hand.
  public enum Knowledge: String, Sendable, CaseIterable {
    /// Probabilities from hints and from cards that are played or discarded (JaxMARL, "V0 belief").
    case v0
    /// 1 for each card that hints have not ruled out (hanabi-learning-environment).
    case plausible
  }

  /// The sizes that papers name.
  public enum Preset: String, Sendable, CaseIterable {
    case full, small
    case verySmall = "very_small"
    case mini, tiny
    /// `tiny` with the copies of cards that hanabi-learning-environment has.
    case tinyHLE = "tiny_hle"
  }

  public let players: Int
  public let colors: Int
  public let ranks: Int
  public let handSize: Int
  public let informationTokens: Int
  public let lifeTokens: Int
  /// Copies of each rank in one colour.
  public let cardCounts: [Int]
  /// nil where the observation is minimal.
  public let knowledge: Knowledge?

  public init(_ given: EnvironmentParameters) throws {
    var given = given
    let presetName = try given.text("preset", oneOf: Preset.allCases.map(\.rawValue))
    let preset = presetName.flatMap(Preset.init) ?? .full
    players = try given.integer("players", in: 2...5) ?? 2
    colors = try given.integer("colors", in: 1...6) ?? preset.colors
    ranks = try given.integer("ranks", in: 1...32) ?? preset.cardCounts.count
    handSize = try given.integer("hand_size", in: 1...8) ?? preset.handSize(players: players)
    informationTokens = try given.integer("information_tokens", in: 0...32) ?? preset.informationTokens
    lifeTokens = try given.integer("life_tokens", in: 1...32) ?? preset.lifeTokens
    let usual = ranks == preset.cardCounts.count ? preset.cardCounts : Self.usualCardCounts(ranks: ranks)
    cardCounts = try given.integers("card_counts", in: 1...15) ?? usual
    let observation = try given.text("observation", oneOf: Observation.allCases.map(\.rawValue))
    let known = try given.text("knowledge", oneOf: Knowledge.allCases.map(\.rawValue)).flatMap(Knowledge.init)
    knowledge = observation == Observation.minimal.rawValue ? nil : known ?? .v0
    try given.finish()
    if let known, knowledge == nil {
      throw EnvironmentParameters.Invalid(
        "environment.knowledge = \(known.rawValue) says how a minimal observation shows what it leaves out; remove it, or "
          + "environment.observation")
    }

    guard colors * ranks <= 32 else {
      throw EnvironmentParameters.Invalid(
        "environment.colors = \(colors) times environment.ranks = \(ranks) is \(colors * ranks) kinds of cards; "
          + "at most 32 are possible, so lower one of them")
    }
    guard cardCounts.count == ranks else {
      throw EnvironmentParameters.Invalid(
        "environment.card_counts has \(cardCounts.count) entries for environment.ranks = \(ranks); "
          + "give one count per rank")
    }
    // With one card each and no deck the first player would have to move twice.
    let needed = players * handSize + (handSize == 1 ? 1 : 0)
    guard deckSize >= needed else {
      throw EnvironmentParameters.Invalid(
        "environment.hand_size = \(handSize) needs \(needed) cards for \(players) players, but the deck has "
          + "\(deckSize); lower hand_size or raise card_counts")
    }
  }

  /// Three of the lowest rank, one of the highest, two of the others.
  static func usualCardCounts(ranks: Int) -> [Int] {
    (0..<ranks).map { $0 == 0 ? 3 : $0 == ranks - 1 ? 1 : 2 }
  }
}

extension HanabiParameters.Preset {
  var colors: Int {
    switch self {
    case .full: 5
    case .small: 2
    case .verySmall: 1
    case .mini: 3
    case .tiny, .tinyHLE: 2
    }
  }

  var cardCounts: [Int] {
    switch self {
    case .full, .small, .verySmall: [3, 2, 2, 2, 1]
    case .mini: [3, 2, 1]
    case .tiny: [2, 1]
    case .tinyHLE: [3, 1]
    }
  }

  func handSize(players: Int) -> Int {
    switch self {
    case .full: players <= 3 ? 5 : 4
    case .small, .verySmall, .tiny, .tinyHLE: 2
    case .mini: 3
    }
  }

  var informationTokens: Int {
    switch self {
    case .full: 8
    case .small, .verySmall, .tiny, .tinyHLE: 3
    case .mini: 5
    }
  }

  var lifeTokens: Int {
    switch self {
    case .full: 3
    case .small, .verySmall: 1
    case .mini, .tiny, .tinyHLE: 2
    }
  }
}
