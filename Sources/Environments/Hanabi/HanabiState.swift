import CShaders

/// One game of Hanabi, unpacked from its state words: for people, recorded games and tests.
public struct HanabiState: Sendable, Hashable {
  public struct Card: Sendable, Hashable {
    public let color: Int
    public let rank: Int

    public init(color: Int, rank: Int) {
      self.color = color
      self.rank = rank
    }
  }

  /// A place in a hand; empty ones are at the right end.
  public struct Slot: Sendable, Hashable {
    public var card: Card?
    /// Cards that hints have not ruled out: bit colour * ranks + rank.
    public var plausible: UInt32
    public var hintedColor: Int?
    public var hintedRank: Int?

    public init(card: Card?, plausible: UInt32, hintedColor: Int? = nil, hintedRank: Int? = nil) {
      self.card = card
      self.plausible = plausible
      self.hintedColor = hintedColor
      self.hintedRank = hintedRank
    }
  }

  /// What the last seat on turn did.
  public struct Move: Sendable, Hashable {
    public enum Action: Sendable, Hashable {
      case play(slot: Int, Card, succeeds: Bool, returnsToken: Bool)
      case discard(slot: Int, Card)
      /// `slots`: those of the player who was told that match.
      case tellColor(player: Int, color: Int, slots: [Int])
      case tellRank(player: Int, rank: Int, slots: [Int])
    }

    public let seat: Int
    public let action: Action
  }

  public let parameters: HanabiParameters
  /// Moves made.
  public var step: Int
  /// The seat to move.
  public var seat: Int
  public var lives: Int
  public var information: Int
  /// Height of each colour's firework.
  public var fireworks: [Int]
  public var deckLeft: Int
  /// Slots of each seat.
  public var hands: [[Slot]]
  /// In order.
  public var discards: [Card]
  /// Moves that ended with an empty deck.
  public var lastRound: Int
  public var ended: Bool
  /// Episodes finished before this one.
  public var episode: Int
  /// nil before the first move.
  public var lastMove: Move?

  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: HanabiParameters) {
    precondition(words.count == parameters.stateWordCount)
    self.parameters = parameters
    func field(_ word: UInt32, _ shift: UInt32, _ bits: UInt32) -> Int {
      Int(words[Int(word)] >> shift & (1 << bits - 1))
    }
    func card(_ number: Int) -> Card { Card(color: number / parameters.ranks, rank: number % parameters.ranks) }
    step = Int(words[Int(HANABI_STEP)])
    episode = Int(words[Int(HANABI_EPISODE)])
    seat = field(HANABI_STATUS, HANABI_SEAT_SHIFT, 3)
    lives = field(HANABI_STATUS, HANABI_LIVES_SHIFT, 8)
    information = field(HANABI_STATUS, HANABI_INFORMATION_SHIFT, 8)
    lastRound = field(HANABI_STATUS, HANABI_LAST_ROUND_SHIFT, 3)
    ended = field(HANABI_STATUS, HANABI_ENDED_SHIFT, 1) == 1
    let played = words[Int(HANABI_FIREWORKS)]
    fireworks = (0..<parameters.colors).map { color in
      (0..<parameters.ranks).count { played >> UInt32(color * parameters.ranks + $0) & 1 == 1 }
    }
    deckLeft = parameters.deckSize - field(HANABI_PILES, 0, 16)
    discards = (0..<field(HANABI_PILES, 16, 16)).map { position in
      card(Int(words[parameters.deckWord + position / 4] >> UInt32(8 * (position % 4)) & 255))
    }
    hands = (0..<parameters.players).map { seat in
      (0..<parameters.handSize).map { index in
        let hand = parameters.handsWord + seat * parameters.handWordCount
        let info = words[hand + parameters.handSize + index / 2] >> UInt32(16 * (index % 2))
        let color = Int(info >> HANABI_HINTED_COLOR_SHIFT & HANABI_HINTED_COLOR_MASK)
        let rank = Int(info >> HANABI_HINTED_RANK_SHIFT & HANABI_HINTED_RANK_MASK)
        return Slot(
          card: info >> HANABI_PRESENT_SHIFT & 1 == 1 ? card(Int(info & HANABI_CARD_MASK)) : nil,
          plausible: words[hand + index], hintedColor: color == 0 ? nil : color - 1,
          hintedRank: rank == 0 ? nil : rank - 1)
      }
    }
    lastMove = field(HANABI_LAST_ACTION, HANABI_LAST_PRESENT_SHIFT, 1) == 0 ? nil : move(field, card)
  }

  /// The last action from its fields.
  private func move(_ field: (UInt32, UInt32, UInt32) -> Int, _ card: (Int) -> Card) -> Move {
    let place = field(HANABI_LAST_ACTION, HANABI_LAST_PLACE_SHIFT, 3)
    let value = field(HANABI_LAST_ACTION, HANABI_LAST_VALUE_SHIFT, 5)
    let matches = field(HANABI_LAST_ACTION, HANABI_LAST_OUTCOME_SHIFT, 8)
    let slots = (0..<parameters.handSize).filter { matches >> $0 & 1 == 1 }
    let action: Move.Action =
      switch UInt32(field(HANABI_LAST_ACTION, HANABI_LAST_MOVE_SHIFT, 2)) {
      case HANABI_PLAY:
        .play(
          slot: place, card(value), succeeds: field(HANABI_LAST_ACTION, HANABI_LAST_SUCCESS_SHIFT, 1) == 1,
          returnsToken: field(HANABI_LAST_ACTION, HANABI_LAST_TOKEN_SHIFT, 1) == 1)
      case HANABI_DISCARD: .discard(slot: place, card(value))
      case HANABI_COLOR_HINT: .tellColor(player: place, color: value, slots: slots)
      default: .tellRank(player: place, rank: value, slots: slots)
      }
    return Move(seat: field(HANABI_LAST_ACTION, HANABI_LAST_SEAT_SHIFT, 3), action: action)
  }

  public var bombed: Bool { lives == 0 }

  /// Fireworks, or nothing once the last life is lost; the sum of rewards so far.
  public var score: Int { bombed ? 0 : fireworks.reduce(0, +) }

  /// R, Y, G, W, B, M
  public static func colorName(_ color: Int) -> String { ["R", "Y", "G", "W", "B", "M"][color] }
}

extension HanabiState.Card {
  /// For example R1.
  public var name: String { HanabiState.colorName(color) + "\(rank + 1)" }
}
