/// All games of the engine. A new game adds one line here.
public enum EnvironmentRegistry {
  static let types: [any Environment.Type] = [
    HanabiEnvironment.self, OvercookedEnvironment.self, LeversEnvironment.self, YokaiEnvironment.self,
    OvercookedV2Environment.self,
  ]

  public static var names: [String] { types.map { $0.name } }

  /// - Throws: `EnvironmentParameters.Invalid` for an unknown name or for parameters that the game refuses.
  public static func make(name: String, parameters: EnvironmentParameters) throws -> any Environment {
    try type(named: name).init(parameters: parameters)
  }

  /// The parameters without what lies in files; as they are for an unknown name, which `make` refuses.
  public static func resolved(
    name: String, _ values: [String: ParameterValue]
  ) throws -> [String: ParameterValue] {
    try types.first { $0.name == name }?.resolved(values) ?? values
  }

  static func type(named name: String) throws -> any Environment.Type {
    guard let type = types.first(where: { $0.name == name }) else {
      throw EnvironmentParameters.Invalid(
        "environment.name = \(name) is not a known environment; known are \(names.joined(separator: ", "))")
    }
    return type
  }
}
