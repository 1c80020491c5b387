import Environments
import TestSupport
import Testing

@Suite struct HanabiConformanceTests {
  @Test(
    arguments: [
      ["preset": "full"], ["preset": "small", "players": 3], ["preset": "mini", "knowledge": "plausible"],
      ["preset": "tiny", "observation": "minimal"],
    ]
      as [[String: ParameterValue]])
  func hanabiDoesWhatEveryEnvironmentMust(configuration: [String: ParameterValue]) throws {
    try EnvironmentConformance.check(hanabi(configuration)) { words, environment in
      guard let hanabi = environment as? HanabiEnvironment else { return ["not Hanabi"] }
      return problems(of: HanabiState(words, hanabi.parameters))
    }
  }

  /// Every card is in one place; tokens stay in their range; knowledge never rules out the truth.
  private func problems(of state: HanabiState) -> [String] {
    let rules = state.parameters
    let slots = state.hands.flatMap { $0 }
    let inHands = slots.compactMap(\.card)
    var problems: [String] = []
    let played = state.fireworks.reduce(0, +)
    if inHands.count + state.discards.count + played + state.deckLeft != rules.deckSize {
      problems.append("cards are lost or doubled")
    }
    for color in 0..<rules.colors {
      for rank in 0..<rules.ranks {
        let card = HanabiState.Card(color: color, rank: rank)
        let seen = (inHands + state.discards).count { $0 == card } + (state.fireworks[color] > rank ? 1 : 0)
        if seen > rules.cardCounts[rank] { problems.append("too many \(card.name)") }
      }
    }
    if !(0...rules.informationTokens ~= state.information) { problems.append("information tokens") }
    if !(1...rules.lifeTokens ~= state.lives) { problems.append("life tokens") }
    for slot in slots {
      guard let card = slot.card else { continue }
      if slot.plausible >> UInt32(card.color * rules.ranks + card.rank) & 1 == 0 {
        problems.append("knowledge rules out \(card.name)")
      }
      if let told = slot.hintedColor, told != card.color { problems.append("a wrong color was told") }
      if let told = slot.hintedRank, told != card.rank { problems.append("a wrong rank was told") }
    }
    return problems
  }
}
