import CShaders
import Environments
import VulkanCompute

/// Hanabi written from the rules, one game, slow and obvious: the twin of `Shaders/Hanabi/`.
///
/// Only the deck order is shared knowledge: draw i swaps position i with a position keyed by (episode key, i).
public struct HanabiGame {
  public struct Slot: Equatable {
    public var card: Int
    public var plausible: Set<Int>
    public var hintedColor: Int?
    public var hintedRank: Int?
  }

  public enum Move: Equatable {
    case discard(slot: Int)
    case play(slot: Int)
    case tellColor(offset: Int, color: Int)
    case tellRank(offset: Int, rank: Int)
    case wait
  }

  struct LastMove {
    var actor: Int
    var move: Move
    var card: Int?
    var matches: [Int] = []
    var succeeded = false
    var returnedToken = false
  }

  public let rules: HanabiParameters
  public private(set) var deck: [Int]
  public private(set) var hands: [[Slot]] = []
  public private(set) var fireworks: [Int]
  public private(set) var discards: [Int] = []
  public private(set) var information: Int
  public private(set) var lives: Int
  public private(set) var seat = 0
  public private(set) var step = 0
  public private(set) var movesWithEmptyDeck = 0
  public private(set) var ended = false
  private var last: LastMove?

  /// - Parameter deck: Top first.
  public init(rules: HanabiParameters, deck: [Int]) {
    self.rules = rules
    self.deck = deck
    fireworks = Array(repeating: 0, count: rules.colors)
    information = rules.informationTokens
    lives = rules.lifeTokens
    for _ in 0..<rules.players {
      hands.append((0..<rules.handSize).map { _ in draw()! })
    }
  }

  /// The deck that the shaders deal to one environment in one episode.
  public static func deck(rules: HanabiParameters, seed: UInt64, environment: Int, episode: Int) -> [Int] {
    var deck: [Int] = []
    for color in 0..<rules.colors {
      for rank in 0..<rules.ranks {
        deck += Array(repeating: color * rules.ranks + rank, count: rules.cardCounts[rank])
      }
    }
    let key = CounterRandom.words(seed: seed, purpose: PURPOSE_DEAL, UInt32(environment), UInt32(episode), 0)
    let episodeSeed = UInt64(key.y) << 32 | UInt64(key.x)
    for draw in deck.indices {
      let bits = CounterRandom.words(seed: episodeSeed, purpose: PURPOSE_DEAL, UInt32(draw), 0, 0).x
      deck.swapAt(draw, draw + CounterRandom.index(bits, below: deck.count - draw))
    }
    return deck
  }

  public var score: Int { lives == 0 ? 0 : fireworks.reduce(0, +) }

  /// Of an ended game: bombed, perfect.
  public var outcomes: [Double] { [lives == 0 ? 1 : 0, score == rules.colors * rules.ranks ? 1 : 0] }

  private mutating func draw() -> Slot? {
    guard !deck.isEmpty else { return nil }
    return Slot(card: deck.removeFirst(), plausible: Set(0..<rules.colors * rules.ranks))
  }

  private func color(_ card: Int) -> Int { card / rules.ranks }
  private func rank(_ card: Int) -> Int { card % rules.ranks }

  // MARK: Actions

  public func move(_ action: Int) -> Move? {
    var action = action
    guard action >= 0 else { return nil }
    if action < rules.handSize { return .discard(slot: action) }
    action -= rules.handSize
    if action < rules.handSize { return .play(slot: action) }
    action -= rules.handSize
    for offset in 1..<rules.players {
      if action < rules.colors { return .tellColor(offset: offset, color: action) }
      action -= rules.colors
    }
    for offset in 1..<rules.players {
      if action < rules.ranks { return .tellRank(offset: offset, rank: action) }
      action -= rules.ranks
    }
    return action == 0 ? .wait : nil
  }

  private func matches(_ slot: Slot, _ move: Move) -> Bool {
    switch move {
    case .tellColor(_, let told): color(slot.card) == told
    case .tellRank(_, let told): rank(slot.card) == told
    default: false
    }
  }

  public func isLegal(_ action: Int, by player: Int) -> Bool {
    guard let move = move(action) else { return false }
    if player != seat { return move == .wait }
    switch move {
    case .discard(let slot): return slot < hands[seat].count && information < rules.informationTokens
    case .play(let slot): return slot < hands[seat].count
    case .tellColor(let offset, _), .tellRank(let offset, _):
      return information > 0 && hands[(seat + offset) % rules.players].contains { matches($0, move) }
    case .wait: return false
    }
  }

  public func legalActions(of player: Int) -> [Int] {
    let count = 2 * rules.handSize + (rules.players - 1) * (rules.colors + rules.ranks) + 1
    return (0..<count).filter { isLegal($0, by: player) }
  }

  // MARK: Transition

  /// A legal action of the seat to move. Returns the reward of everyone.
  public mutating func play(_ action: Int) -> Float {
    let move = move(action)!
    var lastMove = LastMove(actor: seat, move: move)
    var reward: Float = 0
    switch move {
    case .discard(let slot):
      information += 1
      let card = hands[seat].remove(at: slot).card
      discards.append(card)
      lastMove.card = card
      if let new = draw() { hands[seat].append(new) }
    case .play(let slot):
      let card = hands[seat].remove(at: slot).card
      lastMove.card = card
      if fireworks[color(card)] == rank(card) {
        fireworks[color(card)] += 1
        reward = 1
        lastMove.succeeded = true
        if rank(card) == rules.ranks - 1 && information < rules.informationTokens {
          information += 1
          lastMove.returnedToken = true
        }
      } else {
        discards.append(card)
        lives -= 1
        if lives == 0 { reward = -Float(fireworks.reduce(0, +)) }
      }
      if let new = draw() { hands[seat].append(new) }
    case .tellColor(let offset, _), .tellRank(let offset, _):
      information -= 1
      let target = (seat + offset) % rules.players
      lastMove.matches = hands[target].indices.filter { matches(hands[target][$0], move) }
      for index in hands[target].indices { tell(&hands[target][index], move) }
    case .wait: break
    }
    last = lastMove
    step += 1
    seat = (seat + 1) % rules.players
    if deck.isEmpty { movesWithEmptyDeck += 1 }
    ended =
      lives == 0 || fireworks.allSatisfy { $0 == rules.ranks } || movesWithEmptyDeck == rules.players + 1
    return reward
  }

  private func tell(_ slot: inout Slot, _ move: Move) {
    let isMatch = matches(slot, move)
    switch move {
    case .tellColor(_, let told):
      slot.plausible = slot.plausible.filter { (color($0) == told) == isMatch }
      if isMatch { slot.hintedColor = told }
    case .tellRank(_, let told):
      slot.plausible = slot.plausible.filter { (rank($0) == told) == isMatch }
      if isMatch { slot.hintedRank = told }
    default: break
    }
  }

  // MARK: Observation

  /// The D features that `observer` sees.
  public func observation(of observer: Int) -> [Float] {
    let cards = rules.colors * rules.ranks
    let players = (0..<rules.players).map { ($0 + observer) % rules.players }
    func oneHot(_ index: Int?, _ count: Int) -> [Float] { (0..<count).map { $0 == index ? 1 : 0 } }
    func thermometer(_ value: Int, _ count: Int) -> [Float] { (0..<count).map { $0 < value ? 1 : 0 } }
    var features: [Float] = []
    for player in players.dropFirst() {
      for index in 0..<rules.handSize {
        let hand = hands[player]
        features += oneHot(index < hand.count ? hand[index].card : nil, cards)
      }
    }
    features += players.map { hands[$0].count < rules.handSize ? 1 : 0 }
    let deckSize = rules.colors * rules.cardCounts.reduce(0, +)
    features += thermometer(deck.count, deckSize - rules.players * rules.handSize)
    for height in fireworks { features += oneHot(height - 1, rules.ranks) }
    features += thermometer(information, rules.informationTokens)
    features += thermometer(lives, rules.lifeTokens)
    for card in 0..<cards {
      features += thermometer(discards.count { $0 == card }, rules.cardCounts[rank(card)])
    }
    features += lastMoveFeatures(observer: observer)
    if rules.knowledge == nil { return features }
    for player in players {
      for index in 0..<rules.handSize {
        features +=
          index < hands[player].count
          ? knowledge(hands[player][index])
          : Array(repeating: 0, count: cards + rules.colors + rules.ranks)
      }
    }
    return features
  }

  private func lastMoveFeatures(observer: Int) -> [Float] {
    func oneHot(_ index: Int?, _ count: Int) -> [Float] { (0..<count).map { $0 == index ? 1 : 0 } }
    func relative(_ player: Int) -> Int { (player - observer + rules.players) % rules.players }
    var kind: Int?
    var target: Int?
    var color: Int?
    var rank: Int?
    var slot: Int?
    if let last {
      switch last.move {
      case .play(let used): (kind, slot) = (0, used)
      case .discard(let used): (kind, slot) = (1, used)
      case .tellColor(let offset, let told):
        (kind, target, color) = (2, (last.actor + offset) % rules.players, told)
      case .tellRank(let offset, let told):
        (kind, target, rank) = (3, (last.actor + offset) % rules.players, told)
      case .wait: break
      }
    }
    var features = oneHot(last.map { relative($0.actor) }, rules.players)
    features += oneHot(kind, 4)
    features += oneHot(target.map(relative), rules.players)
    features += oneHot(color, rules.colors) + oneHot(rank, rules.ranks)
    features += (0..<rules.handSize).map { last?.matches.contains($0) == true ? 1 : 0 }
    features += oneHot(slot, rules.handSize)
    features += oneHot(last?.card, rules.colors * rules.ranks)
    features.append(last?.succeeded == true ? 1 : 0)
    features.append(last?.returnedToken == true ? 1 : 0)
    return features
  }

  private func knowledge(_ slot: Slot) -> [Float] {
    let cards = 0..<rules.colors * rules.ranks
    let weights = cards.map { card in
      !slot.plausible.contains(card) ? 0 : rules.knowledge == .plausible ? 1 : copiesLeft(card)
    }
    let scale = rules.knowledge == .plausible ? 1 : 1 / Float(weights.reduce(0, +))
    return weights.map { Float($0) * scale }
      + (0..<rules.colors).map { $0 == slot.hintedColor ? 1 : 0 }
      + (0..<rules.ranks).map { $0 == slot.hintedRank ? 1 : 0 }
  }

  /// Copies neither discarded nor played.
  private func copiesLeft(_ card: Int) -> Int {
    rules.cardCounts[rank(card)] - discards.count { $0 == card } - (fireworks[color(card)] > rank(card) ? 1 : 0)
  }
}
