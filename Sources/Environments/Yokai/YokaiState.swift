import CShaders

/// One game of Yokai, unpacked from its state words: for people, tests and tools.
public struct YokaiState: Sendable, Hashable {
  public enum Phase: UInt32, Sendable, CaseIterable {
    /// The first peek, or the end of the game.
    case firstPeek = 0  // YOKAI_PEEK1 and so on
    case secondPeek
    /// A card and its cell; where actions name cells, the card alone.
    case move
    case target
    /// To reveal a hint or to place one; where actions name cells, to choose one.
    case hint
    case place
  }

  /// What everyone sees of the last peeks, move and hint, each with the seat that made it.
  public struct Register: Sendable, Hashable {
    public var slot: Int
    public var owner: Int

    public init(slot: Int, owner: Int) {
      self.slot = slot
      self.owner = owner
    }
  }

  /// Cell of every slot.
  public var cells: [Int]
  /// Colour of every slot; nobody sees them.
  public var colors: [Int]
  /// Colours on every hint, as bits, in the order of the deck.
  public var hints: [UInt32]
  /// Hints that lie open or are placed: the first ones of the deck.
  public var revealed = 0
  /// The hint on every slot.
  public var hintOnSlot: [Int?]
  /// For each seat, the slots that it ever peeked at, as bits.
  public var seen: [UInt32]
  /// For each seat, the slots that it peeked at in its last turn of peeks, as bits.
  public var inView: [UInt32]
  /// Turns that are over.
  public var turn = 0
  public var phase = Phase.firstPeek
  /// The seat to move.
  public var player = 0
  public var firstPeek: Register?
  /// By the same seat.
  public var secondPeek: Int?
  public var lastMove: Register?
  /// Where the last moved card came from; nil where `lastMove` is.
  public var lastMoveSource: Int?
  public var lastHint: Register?
  /// The hint that was chosen and is to be placed, where actions name cells.
  public var chosenHint: Int?
  public var ended = false
  public var endedEarly = false
  public var won = false
  /// Games finished before this one.
  public var episode = 0
  /// Steps before this one, in all games of the environment; nil where rewards are not shaped.
  public var transitions: Int?

  /// A game that starts: the start block, nothing known.
  ///
  /// - Parameters:
  ///   - colors: One per slot.
  ///   - hints: One per hint, as bits of colours.
  public init(colors: [Int], hints: [UInt32], _ parameters: YokaiParameters) {
    cells = parameters.startCells
    self.colors = colors
    self.hints = hints
    hintOnSlot = Array(repeating: nil, count: parameters.cardCount)
    seen = Array(repeating: 0, count: parameters.players)
    inView = seen
    transitions = parameters.shapesRewards ? 0 : nil
  }

  /// Hints that lie on cards.
  public var placed: Set<Int> { Set(hintOnSlot.compactMap { $0 }) }
  public var placedRight: Int {
    hintOnSlot.enumerated().count { slot, hint in hint.map { hints[$0] >> UInt32(colors[slot]) & 1 == 1 } ?? false }
  }
  /// Points, without the bonus of the reward; 0 unless the game is won.
  public var score: Int {
    won
      ? 5 * (hints.count - revealed) + 2 * (revealed - placed.count) + 2 * placedRight - placed.count
      : 0
  }
}
