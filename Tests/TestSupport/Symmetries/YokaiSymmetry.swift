import Environments

/// One symmetry of Yokai: colours change their names, the grid is turned or mirrored, and with it the start block that
/// names the slots. The order of the hints is no symmetry. What Other-Play draws from (Hu et al., arXiv 2003.02979).
public struct YokaiSymmetry: Sendable {
  /// The new name of every colour.
  public let colors: [Int]
  /// The new place of every cell, and the new name of every slot.
  public let cells: [Int]
  public let slots: [Int]
  private let gridSize: Int

  /// - Parameter view: 0 ..< 8: whether rows and columns change places, then whether rows and columns run the other way.
  init(colors: [Int], view: Int, rules: YokaiParameters) {
    self.colors = colors
    gridSize = rules.gridSize
    let last = gridSize - 1
    let cells = (0..<rules.cellCount).map { cell in
      var (row, column) = cell.quotientAndRemainder(dividingBy: last + 1)
      if view & 1 != 0 { swap(&row, &column) }
      if view & 2 != 0 { row = last - row }
      if view & 4 != 0 { column = last - column }
      return row * (last + 1) + column
    }
    let start = rules.startCells
    self.cells = cells
    slots = start.map { start.firstIndex(of: cells[$0])! }
  }

  /// All C! x 8 of them.
  public static func all(of rules: YokaiParameters) -> [YokaiSymmetry] {
    permutations(of: Array(0..<rules.colors)).flatMap { colors in
      (0..<8).map { YokaiSymmetry(colors: colors, view: $0, rules: rules) }
    }
  }

  /// The image of a set of bits.
  private func image(_ mask: UInt32, _ places: [Int]) -> UInt32 {
    places.indices.reduce(0) { $0 | (mask >> UInt32($1) & 1) << UInt32(places[$1]) }
  }

  public func state(_ state: YokaiState) -> YokaiState {
    func register(_ register: YokaiState.Register?) -> YokaiState.Register? {
      register.map { .init(slot: slots[$0.slot], owner: $0.owner) }
    }
    var image = state
    for (old, new) in slots.enumerated() {
      image.cells[new] = cells[state.cells[old]]
      image.colors[new] = colors[state.colors[old]]
      image.hintOnSlot[new] = state.hintOnSlot[old]
    }
    image.hints = state.hints.map { self.image($0, colors) }
    image.seen = state.seen.map { self.image($0, slots) }
    image.inView = state.inView.map { self.image($0, slots) }
    image.firstPeek = register(state.firstPeek)
    image.secondPeek = state.secondPeek.map { slots[$0] }
    image.lastMove = register(state.lastMove)
    image.lastMoveSource = state.lastMoveSource.map { cells[$0] }
    image.lastHint = register(state.lastHint)
    return image
  }

  public func action(_ action: YokaiGame.Action) -> YokaiGame.Action {
    func place(_ place: YokaiGame.Place) -> YokaiGame.Place {
      let image = cells[place.row * gridSize + place.column]
      return .init(row: image / gridSize, column: image % gridSize)
    }
    switch action {
    case .peek(let card): return .peek(slots[card])
    case .move(let card, let target): return .move(slots[card], to: place(target))
    case .placeHint(let hint, let card): return .placeHint(hint, on: slots[card])
    case .cell(let target): return .cell(place(target))
    case .reveal, .end, .nothing, .chooseHint: return action
    }
  }
}

/// With actions by their numbers.
public struct NumberedYokaiSymmetry: StateSymmetry {
  private let environment: YokaiEnvironment
  private let symmetry: YokaiSymmetry
  private let actions: [Int]

  public static func all(_ environment: YokaiEnvironment) -> [NumberedYokaiSymmetry] {
    YokaiSymmetry.all(of: environment.parameters).map { NumberedYokaiSymmetry(environment, $0) }
  }

  private init(_ environment: YokaiEnvironment, _ symmetry: YokaiSymmetry) {
    self.environment = environment
    self.symmetry = symmetry
    let rules = environment.parameters
    let game = YokaiGame(YokaiState(environment.startState, rules), rules)
    let places = (0..<rules.gridSize).flatMap { row in
      (0..<rules.gridSize).map { YokaiGame.Place(row: row, column: $0) }
    }
    let (cards, hints) = (Array(0..<rules.cardCount), Array(0..<rules.hintCount))
    let named: [YokaiGame.Action] =
      rules.actionMode == .cell
      ? places.map { .cell($0) } + hints.map { .chooseHint($0) }
      : cards.map { .peek($0) } + cards.flatMap { card in places.map { .move(card, to: $0) } }
        + hints.flatMap { hint in cards.map { .placeHint(hint, on: $0) } }
    var actions = [Int](repeating: -1, count: environment.actionCount)
    for action in named + [.reveal, .end, .nothing] {
      actions[game.number(of: action)] = game.number(of: symmetry.action(action))
    }
    self.actions = actions
  }

  public func action(_ action: Int) -> Int { actions[action] }
  public func decode(_ words: [UInt32]) -> YokaiState { YokaiState(words, environment.parameters) }
  public func state(_ state: YokaiState) -> YokaiState { symmetry.state(state) }
  public func start(_ words: [UInt32]) -> [UInt32] { environment.startState(state(decode(words))) }
}
