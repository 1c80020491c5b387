import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

/// Games step by step against the games of an evaluation.
@Suite struct WatchedGamesTests {
  private func steps(
    _ environment: any Environment, _ team: [EvaluationPolicy]?, mode: EvaluationMode = .sampled, games: Int,
    seed: UInt64 = 1, device: Device
  ) throws -> [WatchedStep] {
    let architecture = try PlayExamples.architecture(environment)
    let watched = try WatchedGames(
      environment: environment, team: team?.map { (architecture, $0) }, mode: mode,
      settings: PlayExamples.settings(games: games, seed: seed), device: device)
    var steps: [WatchedStep] = []
    while let step = try watched.next() { steps.append(step) }
    #expect(try watched.next() == nil)
    return steps
  }

  @Test(arguments: [(2, EvaluationMode.sampled), (2, .greedy), (3, .temperature(2))])
  func aWatchedGameIsThatOfTheEvaluation(players: Int, mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi(players: players)
    let policies = try PlayExamples.randomPolicies(3, environment)
    for team in [Array(0..<players), Array(repeating: 2, count: players)] {
      let evaluated = try PlayExamples.evaluator(environment, policies, games: 1, device: device)
        .evaluate(cells: [team], mode: mode)[0]
      let steps = try steps(environment, team.map { policies[$0] }, mode: mode, games: 1, device: device)
      #expect(steps.count == evaluated.envSteps)
      #expect(steps.last?.end?.episodeReturn == evaluated.cell.returnSum)
      #expect(steps.last?.end?.outcomes.map(Double.init) == evaluated.cell.outcomeSums)
      #expect(steps.reduce(0) { $0 + $1.chose.count { $0 } } == evaluated.cell.decisions)
    }
    device.requireNoValidationMessages()
  }

  @Test func everyStepLeadsToTheNextAndGamesFollowEachOther() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(2, environment)
    let steps = try steps(environment, policies, games: 3, device: device)
    #expect(steps.filter { $0.end != nil }.map(\.game) == [1, 2, 3])
    for (step, next) in zip(steps, steps.dropFirst()) {
      if step.end == nil {
        #expect(next.before == step.after && next.game == step.game && next.step == step.step + 1)
      } else {
        #expect(next.game == step.game + 1 && next.step == 1 && next.before != step.after)
      }
    }
    device.requireNoValidationMessages()
  }

  /// Half of all lever pairs of two levers match: 400 games, 200 with a standard deviation of 10.
  @Test func withoutPoliciesEveryLegalActionIsEquallyLikely() throws {
    let device = try TestDevice.make(validation: .off)
    let environment = try EnvironmentRegistry.make(
      name: "levers", parameters: EnvironmentParameters(["levers": .integer(2), "rounds": .integer(40)]))
    let steps = try steps(environment, nil, games: 10, device: device)
    #expect(steps.count == 400)
    #expect((150...250).contains(steps.count { $0.rewards[0] == 1 }))
    #expect((150...250).contains(steps.count { $0.actions[0] == 0 }))
    #expect(
      try self.steps(environment, nil, games: 1, seed: 2, device: device).map(\.actions)
        != steps.prefix(40).map(\.actions))
  }
}
