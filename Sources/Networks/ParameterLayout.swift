/// Where the weights and biases of an architecture stand in one run's parameter set of P floats.
///
/// A layer's weights are a row-major matrix (inputs, outputs), so `y = x W + b`, with both sides padded to multiples of
/// 8; the bias follows. The padding is 0 and stays 0 through training. P is padded to a multiple of 64.
public struct ParameterLayout: Hashable, Sendable {
  /// The part of the network that a layer belongs to.
  public enum Part: String, Hashable, Sendable { case trunk, actor, critic }

  public struct Layer: Hashable, Sendable {
    /// "trunk.0", "actor.0", "actor.output", "critic.0", "critic.output", …
    public let name: String
    public let part: Part
    /// Index of the layer whose output this one reads; nil reads the observation.
    public let source: Int?
    /// nil for the linear last layer of a head.
    public let activation: NetworkArchitecture.Activation?
    /// Gain of the orthogonal initial weights.
    public let gain: Double
    public let inputs, outputs: Int
    public let weightOffset: Int

    public var paddedInputs: Int { ParameterLayout.padded(inputs) }
    public var paddedOutputs: Int { ParameterLayout.padded(outputs) }
    public var biasOffset: Int { weightOffset + paddedInputs * paddedOutputs }
    var end: Int { biasOffset + paddedOutputs }
  }

  /// Trunk, actor, critic; each part from input to output.
  public let layers: [Layer]
  /// Index of the layer that gives the logits.
  public let actorOutput: Int
  /// Index of the layer that gives the value.
  public let criticOutput: Int
  /// P, floats of one parameter set, padding included.
  public let count: Int
  /// Trainable numbers, without padding.
  public var parameterCount: Int { layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs } }

  /// Features, widths and actions are padded to a multiple of this.
  public static let alignment = 8
  static let countAlignment = 64

  /// `count` rounded up to a multiple of 8.
  public static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  public init(_ architecture: NetworkArchitecture) {
    var layers: [Layer] = []
    var offset = 0

    func add(_ name: String, _ part: Part, from source: Int?, outputs: Int, gain: Double, linear: Bool = false) -> Int {
      let layer = Layer(
        name: name, part: part, source: source, activation: linear ? nil : architecture.activation, gain: gain,
        inputs: source.map { layers[$0].outputs } ?? architecture.inputs, outputs: outputs, weightOffset: offset)
      layers.append(layer)
      offset = layer.end
      return layers.count - 1
    }
    func addHidden(_ widths: [Int], _ part: Part, from source: Int?, gain: Double) -> Int? {
      var last = source
      for (index, width) in widths.enumerated() {
        last = add("\(part.rawValue).\(index)", part, from: last, outputs: width, gain: gain)
      }
      return last
    }

    let gains = architecture.gains
    let trunk = addHidden(architecture.trunk, .trunk, from: nil, gain: gains.trunk)
    let actor = addHidden(architecture.actor, .actor, from: trunk, gain: gains.hidden)
    actorOutput = add(
      "actor.output", .actor, from: actor, outputs: architecture.actions, gain: gains.policyOutput, linear: true)
    let critic = addHidden(architecture.critic, .critic, from: trunk, gain: gains.hidden)
    criticOutput = add("critic.output", .critic, from: critic, outputs: 1, gain: gains.valueOutput, linear: true)
    self.layers = layers
    count = (offset + Self.countAlignment - 1) / Self.countAlignment * Self.countAlignment
  }
}
