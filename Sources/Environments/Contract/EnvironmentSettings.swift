/// What configurations, checkpoints and exported policies ask a game: which one it is, and how it is made.
public protocol EnvironmentSettings: EnvironmentSizes {
  /// Written into checkpoints; grows when rules, actions or observations change.
  static var version: Int { get }
  /// Parameters that only a learner notices, such as the weight of shaped rewards: policies that were trained with
  /// different ones play the same game.
  static var learningParameters: Set<String> { get }

  /// Checks everything once.
  /// - Throws: `EnvironmentParameters.Invalid`, which names the key and says what is allowed.
  init(parameters: EnvironmentParameters) throws

  /// The same parameters without references to files: what a training records, so that it continues without them.
  /// - Throws: `EnvironmentParameters.Invalid` for a file that cannot be used.
  static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue]

  /// Full, resolved parameters: making the environment again from them gives the same one.
  var parametersDescription: [String: ParameterValue] { get }
  /// Warnings about settings that are allowed but probably a mistake, one sentence each.
  var remarks: [String] { get }
}

extension EnvironmentSettings {
  public static var learningParameters: Set<String> { [] }
  public static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue] { values }
  public var remarks: [String] { [] }
}
