import CShaders

/// The parameters of Yokai, checked, with all sizes that follow from them.
///
/// YAML keys: `game, players, colors, cards_per_color, grid_size, hint_counts, memory, action_mode, obs, obs_matches, win_bonus,
/// reject_solved_start, boundary, allow_null_move, reward_scale, shaping_weight, shaping_horizon,
/// shaping_turn_bonus, shaping_peek_bonus, shaping_hint_bonus`; `colors`, `cards_per_color` and `grid_size` override the game.
public struct YokaiParameters: Sendable, Hashable {
  /// The sizes that papers name.
  public enum Game: String, Sendable, CaseIterable {
    /// 3 colours of 3 cards on 9 x 9 cells.
    case nine = "yokai_9"
    /// 4 colours of 4 cards on 10 x 10 cells.
    case sixteen = "yokai_16"
  }

  /// Which colours of its own peeks a seat is shown.
  public enum Memory: String, Sendable, CaseIterable {
    /// All, for ever.
    case perfect
    /// Those of its last turn, until its next one starts.
    case turn
  }

  /// What one action names.
  public enum ActionMode: String, Sendable, CaseIterable {
    /// A card by its slot, a move by slot and cell, a hint by hint and slot.
    case slot
    /// A cell, or a hint; a move and a placed hint take two actions.
    case cell
  }

  /// The form of the observation; both say the same.
  public enum Observation: String, Sendable, CaseIterable {
    /// A list of the cards.
    case cards
    /// Planes of the grid.
    case grid
  }

  /// What becomes of moves at the border of the grid.
  public enum Boundary: String, Sendable, CaseIterable {
    /// Nothing; cells outside do not exist.
    case mask
    /// A card that goes to the border takes all cards one row or column back, where there is room on the other side.
    case shift
  }

  public let players: Int
  /// C
  public let colors: Int
  public let cardsPerColor: Int
  /// G, cells of a row and of a column.
  public let gridSize: Int
  /// Hints of one, of two and of three colours in the deck.
  public let hintCounts: [Int]
  public let memory: Memory
  public let actionMode: ActionMode
  public let observation: Observation
  /// Whether a seat is told which pairs of cards it knows to have the same colour, and which open hints to be right on
  /// which cards.
  public let showsMatches: Bool
  /// Added to the reward of a game that is won; the score is without it.
  public let winBonus: Double
  /// Colours are drawn again while the start is already won.
  public let rejectsSolvedStarts: Bool
  public let boundary: Boundary
  /// Whether a card may be moved to where it lies.
  public let allowsNullMoves: Bool
  /// Factor of the reward.
  public let rewardScale: Double
  /// Weight of shaped rewards, the changes of a potential (decision 9); 0: there are none.
  public let shaping: ShapingSchedule
  /// Shaped rewards, in units of one joined group: the end of a turn; a card that a seat sees for the
  /// first time; a hint on a card of its colours, and less by as much on another.
  public let shapingTurnBonus: Double
  public let shapingPeekBonus: Double
  public let shapingHintBonus: Double

  /// What a board of 128 bits has room for.
  static let largestGrid = 11

  public init(_ given: EnvironmentParameters) throws {
    var given = given
    let game = try given.text("game", oneOf: Game.allCases.map(\.rawValue)).flatMap(Game.init) ?? .nine
    players = try given.integer("players", in: 2...4) ?? 2
    colors = try given.integer("colors", in: 2...4) ?? game.colors
    cardsPerColor = try given.integer("cards_per_color", in: 2...8) ?? game.cardsPerColor
    gridSize = try given.integer("grid_size", in: 3...Self.largestGrid) ?? game.gridSize
    hintCounts = try given.integers("hint_counts", in: 0...6) ?? Self.usualHintCounts(players: players, colors: colors)
    memory = try given.text("memory", oneOf: Memory.allCases.map(\.rawValue)).flatMap(Memory.init) ?? .perfect
    actionMode =
      try given.text("action_mode", oneOf: ActionMode.allCases.map(\.rawValue)).flatMap(ActionMode.init) ?? .slot
    observation =
      try given.text("obs", oneOf: Observation.allCases.map(\.rawValue)).flatMap(Observation.init) ?? .cards
    showsMatches = try given.boolean("obs_matches") ?? false
    winBonus = try given.number("win_bonus", in: 0...1000) ?? Double(hintCounts.reduce(0, +) + 1)
    rejectsSolvedStarts = try given.boolean("reject_solved_start") ?? false
    boundary = try given.text("boundary", oneOf: Boundary.allCases.map(\.rawValue)).flatMap(Boundary.init) ?? .mask
    allowsNullMoves = try given.boolean("allow_null_move") ?? false
    if given.value("reward_scale") == .text(Self.normalized) {
      rewardScale = 1 / (Double(5 * hintCounts.reduce(0, +)) + winBonus)
    } else {
      rewardScale = try given.number("reward_scale", in: 1e-6...1e6) ?? 1
    }
    shaping = try ShapingSchedule(&given, weight: 0, horizon: 10_000_000)
    shapingTurnBonus = try given.number("shaping_turn_bonus", in: 0...10) ?? 0.5
    shapingPeekBonus = try given.number("shaping_peek_bonus", in: 0...10) ?? 0.25
    shapingHintBonus = try given.number("shaping_hint_bonus", in: 0...10) ?? 0.25
    try given.finish()
    try checkSizes()
  }

  /// As `reward_scale`: the best reward becomes 1.
  static let normalized = "normalized"

  private func checkSizes() throws {
    guard cardCount <= Int(YOKAI_MOST_CARDS) else {
      throw EnvironmentParameters.Invalid(
        "environment.colors = \(colors) times environment.cards_per_color = \(cardsPerColor) is \(cardCount) cards; "
          + "at most \(YOKAI_MOST_CARDS) are possible, so lower one of them")
    }
    guard gridSize > blockWidth else {
      throw EnvironmentParameters.Invalid(
        "environment.grid_size = \(gridSize) leaves no room around the \(cardCount) cards; "
          + "it must be at least \(blockWidth + 1)")
    }
    guard hintCounts.count == 3 else {
      throw EnvironmentParameters.Invalid(
        "environment.hint_counts has \(hintCounts.count) entries; give three: hints of one, of two and of three colors")
    }
    for (index, count) in hintCounts.enumerated() where count > hintClass(colorCount: index + 1).count {
      throw EnvironmentParameters.Invalid(
        "environment.hint_counts asks for \(count) hints with \(index + 1) of \(colors) colors; "
          + "there are \(hintClass(colorCount: index + 1).count)")
    }
    guard 1..<cardCount ~= hintCount else {
      throw EnvironmentParameters.Invalid(
        "environment.hint_counts = \(hintCounts) are \(hintCount) hints; \(cardCount) cards need 1 to \(cardCount - 1)")
    }
  }

  /// Those of the card game, capped at the hints that exist; a hint with all colours says nothing and is left out.
  static func usualHintCounts(players: Int, colors: Int) -> [Int] {
    let printed = [2: [2, 3, 2], 3: [2, 4, 3], 4: [3, 4, 3]][players]!
    return printed.enumerated().map { index, count in
      index + 1 < colors ? min(count, hintClass(colorCount: index + 1, of: colors).count) : 0
    }
  }
}

extension YokaiParameters.Game {
  var colors: Int { self == .nine ? 3 : 4 }
  var cardsPerColor: Int { self == .nine ? 3 : 4 }
  var gridSize: Int { self == .nine ? 9 : 10 }
}
