import Environments
import TestSupport
import Testing

/// Legal moves in closed form, against trying every target on every card.
@Suite struct YokaiMoveTests {
  @Test(
    arguments: [([:], 400), (["game": "yokai_16"], 150), (["action_mode": "cell"], 100)]
      as [([String: ParameterValue], Int)])
  func legalMovesAreThoseThatLeaveOneGroup(parameters: [String: ParameterValue], count: Int) throws {
    let environment = try yokai(parameters)
    let rules = environment.parameters
    var random = YokaiRandom(31)
    let states = (0..<count).map { number in
      YokaiSituations.layout(rules, sprawl: number % 4) { random.next(below: $0) }
    }
    let device = try TestDevice.make()
    let play = try YokaiSituations.play(states, environment, device: device)
    let masks = try play.legalActions()
    for (number, state) in states.enumerated() {
      let game = YokaiGame(state, rules)
      let expected = game.choices.map(game.number).sorted()
      guard masks[number * rules.players] == expected else {
        Issue.record("layout \(number)\n\(environment.render(state: state.words))")
        return
      }
    }
    device.requireNoValidationMessages()
  }
}
