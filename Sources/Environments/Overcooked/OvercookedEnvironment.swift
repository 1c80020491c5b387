import CShaders

/// Overcooked for two cooks with onion soup only, after JaxMARL 0.2.0 (docs/environments/overcooked.md).
public struct OvercookedEnvironment: Environment {
  public static let name = "overcooked"
  public static let version = 1

  public let parameters: OvercookedParameters

  public init(parameters: EnvironmentParameters) throws {
    self.parameters = try OvercookedParameters(parameters)
  }

  public static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue] {
    try OvercookedParameters.resolved(values)
  }

  public var remarks: [String] {
    let kitchen = parameters.kitchen
    return kitchen.unreachableStations(startsAnywhere: parameters.randomReset).map { cell in
      let (y, x) = cell.quotientAndRemainder(dividingBy: kitchen.width)
      let letter = kitchen.character(of: cell)
      let station = ["O": "onion pile", "B": "plate pile", "P": "pot", "X": "goal"][letter] ?? "station"
      return "no cook can reach the \(station) in row \(y + 1), column \(x + 1) of the kitchen"
    }
  }

  public var agentCount: Int { 2 }
  public var actionCount: Int { Int(OVERCOOKED_ACTIONS) }
  public var observationFeatureCount: Int { parameters.observationFeatureCount }
  public var observationWordCount: Int { parameters.observationWordCount }
  public var stateWordCount: Int { parameters.stateWordCount }
  public var shapesRewards: Bool { true }
  public var timeLimit: Int? { parameters.maxSteps }

  public var resetKernel: String { "Overcooked/overcooked_reset.comp" }
  public var stepKernel: String { "Overcooked/overcooked_step.comp" }
  public var observeKernel: String { "Overcooked/overcooked_observe.comp" }
  public var observationInclude: String { "Overcooked/overcooked_observation.glsl" }

  /// Walls, stations and bare counters are static; a row lists two cooks of at most 4 channels, pots of at most 2, items
  /// on counters of at most 3, and urgency, which every cell shows.
  public var observationList: ObservationList? {
    let channels = Int(OVERCOOKED_CHANNELS)
    let cells = parameters.kitchen.cells
    let staticFeatures = cells.enumerated().compactMap { index, cell in
      cell.staticChannel.map { (feature: index * channels + $0, value: 1) }
    }
    return ObservationList(
      include: "Overcooked/overcooked_observation_list.glsl",
      capacity: 2 * 4 + 2 * parameters.potCount + 3 * cells.count { $0 == .counter } + cells.count,
      staticFeatures: staticFeatures)
  }

  /// Cooks on their start cells facing north, everything empty; reset draws what the parameters leave to chance.
  public var startState: [UInt32] {
    let cooks = parameters.kitchen.starts.map { OvercookedState.Cook(cell: $0, direction: .north, held: .nothing) }
    var words = OvercookedState(cooks: cooks, kitchen: parameters.kitchen).words(parameters)
    words[Int(OVERCOOKED_STATUS)] |= 1 << OVERCOOKED_DRAWN_SHIFT
    return words
  }

  /// Reset starts from exactly this state, even where the parameters leave something to chance.
  public func startState(_ state: OvercookedState) -> [UInt32] { state.words(parameters) }

  public static let learningParameters: Set = ["plate_reward", "shaping_weight", "shaping_horizon"]

  public var parametersDescription: [String: ParameterValue] {
    var values: [String: ParameterValue] = [
      "start_directions": .text(parameters.startDirections.rawValue), "random_reset": .boolean(parameters.randomReset),
      "plate_reward": .boolean(parameters.platePays), "max_steps": .integer(parameters.maxSteps),
    ].merging(parameters.shaping.parametersDescription) { $1 }
    if let layout = parameters.layout {
      values["layout"] = .text(layout.rawValue)
      values["start_cells"] = .text(parameters.startCells.rawValue)
    } else {
      values["grid"] = .list(parameters.kitchen.rows.map { .text($0) })
    }
    return values
  }

  /// One array (y, x, channel).
  public var observationLayout: [ObservationSection] {
    let kitchen = parameters.kitchen
    var sections = ObservationSections()
    sections.add(
      "kitchen", .init("y", count: parameters.cellCount / kitchen.width), .init("x", count: kitchen.width),
      .init("channel", Self.channelNames), encoding: .counts,
      meaning: "what is in a cell, in whole numbers; y counts from the top row, x from the left column")
    return sections.list
  }

  /// In the words of docs/environments/overcooked.md; the empty ones are always 0.
  private static let channelNames =
    ["own position", "other position"]
    + ["own", "other"].flatMap { cook in ["north", "south", "east", "west"].map { "\(cook) direction \($0)" } }
    + [
      "pot", "empty counter", "onion pile", "empty 13", "plate pile", "goal", "onions in a pot that does not cook yet",
      "empty 17", "onions in a cooking or ready pot or a dish", "empty 19", "steps left of a cooking pot",
      "ready soup in a pot or a dish", "plate on a counter or in a hand", "onion on a counter or in a hand", "empty 24",
      "1 in the last 39 steps",
    ]

  public var macros: [String: String] {
    let kitchen = parameters.kitchen
    let numbers: [String: Int] = [
      "WIDTH": kitchen.width, "CELLS": parameters.cellCount, "FLOOR_CELLS": kitchen.floorCount,
      "POTS": parameters.potCount, "POT_WORDS": parameters.potWordCount, "ITEM_WORDS": parameters.itemWordCount,
      "ITEMS_WORD": parameters.itemsWord, "STATE_WORDS": parameters.stateWordCount,
      "STATE_FOURS": parameters.stateWordCount / 4, "OBSERVATION_WORDS": parameters.observationWordCount,
      "OBSERVATION_FOURS": parameters.observationWordCount / 4, "ROW_ITEMS": parameters.rowItemsWord,
      "GRID_WORDS": (parameters.cellCount + 31) / 32, "MAX_STEPS": parameters.maxSteps,
      "DRAWS": parameters.randomReset ? 1 + parameters.potWordCount : 1,
    ]
    var macros = numbers.mapValues { "\($0)u" }
    for bit in 0..<3 { macros["KIND_PLANE\(bit)"] = list(kindPlane(bit)) }
    macros["POT_CELLS"] = list(kitchen.pots.map { UInt32($0) })
    macros["PLATE_SHAPED"] = parameters.platePays ? "3.0" : "0.0"
    macros.merge(parameters.shaping.macros) { $1 }
    if parameters.randomReset { macros["RANDOM_RESET"] = "1" }
    if parameters.startDirections == .random { macros["RANDOM_DIRECTIONS"] = "1" }
    return macros
  }

  public func actionName(_ action: Int) -> String {
    ["up", "down", "right", "left", "stay", "interact"][action]
  }

  public func render(state: [UInt32]) -> String { OvercookedState(state, parameters).rendered(parameters) }

  public func stateFields(of state: [UInt32]) -> [StateField] { OvercookedState(state, parameters).fields(parameters) }

  private func list(_ words: [UInt32]) -> String { words.map { "\($0)u" }.joined(separator: ", ") }

  /// Bit `bit` of the kind of every cell, 32 cells to a word.
  private func kindPlane(_ bit: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: (parameters.cellCount + 31) / 32)
    for (cell, kind) in parameters.kitchen.cells.enumerated() {
      words[cell / 32] |= (kind.rawValue >> UInt32(bit) & 1) << UInt32(cell % 32)
    }
    return words
  }
}
