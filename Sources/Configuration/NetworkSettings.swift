import Networks

/// The widths of a run's network: `network:` of a configuration.
public struct NetworkSettings: Sendable, Hashable {
  public typealias Activation = NetworkArchitecture.Activation

  /// Widths of the layers that actor and critic share; empty for separate networks.
  public var trunk = [512]
  /// Width of a recurrent layer (GRU) behind the trunk; nil for a feed-forward network.
  public var gru: Int?
  /// Widths of the actor's hidden layers.
  public var actor = [512]
  /// Widths of the critic's hidden layers.
  public var critic = [512]
  public var activation = Activation.relu
  /// Whether the sums of every hidden dense layer are normalised over the layer before the activation.
  public var layerNorm = false

  public init() {}

  init(_ section: inout ConfigurationSection) throws {
    let widths = 1...8192
    let depths = 0...16
    trunk = try section.integers("trunk", in: widths, count: depths) ?? trunk
    gru = try section.integer("gru", in: NetworkArchitecture.gruRange) ?? gru
    actor = try section.integers("actor", in: widths, count: depths) ?? actor
    critic = try section.integers("critic", in: widths, count: depths) ?? critic
    let name = try section.text("activation", oneOf: Activation.allCases.map(\.rawValue))
    activation = name.flatMap(Activation.init) ?? activation
    layerNorm = try section.boolean("layer_norm") ?? layerNorm
    try section.finish()
  }

  var node: ConfigurationNode {
    .section([
      ("trunk", ConfigurationNode(integers: trunk)), ("gru", .scalar(gru.map { .integer($0) } ?? .null)),
      ("actor", ConfigurationNode(integers: actor)),
      ("critic", ConfigurationNode(integers: critic)), ("activation", .scalar(.text(activation.rawValue))),
      ("layer_norm", .scalar(.boolean(layerNorm))),
    ])
  }
}

extension ConfigurationNode {
  init(integers: [Int]) { self = .list(integers.map { .scalar(.integer($0)) }) }
}
