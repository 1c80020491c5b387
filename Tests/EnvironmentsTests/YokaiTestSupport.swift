import Environments
import Foundation
import TestSupport
import VulkanCompute

/// Yokai for tests, with parameters in short form.
func yokai(_ parameters: [String: ParameterValue] = [:]) throws -> YokaiEnvironment {
  try YokaiEnvironment(parameters: EnvironmentParameters(parameters))
}

/// Games that the long tests play; docs/environments/yokai.md says how to run them.
let yokaiLongGames = Int(ProcessInfo.processInfo.environment["CROSSPLAY_YOKAI_GAMES"] ?? "")

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
  ["obs_matches": true],
  ["game": "yokai_16", "obs": "grid", "obs_matches": true, "memory": "turn", "action_mode": "cell"],
  ["shaping_weight": .number(0.3), "shaping_horizon": 700],
  ["game": "yokai_16", "action_mode": "cell", "boundary": "shift", "shaping_weight": 2, "shaping_horizon": 0],
  fourCards.merging(["players": 3, "allow_null_move": true, "shaping_weight": 1]) { $1 },
]

extension YokaiGame {
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

/// One game with a known start.
struct YokaiTable {
  let environment: YokaiEnvironment
  let play: EnvironmentPlay
  let device: Device
  var rules: YokaiParameters { environment.parameters }

  /// - Parameter change: Changes the start: colours in the order of the slots, so that in the start block every colour
  ///   is one row; hints {0}, {1}, {0, 1}, {0, 2}, {1, 2} or the first that there are of each class.
  init(_ parameters: [String: ParameterValue] = [:], _ change: (inout YokaiState) -> Void = { _ in }) throws {
    environment = try yokai(parameters)
    device = try TestDevice.make()
    let state = YokaiTable.start(environment.parameters, change)
    play = try EnvironmentPlay(environment, device: device, startStates: [environment.startState(state)])
  }

  static func start(_ rules: YokaiParameters, _ change: (inout YokaiState) -> Void = { _ in }) -> YokaiState {
    let hints = rules.hintCounts.enumerated().flatMap { rules.hintClass(colorCount: $0.offset + 1).prefix($0.element) }
    var state = YokaiState(colors: (0..<rules.cardCount).map { $0 / rules.cardsPerColor }, hints: hints, rules)
    change(&state)
    return state
  }

  var state: YokaiState { get throws { YokaiState(try play.states()[0], rules) } }
  /// The twin in the same situation: it knows the numbers of actions.
  var game: YokaiGame { get throws { YokaiGame(try state, rules) } }

  /// Legal actions of a seat.
  func legal(_ seat: Int) throws -> Set<Int> {
    try play.observe()
    return Set(try play.legalActions()[seat])
  }

  /// The seat to move acts, the others do nothing; returns the reward.
  @discardableResult func act(_ actions: YokaiGame.Action...) throws -> Float {
    for action in actions {
      let game = try game
      var numbers = [UInt32](repeating: UInt32(game.number(of: .nothing)), count: rules.players)
      numbers[game.player] = UInt32(game.number(of: action))
      try play.setActions(numbers)
      try play.step()
    }
    return try play.rewards()[0]
  }
}

/// Places by row and column.
func at(_ row: Int, _ column: Int) -> YokaiGame.Place { YokaiGame.Place(row: row, column: column) }
