import Environments

/// Yokai as its rules say it, card by card and cell by cell, without any packing: the slow twin of Shaders/Yokai.
public struct YokaiGame: Sendable {
  public struct Place: Hashable, Sendable {
    public var row: Int
    public var column: Int

    public init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  public struct Card: Sendable {
    public var place: Place
    public let color: Int
    /// The hint that lies on it.
    public var hint: Int?
  }

  /// What everyone saw somebody do.
  public struct Deed: Sendable {
    public var card: Int
    public var player: Int
  }

  public enum Step: Sendable {
    case firstPeek, secondPeek, move, target, hint, place
  }

  /// What an action number stands for.
  public enum Action: Equatable, Sendable {
    case peek(Int)
    case move(Int, to: Place)
    case reveal
    case placeHint(Int, on: Int)
    case end
    case nothing
    /// Where actions name cells.
    case cell(Place)
    case chooseHint(Int)
  }

  public let rules: YokaiParameters
  /// All places of the grid, row by row.
  public let places: [Place]
  public var cards: [Card]
  /// Colours on each hint, in the order in which they are revealed.
  public let deck: [Set<Int>]
  public var revealed = 0
  public var turn = 0
  public var step = Step.firstPeek
  public var player = 0
  /// For each player, the cards it ever looked at, and those it looked at in its last turn of peeks.
  public var everPeeked: [Set<Int>]
  public var lastPeeked: [Set<Int>]
  public var firstPeek: Deed?
  public var secondPeek: Deed?
  public var lastMove: Deed?
  public var lastMoveFrom: Place?
  public var lastHint: Deed?
  public var chosenHint: Int?
  public var ended = false
  public var endedEarly = false
  public var won = false

  public init(colors: [Int], deck: [Set<Int>], rules: YokaiParameters) {
    self.rules = rules
    self.deck = deck
    places = (0..<rules.gridSize).flatMap { row in (0..<rules.gridSize).map { Place(row: row, column: $0) } }
    // A block as square as the number of cards allows.
    var width = 1
    while width * width < rules.cardCount { width += 1 }
    let height = (rules.cardCount + width - 1) / width
    cards = colors.enumerated().map { slot, color in
      let place = Place(
        row: (rules.gridSize - height) / 2 + slot / width, column: (rules.gridSize - width) / 2 + slot % width)
      return Card(place: place, color: color)
    }
    everPeeked = Array(repeating: [], count: rules.players)
    lastPeeked = everPeeked
  }

  // MARK: Cards on the table

  public var unlocked: [Int] { cards.indices.filter { cards[$0].hint == nil } }
  public var placedHints: [Int] { cards.compactMap(\.hint) }

  /// The grid with a row and a column around it: where cards lie.
  public struct Table: Sendable {
    let width: Int
    var hasCard: [Bool]

    init(gridSize: Int) {
      width = gridSize + 2
      hasCard = Array(repeating: false, count: width * width)
    }

    func index(_ place: Place) -> Int { (place.row + 1) * width + place.column + 1 }

    func neighbours(_ cell: Int) -> [Int] { [cell - 1, cell + 1, cell - width, cell + width] }

    /// How many cards hang together with one at a place by their sides, that one included.
    public func groupSize(at place: Place) -> Int {
      var waiting = hasCard
      var stack = [index(place)]
      waiting[stack[0]] = false
      var size = 0
      while let cell = stack.popLast() {
        size += 1
        for next in neighbours(cell) where waiting[next] {
          waiting[next] = false
          stack.append(next)
        }
      }
      return size
    }
  }

  public var table: Table { table(of: cards) }

  func table(of cards: [Card]) -> Table {
    var table = Table(gridSize: rules.gridSize)
    for card in cards { table.hasCard[table.index(card.place)] = true }
    return table
  }

  /// Where a card may go: to an empty place, so that all cards are one group again.
  public func targets(of card: Int) -> [Place] {
    guard cards[card].hint == nil else { return [] }
    let own = cards[card].place
    let others = table(of: cards.indices.filter { $0 != card }.map { cards[$0] })
    return places.filter { place in
      let index = others.index(place)
      guard !others.hasCard[index], place != own || rules.allowsNullMoves else { return false }
      // Out of touch with all others it is no group; this spares most floods.
      guard others.neighbours(index).contains(where: { others.hasCard[$0] }) else { return false }
      return others.groupSize(at: place) == cards.count
    }
  }

  /// Whether each colour is one group.
  public var isSolved: Bool {
    (0..<rules.colors).allSatisfy { color in
      let family = cards.filter { $0.color == color }
      return table(of: family).groupSize(at: family[0].place) == family.count
    }
  }

  /// Groups of cards of one colour, joined by sides, over all colours.
  public var groupCount: Int {
    (0..<rules.colors).reduce(0) { count, color in
      var left = Set(cards.filter { $0.color == color }.map(\.place))
      var groups = 0
      while let first = left.popFirst() {
        groups += 1
        var waiting = [first]
        while let place = waiting.popLast() {
          for next in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
            let neighbour = Place(row: place.row + next.0, column: place.column + next.1)
            if left.remove(neighbour) != nil { waiting.append(neighbour) }
          }
        }
      }
      return count + groups
    }
  }

  /// What shaped rewards are the change of.
  public var potential: Double {
    let seen = everPeeked.reduce(0) { $0 + $1.count }
    let right = cards.count { card in card.hint.map { deck[$0].contains(card.color) } ?? false }
    return rules.shapingTurnBonus * Double(turn) + rules.shapingPeekBonus * Double(seen)
      + rules.shapingHintBonus * Double(2 * right - placedHints.count) - Double(groupCount)
  }

  // MARK: Actions

  /// The number of an action, in the order of the specification.
  public func number(of action: Action) -> Int {
    let cells = rules.gridSize * rules.gridSize
    let hints = deck.count
    func cell(_ place: Place) -> Int { place.row * rules.gridSize + place.column }
    if rules.actionMode == .cell {
      switch action {
      case .cell(let place): return cell(place)
      case .reveal: return cells
      case .chooseHint(let hint): return cells + 1 + hint
      case .end: return cells + 1 + hints
      default: return cells + 2 + hints
      }
    }
    let first = cards.count + cards.count * cells
    switch action {
    case .peek(let card): return card
    case .move(let card, let place): return cards.count + card * cells + cell(place)
    case .reveal: return first
    case .placeHint(let hint, let card): return first + 1 + hint * cards.count + card
    case .end: return first + 1 + hints * cards.count
    default: return first + 2 + hints * cards.count
    }
  }

  private var openHints: [Int] { (0..<revealed).filter { !placedHints.contains($0) } }

  /// What the player to move may do.
  public var choices: [Action] {
    let mode = rules.actionMode
    func naming(_ cards: [Int]) -> [Action] { cards.map { mode == .cell ? .cell(self.cards[$0].place) : .peek($0) } }
    switch step {
    case .firstPeek: return naming(unlocked) + [.end]
    case .secondPeek: return naming(unlocked.filter { $0 != firstPeek?.card })
    case .move:
      let moves =
        mode == .cell
        ? naming(unlocked.filter { !targets(of: $0).isEmpty })
        : unlocked.flatMap { card in targets(of: card).map { Action.move(card, to: $0) } }
      return moves.isEmpty ? [.nothing] : moves
    case .target: return targets(of: lastMove!.card).map { .cell($0) }
    case .hint:
      let hints: [Action] =
        mode == .cell
        ? openHints.map { .chooseHint($0) }
        : openHints.flatMap { hint in unlocked.map { Action.placeHint(hint, on: $0) } }
      return (revealed < deck.count ? [.reveal] : []) + hints
    case .place: return naming(unlocked)
    }
  }

  public func choices(of seat: Int) -> [Action] { seat == player && !ended ? choices : [.nothing] }

  /// The player to move does one of its choices; returns the reward of everyone.
  public mutating func play(_ action: Action) -> Float {
    switch (step, action) {
    case (_, .end):
      endedEarly = true
      return finish()
    case (.firstPeek, _):
      let card = card(action)
      lastPeeked[player] = [card]
      everPeeked[player].insert(card)
      firstPeek = Deed(card: card, player: player)
      secondPeek = nil
      step = .secondPeek
    case (.secondPeek, _):
      let card = card(action)
      lastPeeked[player].insert(card)
      everPeeked[player].insert(card)
      secondPeek = Deed(card: card, player: player)
      step = .move
    case (.move, .nothing):
      lastMove = nil
      lastMoveFrom = nil
      step = .hint
    case (.move, .move(let card, let place)):
      takeUp(card)
      putDown(card, at: place)
    case (.move, _):
      takeUp(card(action))
      step = .target
    case (.target, .cell(let place)): putDown(lastMove!.card, at: place)
    case (.hint, .reveal):
      revealed += 1
      lastHint = nil
      return endTurn()
    case (.hint, .placeHint(let hint, let card)):
      return placeHint(hint, on: card)
    case (.hint, .chooseHint(let hint)):
      chosenHint = hint
      step = .place
    default: return placeHint(chosenHint!, on: card(action))
    }
    return 0
  }

  /// The card that an action names.
  private func card(_ action: Action) -> Int {
    switch action {
    case .peek(let card): card
    case .cell(let place): cards.firstIndex { $0.place == place }!
    default: fatalError("\(action) names no card")
    }
  }

  private mutating func takeUp(_ card: Int) {
    lastMove = Deed(card: card, player: player)
    lastMoveFrom = cards[card].place
  }

  private mutating func putDown(_ card: Int, at place: Place) {
    cards[card].place = place
    if rules.boundary == .shift { shift(awayFrom: place) }
    step = .hint
  }

  /// The layout goes one row or column away from a border that the moved card touches, if nothing touches the other one.
  private mutating func shift(awayFrom place: Place) {
    let last = rules.gridSize - 1
    let rows = Set(cards.map(\.place.row))
    let columns = Set(cards.map(\.place.column))
    var down = 0
    var right = 0
    if place.row == 0, !rows.contains(last) { down = 1 }
    if place.row == last, !rows.contains(0) { down = -1 }
    if place.column == 0, !columns.contains(last) { right = 1 }
    if place.column == last, !columns.contains(0) { right = -1 }
    for card in cards.indices {
      cards[card].place.row += down
      cards[card].place.column += right
    }
  }

  private mutating func placeHint(_ hint: Int, on card: Int) -> Float {
    cards[card].hint = hint
    chosenHint = nil
    lastHint = Deed(card: card, player: player)
    return endTurn()
  }

  private mutating func endTurn() -> Float {
    turn += 1
    player = (player + 1) % rules.players
    step = .firstPeek
    return placedHints.count == deck.count ? finish() : 0
  }

  /// Points for a game that is won: 5 for a hint never revealed, 2 for one revealed and not placed, 1 for one placed on a
  /// card of its colours, -1 for one placed on another.
  public var score: Int {
    guard won else { return 0 }
    var points = 5 * (deck.count - revealed) + 2 * openHints.count
    for card in cards {
      if let hint = card.hint { points += deck[hint].contains(card.color) ? 1 : -1 }
    }
    return points
  }

  /// Of a game that is over, in the order in which the environment names them.
  public var outcomes: [Float] {
    let right = cards.count { card in card.hint.map { deck[$0].contains(card.color) } ?? false }
    return [
      Float(score), won ? 1 : 0, endedEarly ? 1 : 0, endedEarly && won ? 1 : 0, Float(turn), Float(revealed),
      Float(right), Float(placedHints.count - right),
    ]
  }

  private mutating func finish() -> Float {
    ended = true
    won = isSolved
    return won ? (Float(score) + Float(rules.winBonus)) * Float(rules.rewardScale) : 0
  }
}
