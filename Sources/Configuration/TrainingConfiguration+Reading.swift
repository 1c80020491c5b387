import Environments
import Foundation
import Networks

extension TrainingConfiguration {
  /// Reads and checks a configuration file; `overrides` are the arguments of `--set`, applied before the checks.
  public init(contentsOf path: String, overrides: [String] = []) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(.file(path), "cannot be read; expected the path of a configuration in YAML")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(.file(path), "is not UTF-8 text")
    }
    try self.init(yaml: text, file: path, overrides: overrides)
  }

  /// Reads and checks a configuration; `file` is how errors call it and, without its folder, the default `name`.
  public init(yaml: String, file: String, overrides: [String] = []) throws {
    var root = try ConfigurationNode(yaml: yaml) { line in line.map { .line(file: file, $0) } ?? .file(file) }
    _ = try ConfigurationSection(root)
    try root.apply(overrides: overrides)
    try self.init(root, file: file)
  }

  init(_ root: ConfigurationNode, file: String) throws {
    var section = try ConfigurationSection(root)
    let source = ConfigurationSource(file: file, root)
    name = try Self.name(&section) ?? Self.defaultName(file: file)
    environment = try Self.environment(&section)
    self.source = source
    seeds = try Seeds.read(&section) ?? seeds
    environments = try section.integer("environments", in: 1...1_048_576) ?? environments
    rolloutLength = try section.integer("rollout_length", in: 1...65_536) ?? rolloutLength
    totalEnvSteps = try section.integer("total_env_steps", in: 1...1_000_000_000_000_000) ?? totalEnvSteps
    epochs = try section.integer("epochs", in: 1...1000) ?? epochs
    minibatches = try section.integer("minibatches", in: 1...1_048_576) ?? minibatches
    let normalisation = try section.text(
      "advantage_normalisation", oneOf: AdvantageNormalisation.allCases.map(\.rawValue))
    advantageNormalisation = normalisation.flatMap(AdvantageNormalisation.init) ?? advantageNormalisation
    valueClipping = try section.boolean("value_clipping") ?? valueClipping
    valueNormalisation = try section.boolean("value_normalisation") ?? valueNormalisation
    bootstrapAtTimeLimit = try section.boolean("bootstrap_at_time_limit") ?? bootstrapAtTimeLimit
    learningRateSchedule = try Self.learningRateSchedule(&section) ?? learningRateSchedule
    entropySchedule = try section.points("entropy_schedule") ?? entropySchedule
    for hyperparameter in Hyperparameter.allCases {
      if let value = try Self.number(hyperparameter, &section) { hyperparameters[hyperparameter] = value }
    }
    if var sweep = try section.section("sweep") { self.sweep = try Sweep(&sweep) }
    if var network = try section.section("network") { self.network = try NetworkSettings(&network) }
    let precision = try section.text("precision", oneOf: Precision.allCases.map(\.rawValue))
    self.precision = precision.flatMap(Precision.init) ?? self.precision
    otherPlay =
      try section.texts("other_play", expected: "a list of the game's symmetries, such as [colors]") ?? otherPlay
    initialWeights = try section.text("init_from", expected: "folder:run, such as runs/mine:3") { !$0.isEmpty }
    let policy = try section.text("on_divergence", oneOf: DivergencePolicy.allCases.map(\.rawValue))
    onDivergence = policy.flatMap(DivergencePolicy.init) ?? onDivergence
    metricsInterval = try section.integer("metrics_interval", in: 1...1_000_000) ?? metricsInterval
    checkpointInterval =
      try section.integer("checkpoint_interval", in: 1...1_000_000_000_000_000)
      ?? max(totalEnvSteps / 20, envStepsPerUpdate)
    let minutes = NumberRange(lower: .excluding(0), upper: .including(1e6))
    checkpointMinutes = try section.number("checkpoint_minutes", in: minutes) ?? checkpointMinutes
    checkpointsKept = try section.integer("checkpoints_kept", in: 1...1_000_000) ?? checkpointsKept
    if var evaluation = try section.section("evaluation") { self.evaluation = try EvaluationSettings(&evaluation) }
    try section.finish()
    try checkContradictions()
  }

  /// `anneal_learning_rate: true` is how earlier versions said linear.
  private static func learningRateSchedule(_ section: inout ConfigurationSection) throws -> LearningRateSchedule? {
    let key = "learning_rate_schedule"
    let named = try section.text(key, oneOf: LearningRateSchedule.allCases.map(\.rawValue))
      .flatMap(LearningRateSchedule.init)
    guard let anneals = try section.boolean("anneal_learning_rate") else { return named }
    let meant = anneals ? LearningRateSchedule.linear : .constant
    guard let named, named != meant else { return meant }
    throw ConfigurationError(
      section.node("anneal_learning_rate")?.origin ?? section.origin, key: "anneal_learning_rate",
      "anneal_learning_rate = \(anneals) means \(key) = \(meant.rawValue), but \(key) = \(named.rawValue) is also given; "
        + "remove one of the two")
  }

  private static func number(_ hyperparameter: Hyperparameter, _ section: inout ConfigurationSection) throws -> Double?
  {
    let key = hyperparameter.rawValue
    if let node = section.node(key), case .list = node.value {
      throw section.wrong(node, key, "one number; to try several, write sweep.\(key): \(node.text)")
    }
    return try section.number(key, in: hyperparameter.range)
  }

  private static func name(_ section: inout ConfigurationSection) throws -> String? {
    let expected = "letters, digits, dots, hyphens and underscores, in quotes if they look like a number"
    return try section.text("name", expected: expected) { isName($0) }
  }

  private static func isName(_ text: String) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
      && text.first.map { !"._-".contains($0) } ?? false
  }

  private static func defaultName(file: String) -> String {
    let base = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return isName(base) ? base : "training"
  }

  private static func environment(_ section: inout ConfigurationSection) throws -> EnvironmentChoice {
    let expected = "environment.name is missing; write environment: {name: hanabi, ...}"
    guard var environment = try section.section("environment") else {
      throw ConfigurationError(section.origin, key: "environment.name", expected)
    }
    guard let name = try environment.text("name", expected: "an environment's name", where: { !$0.isEmpty }) else {
      throw ConfigurationError(environment.origin, key: "environment.name", expected)
    }
    var values: [String: ParameterValue] = [:]
    for key in environment.keys where key != "name" {
      guard let node = environment.node(key) else { continue }
      guard let value = node.parameter else { throw environment.wrong(node, key, "a value or a list of values") }
      values[key] = value
    }
    do {
      return EnvironmentChoice(name: name, values: try EnvironmentRegistry.resolved(name: name, values))
    } catch let invalid as EnvironmentParameters.Invalid {
      throw ConfigurationError(environment.origin, key: "environment", invalid.description)
    }
  }
}
