import Environments
import TestSupport
import Testing

@Suite struct OvercookedConformanceTests {
  @Test(
    arguments: [
      ["layout": "cramped_room"], ["layout": "counter_circuit", "max_steps": 50, "shaping_weight": .number(0.5)],
      ["grid": manyPots, "random_reset": true, "max_steps": 50],
    ] as [[String: ParameterValue]])
  func overcookedDoesWhatEveryEnvironmentMust(configuration: [String: ParameterValue]) throws {
    try EnvironmentConformance.check(overcooked(configuration)) { words, environment in
      guard let overcooked = environment as? OvercookedEnvironment else { return ["not Overcooked"] }
      return problems(of: OvercookedState(words, overcooked.parameters), in: overcooked.parameters.kitchen)
    }
  }

  /// Cooks stand on different floor cells, items lie on counters, pots have a status.
  private func problems(of state: OvercookedState, in kitchen: OvercookedKitchen) -> [String] {
    var problems: [String] = []
    if state.cooks[0].cell == state.cooks[1].cell { problems.append("two cooks in one cell") }
    if state.cooks.contains(where: { kitchen.cells[$0.cell] != .floor }) { problems.append("a cook in a wall") }
    if state.pots.contains(where: { !(0...23 ~= $0) }) { problems.append("a pot without a status") }
    for (cell, item) in state.items.enumerated() where item != .nothing && kitchen.cells[cell] != .counter {
      problems.append("an item outside counters, in cell \(cell)")
    }
    return problems
  }
}
