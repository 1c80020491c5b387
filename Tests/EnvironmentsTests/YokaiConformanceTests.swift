import CShaders
import Environments
import TestSupport
import Testing

@Suite struct YokaiConformanceTests {
  @Test(
    arguments: [
      [:], ["players": 3, "memory": "turn", "action_mode": "cell", "obs": "grid", "boundary": "shift"],
      ["shaping_weight": 1, "shaping_horizon": 10_000],
    ] as [[String: ParameterValue]])
  func yokaiDoesWhatEveryEnvironmentMust(configuration: [String: ParameterValue]) throws {
    try EnvironmentConformance.check(yokai(configuration)) { words, environment in
      guard let yokai = environment as? YokaiEnvironment else { return ["not Yokai"] }
      return problems(of: words, yokai.parameters)
    }
  }

  /// Cards are one group; what is placed was revealed; whoever has a card in view has seen it; the packed form is unique.
  private func problems(of words: [UInt32], _ rules: YokaiParameters) -> [String] {
    let state = YokaiState(words, rules)
    var problems: [String] = []
    if state.words != words { problems.append("packing and unpacking give another state") }
    if Set(state.cells).count != rules.cardCount { problems.append("two cards in one cell") }
    let game = YokaiGame(state, rules)
    if game.table.groupSize(at: game.cards[0].place) != rules.cardCount {
      problems.append("the cards are not one group")
    }
    for color in 0..<rules.colors where state.colors.count(where: { $0 == color }) != rules.cardsPerColor {
      problems.append("a wrong number of cards of colour \(color)")
    }
    for (index, count) in rules.hintCounts.enumerated()
    where Set(state.hints.filter { $0.nonzeroBitCount == index + 1 }).count != count {
      problems.append("a wrong number of hints with \(index + 1) colours")
    }
    if state.placed.contains(where: { $0 >= state.revealed }) {
      problems.append("a hint was placed before it lay open")
    }
    for (seen, inView) in zip(state.seen, state.inView) where inView & ~seen != 0 {
      problems.append("a card in view was never seen")
    }
    return problems
  }
}
