import Foundation

/// Writes one game as a replay of hanab.live, from the states before and after its steps.
public struct HanabLiveRecorder {
  private let parameters: HanabiParameters
  private let names: [String]
  /// Of each seat, places in the deck, oldest first.
  private var hands: [[Int]] = []
  /// In the order in which cards were drawn.
  private var deck: [HanabiState.Card] = []
  private var actions: [HanabLiveReplay.Action] = []

  /// A game that the site does not have.
  public struct Unsupported: Error, CustomStringConvertible {
    public let description: String
  }

  /// - Parameter names: One per seat.
  /// - Throws: `Unsupported` where the game is not full Hanabi, whatever it observes.
  public init(_ environment: any Environment, names: [String]) throws {
    guard let hanabi = environment as? HanabiEnvironment else {
      throw Unsupported(description: "hanab.live plays Hanabi; \(environment.name) has no replays there")
    }
    let p = hanabi.parameters
    let full = try HanabiParameters(EnvironmentParameters(["players": .integer(p.players)]))
    guard p.colors == full.colors, p.cardCounts == full.cardCounts, p.handSize == full.handSize,
      p.informationTokens == full.informationTokens, p.lifeTokens == full.lifeTokens
    else { throw Unsupported(description: "hanab.live plays the full game only; use the preset full") }
    parameters = p
    self.names = names
  }

  /// Adds one step.
  /// - Parameters:
  ///   - before: S words, as `after`.
  ///   - actions: (A)
  public mutating func add(before: [UInt32], actions chosen: [Int], after: [UInt32]) {
    let (old, new) = (HanabiState(before, parameters), HanabiState(after, parameters))
    if hands.isEmpty {
      deck = old.hands.flatMap { $0.compactMap(\.card) }
      hands = (0..<parameters.players).map {
        Array($0 * parameters.handSize..<($0 + 1) * parameters.handSize)
      }
    }
    let (p, seat) = (parameters, old.seat)
    let action = chosen[seat]
    typealias Kind = HanabLiveReplay.Action.Kind
    func append(_ kind: Kind, target: Int, value: Int? = nil) {
      actions.append(.init(type: kind.rawValue, target: target, value: value))
    }
    switch action {
    case ..<p.firstColorHint:
      append(action < p.firstPlay ? .discard : .play, target: hands[seat].remove(at: action % p.handSize))
      if new.deckLeft < old.deckLeft, let card = new.hands[seat].last(where: { $0.card != nil })?.card {
        hands[seat].append(deck.count)
        deck.append(card)
      }
    case ..<p.firstRankHint:
      let (player, color) = (action - p.firstColorHint).quotientAndRemainder(dividingBy: p.colors)
      append(.tellColor, target: (seat + player + 1) % p.players, value: color)
    default:
      let (player, rank) = (action - p.firstRankHint).quotientAndRemainder(dividingBy: p.ranks)
      append(.tellRank, target: (seat + player + 1) % p.players, value: rank + 1)
    }
  }

  /// The replay. Cards that were never drawn follow in the order of colours and ranks.
  public func json() throws -> Data {
    var left = (0..<parameters.colors).flatMap { color in
      parameters.cardCounts.enumerated().flatMap { rank, count in
        Array(repeating: HanabiState.Card(color: color, rank: rank), count: count)
      }
    }
    for card in deck { left.firstIndex(of: card).map { _ = left.remove(at: $0) } }
    let replay = HanabLiveReplay(
      players: names, deck: (deck + left).map { .init(suitIndex: $0.color, rank: $0.rank + 1) }, actions: actions,
      options: .init(variant: "No Variant"))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(replay)
  }
}
