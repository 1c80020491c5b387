import Environments
import Testing

/// What people see of a kitchen.
@Suite struct OvercookedV2TextTests {
  private func text(
    _ parameters: [String: ParameterValue], _ change: (inout OvercookedV2State) -> Void = { _ in }
  ) throws -> String {
    let environment = try overcookedV2(parameters)
    var state = OvercookedV2State(environment.parameters)
    change(&state)
    return environment.render(state: environment.startState(state))
  }

  @Test func theRecipeStandsAboveTheKitchenWithWhoSeesIt() throws {
    let shown = try text(["layout": "grounded_coord_simple", "agent_view_size": 2]) { state in
      state.recipe = OvercookedV2Code([1, 1, 1])
      state.cooks[1].held = OvercookedV2Code([0, 0, 1]).dish
      state.pots[0] = .init(code: OvercookedV2Code([0, 1, 1]), timer: 7)
      state.counters[0] = .plate
    }
    #expect(
      shown == """
        step 0/400
        recipe 1 1 1: a sees it, b does not see it
        Wp W  2  W  W  W  W  W\("  ")
        W        W  B        0\("  ")
        R     a^ L  P 7b^d   X\("  ")
        W        W  B        1\("  ")
        W  W  2  W  W  W  W  W\("  ")
        cook a faces up, holds nothing
        cook b faces up, holds a dish of 0 0 1
        pot 0 cooks 0 1 1, 7 steps left
        """)
  }

  @Test func aPressedButtonShowsTheRecipeToWhoIsNear() throws {
    let parameters: [String: ParameterValue] = ["layout": "grounded_coord_simple", "agent_view_size": 2]
    let pressed = try text(parameters) { $0.buttons = [3] }
    #expect(pressed.contains("recipe 0 0 0: a sees it, b sees it\n"))
    #expect(pressed.contains("L3 P"))
    let far = try text(parameters) { state in
      state.cooks[0].cell = 9
      state.cooks[1].cell = 14
    }
    #expect(far.contains("recipe 0 0 0: a sees it, b does not see it\n"))
  }

  @Test func exchangedIngredientsAreShownAsTheCookSeesThem() throws {
    let shown = try text(["layout": "cramped_room_v2", "op_ingredient_permutations": [0, 1]]) { state in
      state.recipe = OvercookedV2Code([0, 0, 1])
      state.permutations[1] = [1, 0]
    }
    #expect(shown.contains("recipe 0 0 1: a sees it, b sees it as 0 1 1\n"))
  }
}
