import Configuration
import Environments
import Networks
import Training
import VulkanCompute

@testable import Evaluation

/// Small games and policies made by hand.
enum PlayExamples {
  /// Two colours, two ranks, two cards in hand.
  static func tinyHanabi(players: Int = 2) throws -> any Environment {
    try EnvironmentRegistry.make(
      name: "hanabi", parameters: EnvironmentParameters(["preset": .text("tiny"), "players": .integer(players)]))
  }

  /// One card in hand, `players + 1` cards of different colours: every play succeeds, and the first play or discard
  /// draws the last card, after which everyone moves once more, and its player twice.
  static func oneCardHanabi(players: Int) throws -> any Environment {
    try EnvironmentRegistry.make(
      name: "hanabi",
      parameters: EnvironmentParameters([
        "players": .integer(players), "colors": .integer(players + 1), "ranks": .integer(1),
        "card_counts": .list([.integer(1)]), "hand_size": .integer(1), "information_tokens": .integer(8),
        "life_tokens": .integer(1),
      ]))
  }

  static func architecture(
    _ environment: any Environment, trunk: [Int] = [16], gru: Int? = nil,
    activation: NetworkArchitecture.Activation = .tanh, layerNorm: Bool = false
  ) throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: trunk, gru: gru,
      actor: [8], critic: [8], activation: activation, layerNorm: layerNorm)
  }

  /// Logits that do not depend on the observation.
  static func policy(
    _ name: String, logits: [Float], _ environment: any Environment, trunk: [Int] = [16]
  ) throws -> EvaluationPolicy {
    let layout = ParameterLayout(try architecture(environment, trunk: trunk))
    var parameters = [Float](repeating: 0, count: layout.count)
    let bias = layout.layers[layout.actorOutput].biasOffset
    parameters.replaceSubrange(bias..<bias + logits.count, with: logits)
    return EvaluationPolicy(name: name, parameters: parameters)
  }

  /// Every logit 0.
  static func uniformPolicy(_ name: String, _ environment: any Environment) throws -> EvaluationPolicy {
    try policy(name, logits: Array(repeating: 0, count: environment.actionCount), environment)
  }

  /// Prefers kinds of actions of `oneCardHanabi`: discard, play, hints.
  static func oneCardPolicy(
    _ name: String, discard: Float, play: Float, hint: Float, _ environment: any Environment
  ) throws -> EvaluationPolicy {
    let hints = Array(repeating: hint, count: environment.actionCount - 3)
    return try policy(name, logits: [discard, play] + hints + [0], environment)
  }

  /// Random weights with logits of about unit size.
  static func randomPolicies(
    _ count: Int, _ environment: any Environment, gru: Int? = nil
  ) throws -> [EvaluationPolicy] {
    try roster(count, environment, gru: gru).policies
  }

  /// The same of any network, called after their seeds.
  static func roster(
    _ count: Int, _ environment: any Environment, trunk: [Int] = [16], gru: Int? = nil,
    activation: NetworkArchitecture.Activation = .tanh, layerNorm: Bool = false, firstSeed: UInt64 = 100
  ) throws -> Roster {
    let architecture = try architecture(
      environment, trunk: trunk, gru: gru, activation: activation, layerNorm: layerNorm)
    let layout = ParameterLayout(architecture)
    let seeds = (0..<UInt64(count)).map { firstSeed + $0 }
    var all = OrthogonalInitializer.parameters(layout, seeds: seeds)
    let output = layout.layers[layout.actorOutput]
    for run in 0..<count {
      for place in output.weightOffset..<output.biasOffset { all[run * layout.count + place] *= 200 }
    }
    return Roster(
      architecture,
      (0..<count).map { run in
        EvaluationPolicy(
          name: "seed=\(seeds[run])", parameters: Array(all[run * layout.count..<(run + 1) * layout.count]))
      })
  }

  static func settings(games: Int, seed: UInt64 = 1) -> EvaluationSettings {
    var settings = EvaluationSettings()
    settings.games = games
    settings.seed = seed
    return settings
  }

  static func evaluator(
    _ environment: any Environment, _ policies: [EvaluationPolicy], games: Int, seed: UInt64 = 1, gru: Int? = nil,
    device: Device, cellsPerBatch: Int? = nil, stepsPerSubmission: Int = 8
  ) throws -> CrossPlayEvaluator {
    try CrossPlayEvaluator(
      environment: environment, rosters: [Roster(architecture(environment, gru: gru), policies)],
      settings: settings(games: games, seed: seed), device: device, cellsPerBatch: cellsPerBatch,
      stepsPerSubmission: stepsPerSubmission)
  }

  /// All ordered teams, self-play included.
  static func allTeams(of policies: Int, seats: Int) -> [[Int]] {
    (0..<seats).reduce([[]]) { teams, _ in teams.flatMap { team in (0..<policies).map { team + [$0] } } }
  }
}
