import Environments
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin, step by step, with auto-reset and in both layouts of the state.
@Suite struct OvercookedV2TwinTests {
  @Test(arguments: overcookedV2Configurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    for profile in [DeviceProfile.software, .graphics] {
      try lockstep(configuration, steps: 40, validation: .synchronization, profile: profile)
    }
  }

  @Test func noAccessIsOutOfBounds() throws {
    let configurations: [[String: ParameterValue]] = [
      ["layout": "cramped_room", "observation_type": "featurized", "random_reset": true],
      [
        "grid": manyIngredients, "random_reset": true, "sample_recipe_on_delivery": true,
        "op_ingredient_permutations": [0, 9],
      ],
    ]
    for profile in [DeviceProfile.software, .graphics] {
      for configuration in configurations {
        try lockstep(
          configuration.merging(["max_steps": 5]) { $1 }, steps: 8, validation: .gpuAssisted, profile: profile)
      }
    }
  }

  private func lockstep(
    _ configuration: [String: ParameterValue], steps: Int, validation: Validation, profile: DeviceProfile
  ) throws {
    let environment = try overcookedV2(configuration.merging(["shaping_horizon": 0]) { $1 })
    let (rules, seats) = (environment.parameters, environment.agentCount)
    let device = try TestDevice.make(validation: validation, profile: profile)
    let count = 4
    let play = try EnvironmentPlay(environment, seeds: [0x1234_5678_9ABC], environments: count, device: device)
    func game(_ words: [UInt32]) -> OvercookedV2Game { OvercookedV2Game(OvercookedV2State(words, rules), rules) }
    var games = try play.states().map(game)
    for step in 0..<steps {
      try play.observe()
      try compareObservations(play, games, step)
      let actions = Self.actions(step: step, count: count * seats)
      try play.setActions(actions)
      try play.step()
      let (rewards, dones, states) = try (play.rewards(), play.dones(), play.states())
      let shaped = try play.shapedRewards() ?? []
      for index in 0..<count {
        let seatsOfGame = seats * index..<seats * (index + 1)
        let expected = games[index].play(actions[seatsOfGame].map(Int.init))
        #expect(rewards[seatsOfGame].allSatisfy { Double($0) == expected.reward }, "step \(step)")
        #expect(shaped[seatsOfGame].map(Double.init) == expected.shaped, "step \(step)")
        #expect(dones[index] == games[index].ended, "step \(step)")
        let found = game(states[index])
        if games[index].delivered, rules.samplesRecipes { games[index].recipe = found.recipe }
        #expect(found == games[index], "step \(step):\n\(environment.render(state: states[index]))")
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
    TestNumbers.words(UInt32(700 + step), count: count).map { $0 % 2 == 0 ? 5 : $0 / 2 % 6 }
  }

  private func compareObservations(_ play: EnvironmentPlay, _ games: [OvercookedV2Game], _ step: Int) throws {
    let observations = try play.observations()
    for (index, game) in games.enumerated() {
      for agent in game.cooks.indices {
        let expected = game.observation(of: agent)
        let found = observations[game.cooks.count * index + agent]
        let different = zip(expected, found).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
        #expect(
          expected.count == found.count && different.isEmpty,
          "step \(step), environment \(index), seat \(agent): features \(different.prefix(8))")
      }
    }
  }
}
