import Configuration
import Environments
import Foundation
import Networks
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
      environment: environment, team: team?.map { Roster.Member(architecture, $0) }, mode: mode,
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

  /// Logits of a policy that does not look: probabilities over the legal actions, whatever the mode of play.
  @Test(arguments: [EvaluationMode.sampled, .greedy, .temperature(3)])
  func decisionsSayWhatThePolicyMakesOfTheState(mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let logits = (0..<environment.actionCount).map { Float($0 % 5) / 2 }
    let team = try (0..<2).map { try PlayExamples.policy("p\($0)", logits: logits, environment) }
    let architecture = try PlayExamples.architecture(environment)
    let watched = try WatchedGames(
      environment: environment, team: team.map { Roster.Member(architecture, $0) }, mode: mode,
      settings: PlayExamples.settings(games: 1), device: device)
    var choices = 0
    while let decisions = try watched.decide() {
      #expect(decisions.count == 2 && decisions.count { $0.isChoice } == 1)
      for decision in decisions {
        let weights = decision.legalActions.map { exp(Double(logits[$0])) }
        for (probability, weight) in zip(decision.probabilities, weights) {
          #expect(abs(probability - weight / weights.reduce(0, +)) < 1e-6)
        }
        #expect(decision.legalActions.contains(decision.action))
        // All weights of the critic are 0, too; a seat without a choice is not asked.
        #expect(decision.value == (decision.isChoice ? 0 : nil))
        choices += decision.isChoice ? 1 : 0
      }
      let step = try watched.play()
      #expect(step.actions == decisions.map(\.action) && step.chose == decisions.map(\.isChoice))
    }
    #expect(choices > 2)
    device.requireNoValidationMessages()
  }

  /// Seats of two networks and one at random: logits and values come from the network of the seat.
  @Test func decisionsAreThoseOfTheSeatsOwnNetwork() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi(players: 3)
    let rising = (0..<environment.actionCount).map { Float($0) / 2 }
    let logits = [rising, rising.map { _ in 0 }, rising.map { -$0 }]
    let values: [Double] = [3, 0, -2]
    func member(_ seat: Int, trunk: [Int]) throws -> Roster.Member {
      let architecture = try PlayExamples.architecture(environment, trunk: trunk)
      let layout = ParameterLayout(architecture)
      var parameters = try PlayExamples.policy("", logits: logits[seat], environment, trunk: trunk).parameters
      parameters[layout.layers[layout.criticOutput].biasOffset] = Float(values[seat])
      return Roster.Member(architecture, EvaluationPolicy(name: "p\(seat)", parameters: parameters))
    }
    let team = try [member(0, trunk: [16]), WatchedGames.uniform(environment), member(2, trunk: [40])]
    let watched = try WatchedGames(
      environment: environment, team: team, mode: .greedy, settings: PlayExamples.settings(games: 1), device: device)
    var choices = [0, 0, 0]
    while let decisions = try watched.decide() {
      for (seat, decision) in decisions.enumerated() where decision.isChoice {
        let weights = decision.legalActions.map { exp(Double(logits[seat][$0])) }
        for (probability, weight) in zip(decision.probabilities, weights) {
          #expect(abs(probability - weight / weights.reduce(0, +)) < 1e-6)
        }
        #expect(decision.value == values[seat])
        #expect(decision.action == (seat == 0 ? decision.legalActions.last : decision.legalActions.first))
        choices[seat] += 1
      }
      _ = try watched.play()
    }
    #expect(choices.allSatisfy { $0 > 0 })
    device.requireNoValidationMessages()
  }

  @Test func someoneElseMayChooseInAPolicysPlaceAndGamesBeginAgain() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let architecture = try PlayExamples.architecture(environment)
    let watched = try WatchedGames(
      environment: environment,
      team: PlayExamples.randomPolicies(2, environment).map { Roster.Member(architecture, $0) }, mode: .sampled,
      settings: PlayExamples.settings(games: 2, seed: 3), device: device)
    func game(lastActionsOf seat: Int?) throws -> [WatchedStep] {
      var steps: [WatchedStep] = []
      while let decisions = try watched.decide() {
        let other = seat.flatMap { seat in decisions[seat].legalActions.last.map { [seat: $0] } } ?? [:]
        steps.append(try watched.play(instead: other))
        for (seat, action) in other { #expect(steps.last?.actions[seat] == action) }
        if steps.last?.end != nil { break }
      }
      return steps
    }
    let own = try game(lastActionsOf: nil)
    try watched.restart(seed: 3)
    let other = try game(lastActionsOf: 1)
    try watched.restart(seed: 3)
    let again = try game(lastActionsOf: nil)
    try watched.restart(seed: 4)
    let another = try game(lastActionsOf: nil)
    #expect(own.map(\.actions) == again.map(\.actions) && own[0].before == other[0].before)
    #expect(own.map(\.actions) != other.map(\.actions) && own[0].before != another[0].before)
    // The next game of the same seed is not the first.
    try watched.restart(seed: 3)
    let both = try [game(lastActionsOf: nil), game(lastActionsOf: nil)]
    #expect(both[0].map(\.actions) == own.map(\.actions) && both[1][0].before != own[0].before)
    #expect(try watched.decide() == nil)
    device.requireNoValidationMessages()
  }
}
