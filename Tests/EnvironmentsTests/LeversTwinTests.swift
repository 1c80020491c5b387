import Environments
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin, round by round, with auto-reset and in both layouts of the state.
@Suite struct LeversTwinTests {
  @Test(arguments: leversConfigurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    for profile in [DeviceProfile.software, .graphics] {
      try lockstep(configuration, steps: 45, validation: .synchronization, profile: profile)
    }
  }

  @Test func noAccessIsOutOfBounds() throws {
    for profile in [DeviceProfile.software, .graphics] {
      for configuration in [
        ["levers": 2], ["levers": 64, "players": 8], ["levers": 64, "players": 8, "rounds": 2, "cue": true],
      ] as [[String: ParameterValue]] {
        try lockstep(configuration, steps: 3, validation: .gpuAssisted, profile: profile)
      }
    }
  }

  private func lockstep(
    _ configuration: [String: ParameterValue], steps: Int, validation: Validation, profile: DeviceProfile
  ) throws {
    let environment = try levers(configuration)
    let rules = environment.parameters
    let device = try TestDevice.make(validation: validation, profile: profile)
    let count = 9
    let play = try EnvironmentPlay(environment, seeds: [21], environments: count, device: device)
    func game(_ index: Int, episode: Int) -> LeversGame {
      LeversGame(rules, seed: 21, environment: index, episode: episode)
    }
    var games = (0..<count).map { game($0, episode: 0) }
    var episodes = Array(repeating: 0, count: count)
    for step in 0..<steps {
      try play.observe()
      let observations = try play.observations()
      for (row, observation) in observations.enumerated() {
        #expect(observation == games[row / rules.players].observation(of: row % rules.players), "step \(step)")
      }
      #expect(try play.legalActions().allSatisfy { $0 == Array(0..<rules.leverCount) })
      try choose(play, games, step)
      let actions = try play.actions().map { Int($0) }
      try play.step()
      let (rewards, dones, outcomes, states) = try (play.rewards(), play.dones(), play.outcomes(), play.states())
      for index in 0..<count {
        let seats = index * rules.players..<(index + 1) * rules.players
        let reward = games[index].play(Array(actions[seats]))
        #expect(rewards[seats].allSatisfy { $0 == Float(reward) }, "step \(step)")
        #expect(dones[index] == games[index].ended, "step \(step)")
        let state = LeversState(states[index], rules)
        #expect(state.round == games[index].rounds.count && state.matched == games[index].matched, "step \(step)")
        #expect(state.pulled == games[index].rounds.last && state.cue == games[index].cue, "step \(step)")
        if games[index].ended {
          #expect(abs(Double(outcomes[index]) - games[index].outcomes[0]) < 1e-6, "step \(step)")
          episodes[index] += 1
          games[index] = game(index, episode: episodes[index])
        }
      }
      try play.resetWhereDone()
    }
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  /// At random, but in every third environment all pull the same lever, the cue if there is one, so that many players
  /// match too.
  private func choose(_ play: EnvironmentPlay, _ games: [LeversGame], _ step: Int) throws {
    try play.chooseRandomly()
    var actions = try play.actions()
    let players = play.environment.agentCount
    for index in games.indices where (index + step) % 3 == 0 {
      for seat in 0..<players {
        actions[index * players + seat] = games[index].cue.map(UInt32.init) ?? actions[index * players]
      }
    }
    try play.setActions(actions)
  }
}
