/// How a policy turns logits into an action when it is evaluated.
public enum EvaluationMode: Sendable, Hashable, CustomStringConvertible {
  /// Samples the masked softmax, as in training.
  case sampled
  /// The first of the legal actions with the largest logit.
  case greedy
  /// Uniform among the legal actions whose logit is within `tie_tolerance` of the largest.
  case greedyRandomTie
  /// Samples the softmax of logits / temperature.
  case temperature(Double)

  /// `sampled`, `greedy`, `greedy-random-tie` or `temperature=0.5`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "sampled": self = .sampled
    case "greedy": self = .greedy
    case "greedy-random-tie": self = .greedyRandomTie
    default:
      guard text.hasPrefix("temperature="), let value = Double(text.dropFirst("temperature=".count)),
        (1e-3...1e3).contains(value)
      else { return nil }
      self = .temperature(value)
    }
  }

  public var description: String {
    switch self {
    case .sampled: "sampled"
    case .greedy: "greedy"
    case .greedyRandomTie: "greedy-random-tie"
    case .temperature(let temperature): "temperature=\(temperature.short)"
    }
  }

  /// What messages say is allowed.
  public static let choices = "sampled, greedy, greedy-random-tie or temperature=NUMBER (0.001 to 1000)"
}

extension EvaluationMode: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let mode = EvaluationMode(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "evaluation mode \(text); expected \(EvaluationMode.choices)")
    }
    self = mode
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// How the trained runs are paired: `evaluation:` of a configuration.
public struct EvaluationSettings: Sendable, Hashable {
  /// Games per entry of the matrix.
  public var games = 1000
  public var modes: [EvaluationMode] = [.sampled, .greedy]
  /// Seed of the games, the sampled tuples and the bootstrap.
  public var seed: UInt64 = 0
  /// Entries evaluated per configuration at most; beyond it, tuples of runs are sampled (3 to 5 seats).
  public var maxTuples = 1000
  /// Logits closer than this to the largest count as tied with it.
  public var tieTolerance = 1e-3
  /// Resamplings behind a bootstrap standard error.
  public var bootstrapSamples = 1000
  /// Also pair runs of different configurations, so that the whole matrix is filled (2 seats).
  public var acrossConfigurations = false
  /// Also measure how far policies are from equivariant, where the game has symmetries.
  public var symmetry = true
  /// Env steps of one run from one evaluation during training to the next; nil for none before the training is done.
  public var interval: Int?

  /// What `games` may be.
  public static let gamesRange = 1...100_000_000

  public init() {}

  init(_ section: inout ConfigurationSection) throws {
    games = try section.integer("games", in: Self.gamesRange) ?? games
    modes = try Self.modes(&section) ?? modes
    seed = try section.integer("seed", in: 0...Int.max).map(UInt64.init) ?? seed
    maxTuples = try section.integer("max_tuples", in: 1...100_000_000) ?? maxTuples
    tieTolerance =
      try section.number("tie_tolerance", in: NumberRange(lower: .including(0), upper: .including(100))) ?? tieTolerance
    bootstrapSamples = try section.integer("bootstrap_samples", in: 2...1_000_000) ?? bootstrapSamples
    acrossConfigurations = try section.boolean("across_configurations") ?? acrossConfigurations
    symmetry = try section.boolean("symmetry") ?? symmetry
    interval = try section.integer("interval", in: 1...1_000_000_000_000_000)
    try section.finish()
  }

  private static func modes(_ section: inout ConfigurationSection) throws -> [EvaluationMode]? {
    try section.node("modes").map { node in
      guard case .list(let nodes) = node.value, !nodes.isEmpty else {
        throw section.wrong(node, "modes", "a list of \(EvaluationMode.choices)")
      }
      var modes: [EvaluationMode] = []
      for item in nodes {
        guard let mode = EvaluationMode(item.text) else {
          throw section.wrong(item, "modes", EvaluationMode.choices)
        }
        guard !modes.contains(mode) else { throw section.wrong(node, "modes", "each mode once") }
        modes.append(mode)
      }
      return modes
    }
  }

  var node: ConfigurationNode {
    .section(
      [
        ("games", .scalar(.integer(games))),
        ("modes", .list(modes.map { .scalar(.text($0.description)) })),
        ("seed", .scalar(.integer(Int(seed)))),
        ("max_tuples", .scalar(.integer(maxTuples))),
        ("tie_tolerance", .scalar(.number(tieTolerance))),
        ("bootstrap_samples", .scalar(.integer(bootstrapSamples))),
        ("across_configurations", .scalar(.boolean(acrossConfigurations))),
        ("symmetry", .scalar(.boolean(symmetry))),
      ] + (interval.map { [("interval", .scalar(.integer($0)))] } ?? []))
  }
}
