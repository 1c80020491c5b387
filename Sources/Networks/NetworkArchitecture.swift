/// The shape of one actor-critic network: dense layers, every hidden layer followed by the same activation, and optionally
/// a GRU between the trunk and the heads. With `layerNorm`, the sums of every hidden layer are normalised before the
/// activation (`ParameterLayout`).
///
/// With a trunk or a GRU, actor and critic read the last of these; without they are two separate networks that read the
/// observation. Each head ends in a linear layer: K logits for the actor, one value for the critic.
public struct NetworkArchitecture: Codable, Hashable, Sendable {
  public enum Activation: String, Codable, Hashable, Sendable, CaseIterable { case relu, tanh }

  /// D, observation features.
  public let inputs: Int
  /// K, actions.
  public let actions: Int
  /// Widths of the layers that actor and critic share, first to last; empty for separate networks.
  public let trunk: [Int]
  /// H, width of the recurrent layer behind the trunk; nil for feed-forward networks.
  public let gru: Int?
  /// Widths of the actor's hidden layers.
  public let actor: [Int]
  /// Widths of the critic's hidden layers.
  public let critic: [Int]
  public let activation: Activation
  /// Whether the sums of every hidden dense layer are normalised over the layer before the activation.
  public let layerNorm: Bool
  public let gains: InitializerGains

  /// Gains of the orthogonal initial weights; initial biases are 0. A GRU has none (`OrthogonalInitializer`).
  public struct InitializerGains: Codable, Hashable, Sendable {
    /// Shared layers.
    public var trunk: Double
    /// Hidden layers of actor and critic.
    public var hidden: Double
    /// The actor's last layer.
    public var policyOutput: Double
    /// The critic's last layer.
    public var valueOutput: Double

    public init(trunk: Double, hidden: Double, policyOutput: Double, valueOutput: Double) {
      self.trunk = trunk
      self.hidden = hidden
      self.policyOutput = policyOutput
      self.valueOutput = valueOutput
    }

    /// The usual gains of independent PPO: sqrt 2 for the trunk, 2 for the heads' hidden layers above a trunk and sqrt 2
    /// without one, 0.01 for the policy output, 1 for the value output.
    public static func standard(sharedTrunk: Bool) -> Self {
      Self(
        trunk: 2.0.squareRoot(), hidden: sharedTrunk ? 2 : 2.0.squareRoot(), policyOutput: 0.01, valueOutput: 1)
    }
  }

  /// An architecture that cannot be built; says which key is at fault and what is allowed.
  public struct Invalid: Error, CustomStringConvertible, Equatable {
    public let description: String
  }

  /// - Parameter gains: nil for `InitializerGains.standard`.
  public init(
    inputs: Int, actions: Int, trunk: [Int], gru: Int? = nil, actor: [Int], critic: [Int], activation: Activation,
    layerNorm: Bool = false, gains: InitializerGains? = nil
  ) throws {
    self.inputs = inputs
    self.actions = actions
    self.trunk = trunk
    self.gru = gru
    self.actor = actor
    self.critic = critic
    self.activation = activation
    self.layerNorm = layerNorm
    self.gains = gains ?? .standard(sharedTrunk: !trunk.isEmpty || gru != nil)
    try validate()
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      inputs: container.decode(Int.self, forKey: .inputs), actions: container.decode(Int.self, forKey: .actions),
      trunk: container.decode([Int].self, forKey: .trunk), gru: container.decodeIfPresent(Int.self, forKey: .gru),
      actor: container.decode([Int].self, forKey: .actor),
      critic: container.decode([Int].self, forKey: .critic),
      activation: container.decode(Activation.self, forKey: .activation),
      layerNorm: container.decodeIfPresent(Bool.self, forKey: .layerNorm) ?? false,
      gains: container.decodeIfPresent(InitializerGains.self, forKey: .gains))
  }

  /// `layer_norm` is there only where it is true: other descriptions have the same bytes as before there was such a key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(actions, forKey: .actions)
    try container.encode(trunk, forKey: .trunk)
    try container.encodeIfPresent(gru, forKey: .gru)
    try container.encode(actor, forKey: .actor)
    try container.encode(critic, forKey: .critic)
    try container.encode(activation, forKey: .activation)
    if layerNorm { try container.encode(layerNorm, forKey: .layerNorm) }
    try container.encode(gains, forKey: .gains)
  }

  enum CodingKeys: String, CodingKey {
    case inputs, actions, trunk, gru, actor, critic, activation, gains
    case layerNorm = "layer_norm"
  }

  static let inputRange = 1...65_536
  static let actionRange = 1...4096
  static let widthRange = 1...8192
  static let maximumDepth = 16
  /// Wider states do not fit the shared memory of a workgroup.
  public static let gruRange = 1...1024

  private func validate() throws {
    guard Self.inputRange.contains(inputs) else {
      throw Invalid(description: "the network has \(inputs) inputs; expected 1 to \(Self.inputRange.upperBound)")
    }
    guard Self.actionRange.contains(actions) else {
      throw Invalid(description: "the network has \(actions) actions; expected 1 to \(Self.actionRange.upperBound)")
    }
    for (key, widths) in [("trunk", trunk), ("actor", actor), ("critic", critic)] {
      guard widths.count <= Self.maximumDepth else {
        throw Invalid(
          description: "network.\(key) has \(widths.count) hidden layers; expected at most \(Self.maximumDepth)")
      }
      if let width = widths.first(where: { !Self.widthRange.contains($0) }) {
        throw Invalid(
          description:
            "network.\(key) = \(widths); expected widths from 1 to \(Self.widthRange.upperBound), found \(width)")
      }
    }
    if let gru, !Self.gruRange.contains(gru) {
      throw Invalid(description: "network.gru = \(gru); expected a width from 1 to \(Self.gruRange.upperBound)")
    }
    let gains = [
      ("trunk", gains.trunk), ("hidden", gains.hidden), ("policyOutput", gains.policyOutput),
      ("valueOutput", gains.valueOutput),
    ]
    if let (key, gain) = gains.first(where: { !($0.1.isFinite && $0.1 >= 0) }) {
      throw Invalid(description: "network.gains.\(key) = \(gain); expected a finite number, 0 or more")
    }
  }
}
