import CShaders
import Environments

/// Hanabi with other names for the colours.
public struct HanabiSymmetry: StateSymmetry {
  /// What a state says, with the colours in the open.
  public struct State: Equatable {
    var hands: [[HanabiState.Slot]]
    var fireworks: [Int]
    var discards: [HanabiState.Card]
    var lastAction: HanabiState.Move.Action?
    var rest: [Int]
  }

  private let environment: HanabiEnvironment
  /// The new name of every colour.
  private let colors: [Int]
  private let actions: [Int]

  public static func all(_ environment: HanabiEnvironment) -> [HanabiSymmetry] {
    permutations(of: Array(0..<environment.parameters.colors)).map { HanabiSymmetry(environment, colors: $0) }
  }

  private init(_ environment: HanabiEnvironment, colors: [Int]) {
    self.environment = environment
    self.colors = colors
    // By the names of the actions: "tell player +1 color R".
    let names = (0..<environment.actionCount).map(environment.actionName)
    actions = names.map { name in
      var words = name.split(separator: " ")
      if words.count > 1, words[words.count - 2] == "color" {
        let old = (0..<colors.count).first { HanabiState.colorName($0) == words.last! }!
        words[words.count - 1] = Substring(HanabiState.colorName(colors[old]))
      }
      return names.firstIndex(of: words.joined(separator: " "))!
    }
  }

  public func action(_ action: Int) -> Int { actions[action] }

  public func decode(_ words: [UInt32]) -> State {
    let state = HanabiState(words, environment.parameters)
    return State(
      hands: state.hands, fireworks: state.fireworks, discards: state.discards, lastAction: state.lastMove?.action,
      rest: [
        state.step, state.seat, state.lives, state.information, state.deckLeft, state.lastRound, state.ended ? 1 : 0,
        state.episode, state.lastMove?.seat ?? -1,
      ])
  }

  /// Cards of a deck that is dealt in its order, one byte each.
  public func start(_ words: [UInt32]) -> [UInt32] {
    var image = words
    for position in 0..<environment.parameters.deckSize {
      let (word, shift) = (Int(HANABI_START_DECK) + position / 4, UInt32(8 * (position % 4)))
      let card = Int(words[word] >> shift & 255)
      image[word] = image[word] & ~(255 << shift) | UInt32(number(card)) << shift
    }
    return image
  }

  private func number(_ card: Int) -> Int {
    let ranks = environment.parameters.ranks
    return colors[card / ranks] * ranks + card % ranks
  }

  private func card(_ card: HanabiState.Card) -> HanabiState.Card { .init(color: colors[card.color], rank: card.rank) }

  public func state(_ state: State) -> State {
    var image = state
    image.hands = state.hands.map { hand in
      hand.map { slot in
        let cards = 0..<colors.count * environment.parameters.ranks
        return HanabiState.Slot(
          card: slot.card.map(card),
          plausible: cards.reduce(0) { $0 | (slot.plausible >> UInt32($1) & 1) << UInt32(number($1)) },
          hintedColor: slot.hintedColor.map { colors[$0] }, hintedRank: slot.hintedRank)
      }
    }
    for (old, new) in colors.enumerated() { image.fireworks[new] = state.fireworks[old] }
    image.discards = state.discards.map(card)
    image.lastAction = state.lastAction.map(action)
    return image
  }

  private func action(_ action: HanabiState.Move.Action) -> HanabiState.Move.Action {
    switch action {
    case .play(let slot, let played, let succeeds, let returnsToken):
      .play(slot: slot, card(played), succeeds: succeeds, returnsToken: returnsToken)
    case .discard(let slot, let discarded): .discard(slot: slot, card(discarded))
    case .tellColor(let player, let color, let slots): .tellColor(player: player, color: colors[color], slots: slots)
    case .tellRank: action
    }
  }
}
