import Environments
import TestSupport
import VulkanCompute

/// Yokai for tests, with parameters in short form.
func yokai(_ parameters: [String: ParameterValue] = [:]) throws -> YokaiEnvironment {
  try YokaiEnvironment(parameters: EnvironmentParameters(parameters))
}

/// The smallest game: four cards of two colours.
let fourCards: [String: ParameterValue] = ["colors": 2, "cards_per_color": 2, "grid_size": 4]

/// Every value of every option beside most values of the others.
let yokaiConfigurations: [[String: ParameterValue]] = [
  [:],
  ["game": "yokai_16"],
  ["memory": "turn", "action_mode": "cell", "players": 3],
  ["game": "yokai_16", "players": 4, "action_mode": "cell", "boundary": "shift"],
  ["obs": "grid", "players": 4, "boundary": "shift", "hint_counts": [2, 2, 0]],
  ["game": "yokai_16", "obs": "grid", "memory": "turn", "players": 3, "allow_null_move": true],
  ["obs": "grid", "action_mode": "cell", "allow_null_move": true, "reject_solved_start": true, "win_bonus": 0],
  ["memory": "turn", "reject_solved_start": true, "reward_scale": "normalized", "hint_counts": [0, 1, 1]],
  ["colors": 4, "cards_per_color": 3, "grid_size": 11, "hint_counts": [4, 6, 1], "reward_scale": .number(0.25)],
  fourCards.merging(["boundary": "shift", "win_bonus": .number(2.5)]) { $1 },
  fourCards.merging(["action_mode": "cell", "players": 4, "hint_counts": [1, 0, 0]]) { $1 },
]

extension YokaiGame {
  /// Bits as the device packs them: bit i of word i / 32, in `words` words.
  static func packed(_ bits: [Bool], words: Int) -> [UInt32] {
    var packed = [UInt32](repeating: 0, count: words)
    for (index, bit) in bits.enumerated() where bit { packed[index / 32] |= 1 << UInt32(index % 32) }
    return packed
  }

  /// The mask of some actions as the device packs it.
  func mask(of actions: [Action], words: Int) -> [UInt32] {
    var mask = [UInt32](repeating: 0, count: words)
    for action in actions {
      let number = number(of: action)
      mask[number / 32] |= 1 << UInt32(number % 32)
    }
    return mask
  }
}
