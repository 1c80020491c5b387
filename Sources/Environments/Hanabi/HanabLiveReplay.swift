/// A game in the JSON of hanab.live: a deck in the order in which it is drawn, and actions that name cards by their places in
/// it. A `seed` is neither read nor written: the site would shuffle by it and leave the deck unread. <https://github.com/Hanabi-Live/hanabi-live> documents the format.
struct HanabLiveReplay: Codable {
  struct Card: Codable {
    /// From 0. Old files call it `suit`.
    let suitIndex: Int
    /// From 1.
    let rank: Int

    private enum CodingKeys: String, CodingKey { case suitIndex, suit, rank }

    init(suitIndex: Int, rank: Int) {
      self.suitIndex = suitIndex
      self.rank = rank
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      suitIndex =
        try container.decodeIfPresent(Int.self, forKey: .suit) ?? container.decode(Int.self, forKey: .suitIndex)
      rank = try container.decode(Int.self, forKey: .rank)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(suitIndex, forKey: .suitIndex)
      try container.encode(rank, forKey: .rank)
    }
  }

  struct Action: Codable {
    /// The numbers of the format.
    enum Kind: Int {
      case play = 0
      case discard, tellColor, tellRank
      /// The players stopped, or ran out of time.
      case end
    }

    let type: Int
    /// The place of a card in the deck, or the player who is told something.
    let target: Int?
    /// A suit from 0 or a rank from 1, of hints.
    let value: Int?
  }

  struct Options: Codable {
    var variant: String?
    var startingPlayer: Int?
    var oneExtraCard: Bool?
    var oneLessCard: Bool?
  }

  let players: [String]
  let deck: [Card]
  let actions: [Action]
  /// The player who begins, in old files; `options.startingPlayer` now.
  var firstPlayer: Int?
  var options: Options?
}
