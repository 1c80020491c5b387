// The symmetries that games declare: groups, and equivariance of everything that can be seen, over whole groups.
import Environments
import TestSupport
import Testing
import VulkanCompute

/// Kitchens with a symmetry: all eight views, one mirror that leaves both cooks in their places, turns alone.
private let roundKitchen: [String: ParameterValue] = [
  "grid": ["WBOPOBW", "B0   1B", "O     O", "P  X  P", "O     O", "B     B", "WBOPOBW"], "random_reset": true,
]
private let mirrorKitchen: [String: ParameterValue] = [
  "grid": ["WWOPOWW", "B  0  B", "X  1  X", "WPWWWPW"], "start_directions": "north",
]
private let turningKitchen: [String: ParameterValue] = [
  "grid": ["WPBOW", "O0  P", "B X B", "P  1O", "WOBPW"], "random_reset": true,
]

@Suite struct SymmetryTests {
  // MARK: Tables

  static let variants =
    EnvironmentVariant.all + [
      EnvironmentVariant(name: "overcooked", values: roundKitchen, symmetries: ["grid": 8]),
      EnvironmentVariant(name: "overcooked", values: mirrorKitchen, symmetries: ["grid": 2]),
      EnvironmentVariant(name: "overcooked", values: turningKitchen, symmetries: ["grid": 4]),
      EnvironmentVariant(name: "levers", values: ["levers": 7], symmetries: ["levers": 5040]),
      EnvironmentVariant(name: "yokai", values: fourCards, symmetries: ["colors": 2, "grid": 8]),
      // Three rows of four cards: no quarter turns.
      EnvironmentVariant(
        name: "yokai", values: ["colors": 4, "cards_per_color": 3, "grid_size": 11],
        symmetries: ["colors": 24, "grid": 2]),
    ]

  @Test(arguments: variants)
  func familiesAreGroupsOfPermutations(variant: EnvironmentVariant) throws {
    let environment = try variant.make()
    let families = environment.symmetryFamilies
    #expect(Dictionary(uniqueKeysWithValues: families.map { ($0.name, $0.elements.count) }) == variant.symmetries)
    let identity = Symmetry(identityOf: environment)
    for family in families {
      let elements = Set(family.elements)
      #expect(elements.count == family.elements.count && family.elements[0] == identity)
      for element in family.elements.prefix(200) {
        #expect(element.features.sorted() == identity.features && element.actions.sorted() == identity.actions)
        #expect(element.after(element.inverse) == identity && elements.contains(element.inverse))
      }
      #expect(Self.generated(by: family.elements.prefix(200) + family.elements.suffix(200)) == elements)
    }
  }

  /// The group that some elements generate; they contain a set of generators of every family here.
  private static func generated(by candidates: [Symmetry]) -> Set<Symmetry> {
    var group: Set = [candidates[0]]
    var generators: [Symmetry] = []
    for candidate in candidates where !group.contains(candidate) {
      generators.append(candidate)
      var edge = Array(group)
      while !edge.isEmpty {
        let images = edge.flatMap { element in generators.map { $0.after(element) } }
        edge = images.filter { group.insert($0).inserted }
      }
    }
    return group
  }

  @Test(arguments: [
    ("hanabi", ["grid"], "grid is not a symmetry of this game; hanabi with these parameters has colors"),
    ("overcooked", ["grid"], "grid is not a symmetry of this game: overcooked with these parameters has none"),
    ("levers", ["levers"], "levers is not a symmetry of this game; levers with these parameters has lever_shifts"),
  ])
  func unknownSymmetriesAreRefusedWithWhatThereIs(game: String, names: [String], message: String) throws {
    let environment = try EnvironmentRegistry.make(name: game, parameters: EnvironmentParameters())
    let error = #expect(throws: EnvironmentParameters.Invalid.self) { try environment.symmetries(named: names) }
    #expect(error?.description == message)
  }

  @Test func severalFamiliesMultiply() throws {
    let environment = try yokai()
    let product = try #require(try environment.symmetries(named: ["colors", "grid"]))
    #expect(product.elements.count == 48 && Set(product.elements).count == 48)
    #expect(try environment.symmetries(named: []) == nil)
  }

  /// Where a mirror would make the cooks change places, the order of their hands in one step tells it from the original.
  @Test func kitchensHaveTheSymmetriesThatKeepTheirCooks() throws {
    func views(_ rows: [String], _ parameters: [String: ParameterValue] = [:]) throws -> Int {
      let grid = ParameterValue.list(rows.map { .text($0) })
      return try overcooked(parameters.merging(["grid": grid]) { $1 }).symmetryFamilies.first?.elements.count ?? 1
    }
    let facing = ["WWOPOWW", "B 0 1 B", "X     X", "WPWWWPW"]
    #expect(try views(facing) == 1)
    #expect(try views(facing, ["random_reset": true]) == 2)
    let standing = ["WWPWW", "O 0 O", "B   B", "O 1 O", "WWXWW"]
    #expect(try views(standing) == 2)
    let lying = ["WOBOW", "W   W", "P0 1X", "W   W", "WOBOW"]
    #expect(try views(lying) == 2)
    #expect(try views(lying, ["start_directions": "north"]) == 1)
    for layout in OvercookedLayoutName.allCases {
      #expect(try overcooked(["layout": .text(layout.rawValue), "random_reset": true]).symmetryFamilies.isEmpty)
    }
  }

  // MARK: Equivariance

  @Test(
    arguments: [
      (["preset": "tiny"], 24, 30), (["preset": "mini", "players": 3], 8, 40), (["knowledge": "plausible"], 1, 24),
      (["players": 5], 1, 24), (["colors": 4, "ranks": 2, "card_counts": [3, 2], "hand_size": 3], 3, 30),
    ] as [([String: ParameterValue], Int, Int)])
  func hanabiKnowsNoColors(parameters: [String: ParameterValue], decks: Int, steps: Int) throws {
    let environment = try hanabi(parameters)
    let starts = (0..<decks).map { deck in
      environment.startState(
        deck: HanabiGame.deck(rules: environment.parameters, seed: 21, environment: deck, episode: 0))
    }
    let difference = try SymmetryCheck(
      environment, elements: environment.symmetryFamilies[0].elements, twins: HanabiSymmetry.all(environment),
      starts: starts
    ).firstDifference(steps: steps, device: TestDevice.make())
    #expect(difference == nil)
  }

  /// One pair of features that stays where it is: the last hinted colours, which few states show.
  @Test func theCheckNoticesTwoWrongFeatures() throws {
    let environment = try hanabi(["preset": "tiny"])
    var elements = environment.symmetryFamilies[0].elements
    let last = environment.observationFeatureCount - environment.parameters.ranks
    #expect(elements[1].features[last - 2] == last - 1)
    elements[1].features[last - 2] = last - 2
    elements[1].features[last - 1] = last - 1
    let start = environment.startState(
      deck: HanabiGame.deck(rules: environment.parameters, seed: 21, environment: 0, episode: 0))
    let difference = try SymmetryCheck(
      environment, elements: elements, twins: HanabiSymmetry.all(environment),
      starts: Array(repeating: start, count: 24)
    ).firstDifference(steps: 20, device: TestDevice.make())
    #expect(difference?.hasSuffix("element 1 is not in the table") == true)
  }

  @Test(
    arguments: [
      ["levers": 4, "rounds": 6], ["pay": "1x2,0.5x3,2", "players": 3, "rounds": 8],
      ["pay": [[1, 0, 0.5], [0.5, 1, 0], [0, 0.5, 1]], "rounds": 6],
    ] as [[String: ParameterValue]])
  func leversOfEqualPayAreEqual(parameters: [String: ParameterValue]) throws {
    let environment = try levers(parameters)
    let difference = try SymmetryCheck(
      environment, elements: environment.symmetryFamilies[0].elements, twins: LeversSymmetry.all(environment),
      starts: Array(repeating: environment.startState, count: 3)
    ).firstDifference(steps: 14, device: TestDevice.make())
    #expect(difference == nil)
  }

  /// From every cue, so that the cue and its images are all there.
  @Test(
    arguments: [
      ["levers": 4, "rounds": 3, "cue": true], ["pay": "1x2,0.5x2", "players": 3, "rounds": 2, "cue": true],
    ] as [[String: ParameterValue]])
  func cuesAreAsEqualAsTheirLevers(parameters: [String: ParameterValue]) throws {
    let environment = try levers(parameters)
    let elements = environment.symmetryFamilies[0].elements
    let starts = (0..<4).map { environment.startState(LeversState(cue: $0)) }
    func difference(_ elements: [Symmetry]) throws -> String? {
      try SymmetryCheck(
        environment, elements: elements, twins: LeversSymmetry.all(environment), starts: starts
      ).firstDifference(steps: 8, device: TestDevice.make())
    }
    #expect(try difference(elements) == nil)
    var wrong = elements
    wrong[1].features = elements[0].features
    #expect(try difference(wrong) != nil, "cues that keep their places would be wrong")
  }

  @Test func manyEqualLeversCanBeShifted() throws {
    let environment = try levers(["pay": "1x9,1.1", "rounds": 4])
    let difference = try SymmetryCheck(
      environment, elements: environment.symmetryFamilies[0].elements,
      twins: LeversSymmetry.shifts(environment, ofFirst: 9), starts: [environment.startState]
    ).firstDifference(steps: 8, device: TestDevice.make())
    #expect(difference == nil)
  }

  @Test(arguments: [roundKitchen, mirrorKitchen, turningKitchen])
  func kitchensLookTheSameFromTheirSides(parameters: [String: ParameterValue]) throws {
    let environment = try overcooked(parameters.merging(["max_steps": 30]) { $1 })
    let twins = OvercookedSymmetry.all(environment)
    #expect(twins.count > 1)
    var random = YokaiRandom(41)
    let starts = (0..<12).map { _ in environment.startState(Self.kitchenInUse(environment.parameters, &random)) }
    let difference = try SymmetryCheck(
      environment, elements: environment.symmetryFamilies[0].elements, twins: twins, starts: starts
    ).firstDifference(steps: 40, device: TestDevice.make())
    #expect(difference == nil)
  }

  /// Cooks anywhere, pots in any state, things on a third of the counters.
  private static func kitchenInUse(_ rules: OvercookedParameters, _ random: inout YokaiRandom) -> OvercookedState {
    let kitchen = rules.kitchen
    var floor = kitchen.cells.indices.filter { kitchen.cells[$0] == .floor }
    let items = OvercookedState.Item.allCases
    var state = OvercookedState(
      cooks: (0..<2).map { _ in
        .init(
          cell: floor.remove(at: random.next(below: floor.count)),
          direction: .init(rawValue: UInt32(random.next(below: 4)))!, held: items[random.next(below: items.count)])
      }, kitchen: kitchen)
    for pot in state.pots.indices { state.pots[pot] = random.next(below: 24) }
    for cell in kitchen.cells.indices where kitchen.cells[cell] == .counter && random.next(below: 3) == 0 {
      state.items[cell] = items[random.next(below: items.count)]
    }
    return state
  }

  @Test(
    arguments: [
      ([:], 4, 24), (["obs": "grid", "players": 3, "boundary": "shift"], 2, 24),
      (["memory": "turn", "action_mode": "cell", "obs_matches": true, "shaping_weight": 1], 3, 30),
      (["game": "yokai_16"], 1, 16),
    ] as [([String: ParameterValue], Int, Int)])
  func yokaiKnowsNeitherColorsNorDirections(parameters: [String: ParameterValue], games: Int, steps: Int) throws {
    let environment = try yokai(parameters)
    let device = try TestDevice.make()
    let situations = try YokaiSituations.random(
      environment, steps: (0..<games).map { 5 * $0 + 1 }, seed: 8, device: device)
    let symmetries = try #require(try environment.symmetries(named: ["colors", "grid"]))
    let difference = try SymmetryCheck(
      environment, elements: symmetries.elements, twins: NumberedYokaiSymmetry.all(environment),
      starts: situations.map(environment.startState)
    ).firstDifference(steps: steps, device: device)
    #expect(difference == nil)
  }
}
