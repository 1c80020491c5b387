import CShaders
import Environments
import VulkanCompute

extension YokaiGame {
  /// The colours and hints that an environment deals: the numbers of a game are (environment, episode, 0, 1, …).
  public static func dealt(rules: YokaiParameters, seed: UInt64, environment: Int, episode: Int) -> YokaiGame {
    var draws: UInt32 = 0
    func draw(below count: Int) -> Int {
      let bits = CounterRandom.words(
        seed: seed, purpose: PURPOSE_DEAL, UInt32(environment), UInt32(episode), draws
      ).x
      draws += 1
      return CounterRandom.index(bits, below: count)
    }
    var deck: [Set<Int>] = []
    for (index, count) in rules.hintCounts.enumerated() {
      var candidates = subsets(of: rules.colors, size: index + 1)
      for position in 0..<count {
        candidates.swapAt(position, position + draw(below: candidates.count - position))
        deck.append(candidates[position])
      }
    }
    for last in stride(from: deck.count - 1, to: 0, by: -1) { deck.swapAt(last, draw(below: last + 1)) }
    var game: YokaiGame
    repeat {
      var colors = (0..<rules.cardCount).map { $0 / rules.cardsPerColor }
      for last in stride(from: colors.count - 1, to: 0, by: -1) { colors.swapAt(last, draw(below: last + 1)) }
      game = YokaiGame(colors: colors, deck: deck, rules: rules)
    } while rules.rejectsSolvedStarts && game.isSolved
    return game
  }

  /// Sets of so many colours, those with lower colours first: {0, 1}, {0, 2}, {1, 2}, {0, 3} …
  private static func subsets(of colors: Int, size: Int) -> [Set<Int>] {
    var all: [Set<Int>] = [[]]
    for color in 0..<colors { all += all.map { $0.union([color]) } }
    return all.filter { $0.count == size }
  }

  /// The same situation as an environment's state.
  public init(_ state: YokaiState, _ rules: YokaiParameters) {
    func colors(_ mask: UInt32) -> Set<Int> { Set((0..<16).filter { mask >> UInt32($0) & 1 == 1 }) }
    func place(_ cell: Int) -> Place { Place(row: cell / rules.gridSize, column: cell % rules.gridSize) }
    func deed(_ register: YokaiState.Register?) -> Deed? { register.map { Deed(card: $0.slot, player: $0.owner) } }
    self.init(colors: state.colors, deck: state.hints.map(colors), rules: rules)
    for slot in cards.indices {
      cards[slot].place = place(state.cells[slot])
      cards[slot].hint = state.hintOnSlot[slot]
    }
    revealed = state.revealed
    turn = state.turn
    step = [.firstPeek, .secondPeek, .move, .target, .hint, .place][Int(state.phase.rawValue)]
    player = state.player
    everPeeked = state.seen.map(colors)
    lastPeeked = state.inView.map(colors)
    firstPeek = deed(state.firstPeek)
    secondPeek = state.secondPeek.map { Deed(card: $0, player: state.firstPeek?.owner ?? state.player) }
    lastMove = deed(state.lastMove)
    lastMoveFrom = state.lastMoveSource.map(place)
    lastHint = deed(state.lastHint)
    chosenHint = state.chosenHint
    (ended, endedEarly, won) = (state.ended, state.endedEarly, state.won)
  }

  /// The same situation as an environment's state.
  public func state(episode: Int) -> YokaiState {
    func mask(_ set: Set<Int>) -> UInt32 { set.reduce(0) { $0 | 1 << UInt32($1) } }
    func cell(_ place: Place) -> Int { place.row * rules.gridSize + place.column }
    func register(_ deed: Deed?) -> YokaiState.Register? { deed.map { .init(slot: $0.card, owner: $0.player) } }
    var state = YokaiState(colors: cards.map(\.color), hints: deck.map(mask), rules)
    state.cells = cards.map { cell($0.place) }
    state.hintOnSlot = cards.map(\.hint)
    state.revealed = revealed
    state.turn = turn
    state.phase =
      switch step {
      case .firstPeek: .firstPeek
      case .secondPeek: .secondPeek
      case .move: .move
      case .target: .target
      case .hint: .hint
      case .place: .place
      }
    state.player = player
    state.seen = everPeeked.map(mask)
    state.inView = lastPeeked.map(mask)
    state.firstPeek = register(firstPeek)
    state.secondPeek = secondPeek?.card
    state.lastMove = register(lastMove)
    state.lastMoveSource = lastMoveFrom.map(cell)
    state.lastHint = register(lastHint)
    state.chosenHint = chosenHint
    (state.ended, state.endedEarly, state.won) = (ended, endedEarly, won)
    state.episode = episode
    return state
  }
}
