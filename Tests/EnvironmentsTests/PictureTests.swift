import Foundation
import TestSupport
import Testing

@testable import Environments

/// Games as drawings and as texts for one seat: whole, and without what that seat does not see.
@Suite struct PictureTests {
  /// States of a random game, the last of every episode among them.
  private func states(_ environment: any Environment, steps: Int) throws -> [[UInt32]] {
    let device = try TestDevice.make(validation: .off)
    let play = try EnvironmentPlay(environment, seeds: [5], device: device)
    var states = [try play.states()[0]]
    for _ in 0..<steps {
      try play.observe()
      try play.chooseRandomly()
      try play.step()
      states.append(try play.states()[0])
      try play.resetWhereDone()
    }
    return states
  }

  @Test(arguments: EnvironmentVariant.all)
  func everyStateHasADrawingForEverybody(variant: EnvironmentVariant) throws {
    let environment = try variant.make()
    for state in try states(environment, steps: 12) {
      for seat in [nil] + (0..<environment.agentCount).map(Optional.some) {
        let layout = try SVGLayout(environment.picture(of: state, for: seat))
        #expect(!layout.texts.isEmpty && layout.width > 100 && layout.height > 60)
        // Who cannot see the drawing hears the text; line breaks of attributes are read as spaces.
        let text = seat.map { environment.render(state: state, for: $0) } ?? environment.render(state: state)
        #expect(layout.label == text.replacing("\n", with: " "))
      }
    }
  }

  @Test func hanabiHidesTheOwnCards() throws {
    let environment = try EnvironmentVariant(name: "hanabi", values: ["preset": .text("full")]).make()
    let parameters = try #require(environment as? HanabiEnvironment).parameters
    for words in try states(environment, steps: 20) {
      let state = HanabiState(words, parameters)
      for seat in 0..<2 {
        var other = state
        for slot in other.hands[seat].indices where other.hands[seat][slot].card != nil {
          let card = try #require(other.hands[seat][slot].card)
          other.hands[seat][slot].card = .init(color: (card.color + 1) % 5, rank: (card.rank + 2) % 5)
        }
        #expect(other.picture(for: seat) == state.picture(for: seat))
        #expect(other.text(for: seat) == state.text(for: seat))
        #expect(other.picture(for: 1 - seat) != state.picture(for: 1 - seat))
        #expect(other.picture(for: nil) != state.picture(for: nil))
      }
    }
  }

  @Test(arguments: ["perfect", "turn"])
  func yokaiHidesWhatASeatHasNotPeekedAt(memory: String) throws {
    let environment = try EnvironmentVariant(name: "yokai", values: ["memory": .text(memory)]).make()
    let parameters = try #require(environment as? YokaiEnvironment).parameters
    var random: UInt64 = 3
    var differs = false
    for words in try states(environment, steps: 40) {
      let state = YokaiState(words, parameters)
      for seat in 0..<2 {
        let other = state.resamplingHidden(from: seat, parameters) {
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Int(random >> 33) % $0
        }
        #expect(other.picture(parameters, for: seat) == state.picture(parameters, for: seat))
        #expect(other.text(for: seat, parameters) == state.text(for: seat, parameters))
        differs = differs || other.picture(parameters, for: nil) != state.picture(parameters, for: nil)
        guard memory == "turn" else { continue }
        // What was seen in an earlier turn is not shown either.
        var forgotten = state
        for slot in forgotten.colors.indices where state.inView[seat] >> UInt32(slot) & 1 == 0 {
          forgotten.colors[slot] = (forgotten.colors[slot] + 1) % parameters.colors
        }
        #expect(forgotten.picture(parameters, for: seat) == state.picture(parameters, for: seat))
      }
    }
    #expect(differs)
  }

  @Test func overcookedV2HidesWhatIsOutOfView() throws {
    let environment = try EnvironmentVariant(
      name: "overcooked_v2",
      values: ["layout": .text("grounded_coord_simple"), "agent_view_size": .integer(1)]
    ).make()
    let parameters = try #require(environment as? OvercookedV2Environment).parameters
    let kitchen = parameters.kitchen
    var hidden = 0
    for words in try states(environment, steps: 30) {
      let state = OvercookedV2State(words, parameters)
      for seat in state.cooks.indices {
        var other = state
        for (number, cell) in kitchen.counters.enumerated() where !state.isInView(cell, of: seat, parameters) {
          other.counters[number] = state.counters[number] == .plate ? .nothing : .plate
        }
        for (number, cell) in kitchen.pots.enumerated() where !state.isInView(cell, of: seat, parameters) {
          other.pots[number] = .init(code: OvercookedV2Code([0]).cooked, timer: 3)
        }
        if !state.seesRecipe(seat, parameters) {
          let (one, two) = (OvercookedV2Code([0, 0, 0]), OvercookedV2Code([1, 1, 1]))
          other.recipe = state.recipe == two ? one : two
          hidden += 1
        }
        #expect(other.picture(parameters, for: seat) == state.picture(parameters, for: seat))
        #expect(other.text(for: seat, parameters) == state.text(for: seat, parameters))
        #expect(other.picture(parameters, for: nil) != state.picture(parameters, for: nil))
      }
    }
    #expect(hidden > 0)
  }

  @Test func ingredientsAreShownAsTheCookSeesThem() throws {
    let environment = try EnvironmentVariant(
      name: "overcooked_v2",
      values: [
        "layout": .text("grounded_coord_simple"), "op_ingredient_permutations": .list([.integer(0), .integer(1)]),
      ]
    ).make()
    let parameters = try #require(environment as? OvercookedV2Environment).parameters
    var state = OvercookedV2State(parameters)
    state.recipe = OvercookedV2Code([0, 0, 1])
    state.permutations[1].swapAt(0, 1)
    #expect(state.text(for: 0, parameters).contains("recipe 0 0 1") == state.seesRecipe(0, parameters))
    #expect(state.text(for: 1, parameters).contains("recipe 0 1 1") == state.seesRecipe(1, parameters))
    #expect((0..<2).contains { state.seesRecipe($0, parameters) })
  }

  @Test func theCueIsShownInTheFirstRoundOnly() throws {
    let environment = try EnvironmentVariant(
      name: "levers", values: ["cue": .boolean(true), "levers": .integer(3), "rounds": .integer(2)]
    ).make()
    let parameters = try #require(environment as? LeversEnvironment).parameters
    let first = [0, 1].map { LeversState(cue: $0) }
    let second = [0, 1].map { LeversState(round: 1, pulled: [2, 2], cue: $0) }
    #expect(first[0].picture(parameters, for: 0) != first[1].picture(parameters, for: 0))
    #expect(second[0].picture(parameters, for: 0) == second[1].picture(parameters, for: 0))
    #expect(second[0].text(for: 0, parameters) == second[1].text(for: 0, parameters))
    // Nor is what was pulled.
    let others = LeversState(round: 1, pulled: [0, 1], cue: 0)
    #expect(others.picture(parameters, for: 0) == second[0].picture(parameters, for: 0))
  }
}
