import Environments
import TestSupport
import VulkanCompute

/// Hanabi for tests, with parameters in short form.
func hanabi(_ parameters: [String: ParameterValue] = [:]) throws -> HanabiEnvironment {
  try HanabiEnvironment(parameters: EnvironmentParameters(parameters))
}

/// Every preset, every number of players, and sizes that nobody plays.
let hanabiConfigurations: [[String: ParameterValue]] =
  [
    ["preset": "full"], ["preset": "small"], ["preset": "very_small"], ["preset": "mini"], ["preset": "tiny"],
    ["preset": "tiny_hle"],
    ["players": 3], ["players": 4], ["players": 5], ["preset": "mini", "players": 3], ["knowledge": "plausible"],
    ["observation": "minimal"], ["preset": "tiny", "players": 3, "colors": 3, "observation": "minimal"],
    ["colors": 6, "ranks": 5], ["colors": 1, "ranks": 3, "hand_size": 2],
    ["colors": 2, "ranks": 16, "hand_size": 7], ["colors": 1, "ranks": 32, "hand_size": 3],
    ["colors": 4, "ranks": 2, "card_counts": [15, 9], "hand_size": 8, "players": 5, "information_tokens": 32],
    ["colors": 2, "ranks": 2, "hand_size": 1, "information_tokens": 0, "life_tokens": 32],
  ]

extension ParameterValue: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
}

extension ParameterValue: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self = .integer(value) }
}

extension ParameterValue: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: ParameterValue...) { self = .list(elements) }
}

/// One game of two players with a known deck: 3 colours, 3 ranks (three, two and one copies), hands of 3, 5 information
/// tokens, 2 lives, unless `parameters` say otherwise.
struct HanabiTable {
  let environment: HanabiEnvironment
  let play: EnvironmentPlay
  let device: Device

  /// - Parameter deck: The first cards, "R1 Y2 …"; the rest follow in ascending order.
  init(_ deck: String = "", _ parameters: [String: ParameterValue] = [:]) throws {
    environment = try hanabi(["preset": "mini"].merging(parameters) { $1 })
    device = try TestDevice.make()
    let rules = environment.parameters
    var rest = (0..<rules.colors * rules.ranks).flatMap {
      Array(repeating: $0, count: rules.cardCounts[$0 % rules.ranks])
    }
    let first = deck.split(separator: " ").map { name in
      (0..<rules.colors * rules.ranks).first { card in
        HanabiState.Card(color: card / rules.ranks, rank: card % rules.ranks).name == name
      }!
    }
    for card in first { rest.remove(at: rest.firstIndex(of: card)!) }
    play = try EnvironmentPlay(
      environment, device: device, startStates: [environment.startState(deck: first + rest)])
  }

  var state: HanabiState {
    get throws { HanabiState(try play.states()[0], environment.parameters) }
  }

  /// The action with this name, for example "play slot 0".
  func action(_ name: String) -> Int {
    (0..<environment.actionCount).first { environment.actionName($0) == name }!
  }

  func isLegal(_ name: String) throws -> Bool {
    try play.observe()
    let seat = try state.seat
    return try play.legalActions()[seat].contains(action(name))
  }

  /// The seat to move does this; returns its reward.
  @discardableResult func move(_ name: String) throws -> Float {
    try choose(action(name))
    return try play.rewards()[0]
  }

  func choose(_ action: Int, other: Int? = nil) throws {
    let seat = try state.seat
    var actions = [UInt32](repeating: UInt32(other ?? environment.actionCount - 1), count: environment.agentCount)
    actions[seat] = UInt32(action)
    try play.setActions(actions)
    try play.step()
  }
}
