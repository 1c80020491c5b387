import Environments
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin, move by move, on random games with auto-reset.
@Suite struct HanabiTwinTests {
  @Test(arguments: hanabiConfigurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    try lockstep(configuration, moves: 90, validation: .synchronization, profile: .software)
  }

  @Test(arguments: [["players": 3], ["preset": "mini"], ["colors": 6, "ranks": 5]] as [[String: ParameterValue]])
  func structureOfArraysPlaysTheSameGames(configuration: [String: ParameterValue]) throws {
    try lockstep(configuration, moves: 40, validation: .synchronization, profile: .graphics)
  }

  @Test func noAccessIsOutOfBounds() throws {
    for profile in [DeviceProfile.software, .graphics] {
      try lockstep(["preset": "mini"], moves: 12, validation: .gpuAssisted, profile: profile)
    }
  }

  private func lockstep(
    _ configuration: [String: ParameterValue], moves: Int, validation: Validation, profile: DeviceProfile
  ) throws {
    let environment = try hanabi(configuration)
    let rules = environment.parameters
    let device = try TestDevice.make(validation: validation, profile: profile)
    let count = 5
    let seed: UInt64 = 0x1234_5678_9ABC
    let play = try EnvironmentPlay(environment, seeds: [seed], environments: count, device: device)
    var episodes = [Int](repeating: 0, count: count)
    func newGame(_ index: Int) -> HanabiGame {
      HanabiGame(
        rules: rules,
        deck: HanabiGame.deck(rules: rules, seed: seed, environment: index, episode: episodes[index]))
    }
    var games = (0..<count).map(newGame)
    for move in 0..<moves {
      try play.observe()
      try compareObservations(play, games, move)
      try play.chooseRandomly()
      let actions = try play.actions()
      try play.step()
      let (rewards, dones, states) = try (play.rewards(), play.dones(), play.states())
      let outcomes = try play.outcomes()
      for index in 0..<count {
        let first = index * rules.players
        let reward = games[index].play(Int(actions[first + games[index].seat]))
        #expect(rewards[first..<first + rules.players].allSatisfy { $0 == reward }, "move \(move)")
        #expect(dones[index] == games[index].ended, "move \(move)")
        compareState(HanabiState(states[index], rules), games[index], move)
        if games[index].ended {
          #expect(outcomes[2 * index..<2 * index + 2].map(Double.init) == games[index].outcomes, "move \(move)")
          episodes[index] += 1
          games[index] = newGame(index)
        }
      }
      try play.resetWhereDone()
    }
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  private func compareObservations(_ play: EnvironmentPlay, _ games: [HanabiGame], _ move: Int) throws {
    let observations = try play.observations()
    let legal = try play.legalActions()
    for (index, game) in games.enumerated() {
      for player in 0..<game.rules.players {
        let row = index * game.rules.players + player
        #expect(legal[row] == game.legalActions(of: player), "move \(move), environment \(index), seat \(player)")
        let expected = game.observation(of: player)
        let different = zip(expected, observations[row]).enumerated().filter { _, pair in
          abs(pair.0 - pair.1) > 1.2e-7 * pair.0
        }
        #expect(
          expected.count == observations[row].count && different.isEmpty,
          "move \(move), environment \(index), seat \(player): features \(different.map(\.offset).prefix(8))")
      }
    }
  }

  private func compareState(_ state: HanabiState, _ game: HanabiGame, _ move: Int) {
    #expect(state.step == game.step && state.seat == game.seat && state.ended == game.ended, "move \(move)")
    #expect(state.lives == game.lives && state.information == game.information, "move \(move)")
    #expect(state.fireworks == game.fireworks && state.score == game.score, "move \(move)")
    #expect(state.deckLeft == game.deck.count && state.lastRound == game.movesWithEmptyDeck, "move \(move)")
    #expect(state.discards.map { $0.color * game.rules.ranks + $0.rank } == game.discards, "move \(move)")
    for (hand, slots) in zip(state.hands, game.hands) {
      #expect(hand.compactMap { $0.card.map { $0.color * game.rules.ranks + $0.rank } } == slots.map(\.card))
      #expect(hand.dropFirst(slots.count).allSatisfy { $0.plausible == 0 && $0.card == nil })
    }
  }
}
