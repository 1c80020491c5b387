import Environments
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin, step by step, with auto-reset and in both layouts of the state.
@Suite struct OvercookedTwinTests {
  @Test(arguments: overcookedConfigurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    for profile in [DeviceProfile.software, .graphics] {
      try lockstep(configuration, steps: 130, validation: .synchronization, profile: profile)
    }
  }

  @Test func noAccessIsOutOfBounds() throws {
    for profile in [DeviceProfile.software, .graphics] {
      for configuration in [["layout": "cramped_room"], ["grid": manyPots, "random_reset": true]] {
        try lockstep(
          configuration.merging(["max_steps": 5]) { $1 }, steps: 8, validation: .gpuAssisted, profile: profile)
      }
    }
  }

  private func lockstep(
    _ configuration: [String: ParameterValue], steps: Int, validation: Validation, profile: DeviceProfile
  ) throws {
    let environment = try overcooked(configuration.merging(["shaping_horizon": 0]) { $1 })
    let rules = environment.parameters
    let device = try TestDevice.make(validation: validation, profile: profile)
    let count = 5
    let play = try EnvironmentPlay(environment, seeds: [0x1234_5678_9ABC], environments: count, device: device)
    func game(_ words: [UInt32]) -> OvercookedGame { OvercookedGame(OvercookedState(words, rules), rules) }
    var games = try play.states().map(game)
    for step in 0..<steps {
      try play.observe()
      try compareObservations(play, games, step)
      let actions = Self.actions(step: step, count: count)
      try play.setActions(actions)
      try play.step()
      let (rewards, dones, states) = try (play.rewards(), play.dones(), play.states())
      let shaped = try play.shapedRewards() ?? []
      for index in 0..<count {
        let expected = games[index].play(actions[2 * index..<2 * index + 2].map(Int.init))
        #expect(rewards[2 * index..<2 * index + 2].allSatisfy { Double($0) == expected.reward }, "step \(step)")
        #expect(shaped[2 * index..<2 * index + 2].map(Double.init) == expected.shaped, "step \(step)")
        #expect(dones[index] == games[index].ended, "step \(step)")
        let found = game(states[index])
        #expect(found.pots == games[index].pots && found.counters == games[index].counters, "step \(step)")
      }
      try play.resetWhereDone()
      // What reset draws is the shader's; the twin goes on from there.
      for (index, words) in try play.states().enumerated() where games[index].ended { games[index] = game(words) }
    }
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  /// Random actions, half of them interacts, so that soups get cooked.
  private static func actions(step: Int, count: Int) -> [UInt32] {
    TestNumbers.words(UInt32(900 + step), count: 2 * count).map { $0 % 2 == 0 ? 5 : $0 / 2 % 6 }
  }

  private func compareObservations(_ play: EnvironmentPlay, _ games: [OvercookedGame], _ step: Int) throws {
    let observations = try play.observations()
    for (index, game) in games.enumerated() {
      for agent in 0..<2 {
        let expected = game.observation(of: agent)
        let found = observations[2 * index + agent]
        let different = zip(expected, found).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
        #expect(
          expected.count == found.count && different.isEmpty,
          "step \(step), environment \(index), seat \(agent): features \(different.prefix(8))")
      }
    }
  }
}
