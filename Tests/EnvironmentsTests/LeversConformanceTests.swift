import Environments
import TestSupport
import Testing

@Suite struct LeversConformanceTests {
  @Test(
    arguments: [
      [:], ["players": 3, "rounds": 5, "levers": 40], ["pay": [[1, 0], [0.5, 2]], "rounds": 4],
      ["cue": true, "levers": 6, "rounds": 3],
    ] as [[String: ParameterValue]])
  func leversDoWhatEveryEnvironmentMust(configuration: [String: ParameterValue]) throws {
    try EnvironmentConformance.check(levers(configuration)) { words, environment in
      guard let levers = environment as? LeversEnvironment else { return ["not levers"] }
      return problems(of: LeversState(words, levers.parameters), levers.parameters)
    }
  }

  private func problems(of state: LeversState, _ rules: LeversParameters) -> [String] {
    var problems: [String] = []
    if state.round >= rules.rounds { problems.append("a running game after its last round") }
    if state.matched > state.round { problems.append("more matches than rounds") }
    if state.pulled?.contains(where: { $0 >= rules.leverCount }) == true { problems.append("an unknown lever") }
    if rules.cue != (0..<rules.leverCount).contains(state.cue ?? -1) { problems.append("a cue that is no lever") }
    return problems
  }
}
