import CHostKernels
import CShaders
import VulkanCompute

/// Hanabi for two to five players, after JaxMARL 0.2.0 and the hanabi-learning-environment 0.0.4
/// (docs/environments/hanabi.md).
public struct HanabiEnvironment: Environment {
  public static let name = "hanabi"
  public static let version = 1

  public let parameters: HanabiParameters

  public init(parameters: EnvironmentParameters) throws {
    self.parameters = try HanabiParameters(parameters)
  }

  public var agentCount: Int { parameters.players }
  public var actionCount: Int { parameters.actionCount }
  public var observationFeatureCount: Int { parameters.observationFeatureCount }
  public var observationWordCount: Int { parameters.observationWordCount }
  public var stateWordCount: Int { parameters.stateWordCount }

  /// 1 or 0: the last life was lost; every card was played.
  public var outcomeNames: [String] { ["bombed", "perfect"] }

  public var resetKernel: String { "Hanabi/hanabi_reset.comp" }
  public var stepKernel: String { "Hanabi/hanabi_step.comp" }
  public var observeKernel: String { "Hanabi/hanabi_observe.comp" }
  public var observationInclude: String { "Hanabi/hanabi_observation.glsl" }

  public var observationExpansion: HostBody? {
    HostBody(parameters.knowledge == .v0 ? host_expand_hanabi : host_expand_bits)
  }

  /// A sorted deck that the draws shuffle.
  public var startState: [UInt32] {
    startState(deck: startDeck, drawnInOrder: false)
  }

  /// A deck, top first, that reset deals as it is; used to replay recorded games.
  /// - Parameter deck: `deckSize` cards, each colour * ranks + rank.
  public func startState(deck: [Int]) -> [UInt32] {
    startState(deck: deck, drawnInOrder: true)
  }

  public var parametersDescription: [String: ParameterValue] {
    let observation: [String: ParameterValue] =
      if let knowledge = parameters.knowledge {
        ["knowledge": .text(knowledge.rawValue)]
      } else {
        ["observation": .text(HanabiParameters.Observation.minimal.rawValue)]
      }
    return [
      "players": .integer(parameters.players), "colors": .integer(parameters.colors),
      "ranks": .integer(parameters.ranks), "hand_size": .integer(parameters.handSize),
      "information_tokens": .integer(parameters.informationTokens), "life_tokens": .integer(parameters.lifeTokens),
      "card_counts": .list(parameters.cardCounts.map { .integer($0) }),
    ].merging(observation) { $1 }
  }

  public var macros: [String: String] {
    let p = parameters
    var numbers: [String: Int] = [
      "PLAYERS": p.players, "COLORS": p.colors, "RANKS": p.ranks, "HAND_SIZE": p.handSize,
      "INFORMATION_TOKENS": p.informationTokens, "LIFE_TOKENS": p.lifeTokens,
      "CARDS": p.cardKindCount, "CARDS_PER_COLOR": p.cardsPerColor, "DECK_SIZE": p.deckSize,
      "COLOR_HINTS": p.firstColorHint, "RANK_HINTS": p.firstRankHint, "NO_OP": p.noOp,
      "LEFT_PLANES": p.leftPlaneCount, "LEFT_WORD": p.leftWord, "DISCARDED_WORD": p.discardedWord,
      "DISCARDED_WORDS": p.discardedWordCount, "DECK_WORD": p.deckWord, "DECK_WORDS": p.deckWordCount,
      "PILE_WORDS": p.pileWordCount, "HANDS_WORD": p.handsWord, "HAND_WORDS": p.handWordCount,
      "STATE_WORDS": p.stateWordCount,
      "DECK_FEATURES": p.deckFeatureCount, "SLOT_FEATURES": p.slotFeatureCount,
      "KNOWLEDGE_OFFSET": p.knowledgeOffset, "OBSERVATION_WORDS": p.observationWordCount,
      "OBSERVATION_FOURS": p.observationWordCount / 4, "HAND_FOURS": p.handWordCount / 4,
      "PILE_FOURS": p.pileWordCount / 4, "DECK_FEATURE_WORDS": (p.deckFeatureCount + 31) / 32,
      "LEFT_PLANES_OFFSET": p.featureWordCount, "WEIGHT_SUMS_OFFSET": p.weightSumsWord,
      "MASK_WORDS": maskWordCount,
      // Masks of cards: all kinds, those of colour 0, those of rank 0.
      "ALL_CARDS": 1 << p.cardKindCount - 1, "COLOR_MASK": 1 << p.ranks - 1,
      "RANK_MASK": (0..<p.colors).reduce(0) { $0 | 1 << ($1 * p.ranks) },
    ]
    if p.knowledge != nil { numbers["KNOWLEDGE"] = 1 }
    if p.knowledge == .v0 { numbers["KNOWLEDGE_V0"] = 1 }
    var macros = numbers.mapValues { "\($0)u" }
    macros["CARD_COUNTS"] = p.cardCounts.map { "\($0)u" }.joined(separator: ", ")
    macros["COPY_PLANES"] = copyPlanes.map { "\($0)u" }.joined(separator: ", ")
    return macros
  }

  public func actionName(_ action: Int) -> String {
    let p = parameters
    switch action {
    case 0..<p.firstPlay: return "discard slot \(action)"
    case p.firstPlay..<p.firstColorHint: return "play slot \(action - p.firstPlay)"
    case p.firstColorHint..<p.firstRankHint:
      let (player, color) = (action - p.firstColorHint).quotientAndRemainder(dividingBy: p.colors)
      return "tell player +\(player + 1) color \(HanabiState.colorName(color))"
    case p.firstRankHint..<p.noOp:
      let (player, rank) = (action - p.firstRankHint).quotientAndRemainder(dividingBy: p.ranks)
      return "tell player +\(player + 1) rank \(rank + 1)"
    default: return "no-op"
    }
  }

  public func render(state: [UInt32]) -> String {
    HanabiState(state, parameters).rendered
  }

  public var hidesFromSeats: Bool { true }

  public func render(state: [UInt32], for seat: Int) -> String {
    HanabiState(state, parameters).text(for: seat)
  }

  public func picture(of state: [UInt32], for seat: Int?) -> String {
    HanabiState(state, parameters).picture(for: seat)
  }

  public func stateFields(of state: [UInt32]) -> [StateField] {
    HanabiState(state, parameters).fields
  }
}

extension HanabiEnvironment {
  /// Bit k of the number of copies, for every kind of card.
  private var copyPlanes: [Int] {
    (0..<parameters.leftPlaneCount).map { plane in
      (0..<parameters.cardKindCount).reduce(0) { bits, card in
        bits | (parameters.cardCounts[card % parameters.ranks] >> plane & 1) << card
      }
    }
  }

  /// All cards, ascending.
  var startDeck: [Int] {
    (0..<parameters.cardKindCount).flatMap { card in
      Array(repeating: card, count: parameters.cardCounts[card % parameters.ranks])
    }
  }

  private func startState(deck: [Int], drawnInOrder: Bool) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: parameters.startWordCount)
    words[0] = drawnInOrder ? 1 : 0
    for (position, card) in deck.enumerated() {
      words[Int(HANABI_START_DECK) + position / 4] |= UInt32(card) << UInt32(8 * (position % 4))
    }
    return words
  }
}
