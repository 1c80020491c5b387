import Environments
import TestSupport
import VulkanCompute

/// Overcooked for tests, with parameters in short form.
func overcooked(_ parameters: [String: ParameterValue] = [:]) throws -> OvercookedEnvironment {
  try OvercookedEnvironment(parameters: EnvironmentParameters(parameters))
}

extension ParameterValue: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A kitchen that nobody plays: eight pots, 65 cells.
let manyPots: ParameterValue = [
  "WPPPPWOWBWXWW", "P0      1   P", "P   W WWW  OW", "W           W", "WWPWWBWWXWWWW",
]

/// Every layout, and options that change kernels.
let overcookedConfigurations: [[String: ParameterValue]] = [
  ["layout": "cramped_room"], ["layout": "asymm_advantages"], ["layout": "coord_ring"], ["layout": "forced_coord"],
  ["layout": "counter_circuit"], ["layout": "cramped_room", "random_reset": true, "max_steps": 30],
  ["layout": "asymm_advantages", "random_reset": true, "plate_reward": false, "max_steps": 45],
  ["layout": "counter_circuit", "start_cells": "overcooked_ai", "start_directions": "north"],
  ["grid": manyPots, "random_reset": true, "max_steps": 60],
]

/// One kitchen with a known start.
struct OvercookedTable {
  let environment: OvercookedEnvironment
  let play: EnvironmentPlay
  let device: Device

  /// - Parameters:
  ///   - parameters: Cramped room without annealing, unless they say otherwise.
  ///   - change: Changes the start state: cooks on their start cells, facing north, nothing anywhere.
  init(
    _ parameters: [String: ParameterValue] = [:], _ change: (inout OvercookedState) -> Void = { _ in }
  ) throws {
    environment = try overcooked(["shaping_horizon": 0].merging(parameters) { $1 })
    device = try TestDevice.make()
    let kitchen = environment.parameters.kitchen
    var state = OvercookedState(
      cooks: kitchen.starts.map { .init(cell: $0, direction: .north, held: .nothing) }, kitchen: kitchen)
    change(&state)
    play = try EnvironmentPlay(environment, device: device, startStates: [environment.startState(state)])
  }

  var state: OvercookedState {
    get throws { OvercookedState(try play.states()[0], environment.parameters) }
  }

  /// Both act, by name; returns the reward.
  @discardableResult func act(_ first: String, _ second: String = "stay") throws -> Float {
    let names = (0..<environment.actionCount).map(environment.actionName)
    try play.setActions([first, second].map { UInt32(names.firstIndex(of: $0)!) })
    try play.step()
    return try play.rewards()[0]
  }

  /// Shaped rewards of the last step.
  func shaped() throws -> [Float] { try play.shapedRewards() ?? [] }
}
