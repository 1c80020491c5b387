import Environments
import TestSupport
import Testing
import VulkanCompute

/// The shaders against the twin, which was written from the rules: every state field, mask, observation, reward and end.
@Suite struct YokaiTwinTests {
  @Test(arguments: yokaiConfigurations)
  func shadersAndTwinPlayTheSameGames(configuration: [String: ParameterValue]) throws {
    var lockstep = try YokaiLockstep(configuration, environments: 16, seed: 0x1234_5678_9ABC)
    try lockstep.run(steps: 60)
    #expect(lockstep.gameCount > 0)
  }

  @Test(arguments: [["players": 3], ["game": "yokai_16", "action_mode": "cell"]] as [[String: ParameterValue]])
  func structureOfArraysPlaysTheSameGames(configuration: [String: ParameterValue]) throws {
    var lockstep = try YokaiLockstep(configuration, environments: 8, seed: 17, profile: .graphics)
    try lockstep.run(steps: 50)
  }

  @Test func noAccessIsOutOfBounds() throws {
    for profile in [DeviceProfile.software, .graphics] {
      for options in [[:], ["action_mode": "cell", "obs": "grid"]] as [[String: ParameterValue]] {
        var lockstep = try YokaiLockstep(
          fourCards.merging(options) { $1 }, environments: 5, seed: 18, validation: .gpuAssisted, profile: profile)
        try lockstep.run(steps: 6)
      }
    }
  }

  @Test(.enabled(if: yokaiLongGames != nil, "set CROSSPLAY_YOKAI_GAMES"))
  func shadersAndTwinPlayTheSameGamesInEveryConfiguration() throws {
    let configurations = Self.everyConfiguration + yokaiConfigurations
    let games = yokaiLongGames ?? 0
    var played = 0
    for (number, configuration) in configurations.enumerated() {
      var lockstep = try YokaiLockstep(configuration, environments: 64, seed: 19 + UInt64(number))
      try lockstep.run(games: (games + configurations.count - 1) / configurations.count)
      played += lockstep.gameCount
    }
    #expect(played >= games)
    print("\(played) games in \(configurations.count) configurations")
  }

  /// Both games with every value of every option that changes states, masks or observations.
  private static var everyConfiguration: [[String: ParameterValue]] {
    let options: [(String, [ParameterValue])] = [
      ("game", ["yokai_9", "yokai_16"]), ("players", [2, 3, 4]), ("memory", ["perfect", "turn"]),
      ("action_mode", ["slot", "cell"]), ("obs", ["cards", "grid"]), ("boundary", ["mask", "shift"]),
      ("allow_null_move", [false, true]),
    ]
    return options.reduce([[:]]) { configurations, option in
      configurations.flatMap { configuration in
        option.1.map { configuration.merging([option.0: $0]) { $1 } }
      }
    }
  }
}
