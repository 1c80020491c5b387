/// The parameters of Overcooked, checked, with all sizes that follow from them.
///
/// YAML keys: `layout` (a name, or the path of a `.layout` file) or `grid` (rows, or one text of lines), `start_cells, start_directions, random_reset, plate_reward, max_steps, shaping_weight,
/// shaping_horizon`.
public struct OvercookedParameters: Sendable, Hashable {
  /// Whose start cells a named layout has.
  public enum StartCells: String, Sendable, CaseIterable {
    case jaxmarl
    case original = "overcooked_ai"
  }

  public enum StartDirections: String, Sendable, CaseIterable {
    /// Uniform, at every reset, for each cook (JaxMARL).
    case random
    /// Both face north (overcooked_ai).
    case north
  }

  /// nil where `grid` gives the kitchen.
  public let layout: OvercookedLayoutName?
  public let kitchen: OvercookedKitchen
  public let startCells: StartCells
  public let startDirections: StartDirections
  /// Start cells, hands and pots are drawn at every reset.
  public let randomReset: Bool
  /// Taking a useful plate is shaped by +3; JaxMARL before 0.2.0 never gave it.
  public let platePays: Bool
  /// Steps of an episode.
  public let maxSteps: Int
  public let shaping: ShapingSchedule

  public init(_ given: EnvironmentParameters) throws {
    var given = given
    let file = try Self.layoutFile(&given)
    let name = file == nil ? try given.text("layout", oneOf: OvercookedLayoutName.allCases.map(\.rawValue)) : nil
    let grid = try given.lines("grid")
    let starts = try given.text("start_cells", oneOf: StartCells.allCases.map(\.rawValue)).flatMap(StartCells.init)
    startDirections =
      try given.text("start_directions", oneOf: StartDirections.allCases.map(\.rawValue))
      .flatMap(StartDirections.init) ?? .random
    randomReset = try given.boolean("random_reset") ?? false
    platePays = try given.boolean("plate_reward") ?? true
    maxSteps = try given.integer("max_steps", in: 1...1_000_000) ?? 400
    shaping = try ShapingSchedule(&given, weight: 1, horizon: 2_500_000)
    try given.finish()

    if grid != nil || file != nil {
      let key = grid == nil ? "layout" : "grid"
      guard name == nil, starts == nil, grid == nil || file == nil else {
        throw EnvironmentParameters.Invalid(
          "environment.\(key) gives the whole kitchen; remove environment.\(starts == nil ? "layout" : "start_cells")")
      }
      layout = nil
      startCells = .jaxmarl
      kitchen = try grid.map { try OvercookedKitchen(rows: $0) } ?? OvercookedLayoutFile.kitchen(at: file ?? "")
    } else {
      let named = name.flatMap(OvercookedLayoutName.init) ?? .crampedRoom
      layout = named
      startCells = starts ?? .jaxmarl
      let usual = try OvercookedKitchen(rows: named.rows)
      kitchen = startCells == .jaxmarl ? usual : usual.starting(at: named.originalStarts)
    }
  }

  /// The path of a `.layout` file where `layout` gives one.
  private static func layoutFile(_ given: inout EnvironmentParameters) throws -> String? {
    guard case .text(let text)? = given.value("layout"), text.hasSuffix(".layout") else { return nil }
    return text
  }

  /// The same parameters with the kitchen of a `.layout` file as `grid`, so that they no longer depend on the file.
  static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue] {
    var given = EnvironmentParameters(values)
    guard values["grid"] == nil, let file = try layoutFile(&given) else { return values }
    var values = values
    values["layout"] = nil
    values["grid"] = .list(try OvercookedLayoutFile.kitchen(at: file).rows.map { .text($0) })
    return values
  }
}
