import Environments
import TestSupport
import VulkanCompute

/// The lever game for tests, with parameters in short form.
func levers(_ parameters: [String: ParameterValue] = [:]) throws -> LeversEnvironment {
  try LeversEnvironment(parameters: EnvironmentParameters(parameters))
}

extension ParameterValue: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
}

/// Smallest and largest sizes, both forms of pay, observations of one word and of many.
let leversConfigurations: [[String: ParameterValue]] = [
  [:], ["levers": 2], ["levers": 64, "rounds": 20, "players": 8], ["players": 3, "rounds": 5, "levers": 3],
  ["players": 5, "rounds": 2, "pay": "1.0x32,0.5"], ["pay": [[1, 0, -2], [0.5, 2, 0], [0, 0, 3]], "rounds": 4],
  [
    "pay": .list((0..<16).map { row in .list((0..<16).map { .number(Double(row) + Double($0) / 16) }) }), "rounds": 2,
  ],
  ["cue": true, "rounds": 2, "levers": 2], ["cue": true, "rounds": 5, "pay": "1x60,0.5x4", "players": 8],
]

/// One lever game, played by hand.
struct LeversTable {
  let environment: LeversEnvironment
  let play: EnvironmentPlay
  let device: Device

  init(_ parameters: [String: ParameterValue] = [:], start: LeversState = LeversState()) throws {
    environment = try levers(parameters)
    device = try TestDevice.make()
    play = try EnvironmentPlay(environment, device: device, startStates: [environment.startState(start)])
  }

  var state: LeversState {
    get throws { LeversState(try play.states()[0], environment.parameters) }
  }

  /// Player i pulls lever `levers[i]`; returns the reward of every player.
  @discardableResult func pull(_ levers: Int...) throws -> [Float] {
    try play.setActions(levers.map { UInt32($0) })
    try play.step()
    return try play.rewards()
  }
}
