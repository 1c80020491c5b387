/// How much the shaped rewards of a game weigh over a training (decision 5): linearly from a weight down to 0.
///
/// YAML keys of the game: `shaping_weight, shaping_horizon`. `Shaders/Common/shaping.glsl` is the formula.
public struct ShapingSchedule: Sendable, Hashable {
  /// Weight at the start of a training, 0 to 1000.
  public let weight: Double
  /// Env steps of a run over which the weight falls to 0 (`REW_SHAPING_HORIZON`); 0: it stays.
  public let horizon: Int

  /// - Parameters:
  ///   - weight: Where the game's parameters say nothing.
  ///   - horizon: Where they say nothing.
  init(_ given: inout EnvironmentParameters, weight: Double, horizon: Int) throws {
    self.weight = try given.number("shaping_weight", in: 0...1000) ?? weight
    self.horizon = Int(try given.number("shaping_horizon", in: 0...1e15) ?? Double(horizon))
  }

  var parametersDescription: [String: ParameterValue] {
    ["shaping_weight": .decimal(weight), "shaping_horizon": .integer(horizon)]
  }

  var macros: [String: String] {
    var macros = ["SHAPING_WEIGHT": "\(Float(weight))"]
    if horizon > 0 { macros["SHAPING_HORIZON"] = "\(Float(horizon))" }
    return macros
  }
}
