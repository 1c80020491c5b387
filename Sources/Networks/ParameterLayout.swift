/// Where the weights and biases of an architecture stand in one run's parameter set of P floats.
///
/// A layer's weights are a row-major matrix (inputs, outputs), so `y = x W + b`, with both sides padded to multiples of
/// 8; the bias follows. The padding is 0 and stays 0 through training. P is padded to a multiple of 64.
///
/// A GRU of width H is two layers behind the trunk, whose 3 H outputs are blocks of H padded each, one per gate: reset,
/// update, candidate. `gru.input` is what its input adds to the gates, `gru.hidden` what the hidden state adds:
///
///     r = sigmoid(x W_ir + b_r + h W_hr)   z = sigmoid(x W_iz + b_z + h W_hz)   n = tanh(x W_in + b_in + r (h W_hn + b_hn))
///     h' = (1 - z) n + z h
///
/// Both heads read h'. Only the candidate has a bias on the side of the hidden state.
///
/// With layer normalisation, a hidden layer such as `trunk.0` is linear, `z = x W + b`, and `trunk.0.norm` behind it has
/// the activation. Its weights are a scale and a bias per output; mean and variance are those of the H numbers of z in
/// one row, the variance divided by H:
///
///     y = act(scale (z - mean) / sqrt(variance + epsilon) + bias)     epsilon = 1e-6, as in flax
public struct ParameterLayout: Hashable, Sendable {
  /// The part of the network that a layer belongs to.
  public enum Part: String, Hashable, Sendable { case trunk, actor, critic }

  public struct Layer: Hashable, Sendable {
    /// What a layer's outputs are.
    public enum Kind: Hashable, Sendable { case dense, normalisation, gruInput, gruHidden }

    /// "trunk.0", "trunk.0.norm", "gru.input", "gru.hidden", "actor.0", "actor.output", "critic.0", "critic.output", …
    public let name: String
    public let kind: Kind
    public let part: Part
    /// Index of the layer whose output this one reads; nil reads the observation.
    public let source: Int?
    /// nil for the linear last layer of a head, for the layers of a GRU, and for layers whose sums are normalised.
    public let activation: NetworkArchitecture.Activation?
    /// Gain of the orthogonal initial weights.
    public let gain: Double
    public let inputs, outputs: Int
    public let weightOffset: Int

    public var paddedInputs: Int { ParameterLayout.padded(inputs) }
    public var paddedOutputs: Int { blocks * ParameterLayout.padded(outputs / blocks) }
    /// Rows of the weights: the inputs, or 1 for the scale of a normalisation.
    public var weightRows: Int { kind == .normalisation ? 1 : inputs }
    public var biasOffset: Int {
      weightOffset + (kind == .normalisation ? 1 : paddedInputs) * paddedOutputs
    }
    var end: Int { biasOffset + paddedOutputs - biasBegin }

    /// Blocks of outputs that are padded each.
    public var blocks: Int {
      switch kind {
      case .dense, .normalisation: 1
      case .gruInput, .gruHidden: 3
      }
    }
    /// Numbers that readers of the layer see: its outputs, or a GRU's hidden state.
    public var width: Int { kind == .gruHidden ? inputs : outputs }
    /// The padded column of output `index`.
    public func column(_ index: Int) -> Int {
      let block = outputs / blocks
      return index / block * ParameterLayout.padded(block) + index % block
    }
    /// The first padded column that has a bias; the biases of this one and all behind it stand at `biasOffset`.
    public var biasBegin: Int { kind == .gruHidden ? paddedOutputs / 3 * 2 : 0 }
    /// Outputs that have a bias, the last of all.
    var biasCount: Int { kind == .gruHidden ? outputs / 3 : outputs }
  }

  /// Trunk, actor, critic; each part from input to output.
  public let layers: [Layer]
  /// Index of the layer that gives the logits.
  public let actorOutput: Int
  /// Index of the layer that gives the value.
  public let criticOutput: Int
  /// How many layers actor and critic share; they come first.
  public let sharedDepth: Int
  /// Index of `gru.hidden`, the last of the shared layers; nil for feed-forward networks.
  public let recurrentLayer: Int?
  /// P, floats of one parameter set, padding included.
  public let count: Int
  /// Trainable numbers, without padding.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.weightRows * $1.outputs + $1.biasCount } }

  /// Features, widths and actions are padded to a multiple of this.
  public static let alignment = 8
  static let countAlignment = 64

  /// Added to the variance of a layer before the root is taken.
  public static let normalisationEpsilon: Float = 1e-6

  /// Whether others multiply what a layer gives, other than the hidden state of a GRU.
  func isHidden(_ layer: Int) -> Bool { layers[layer].activation != nil }

  /// Whether a layer's sums are normalised.
  func isNormalised(_ layer: Int) -> Bool {
    layers[layer].kind == .dense && !isHidden(layer) && layer != actorOutput && layer != criticOutput
  }

  /// `count` rounded up to a multiple of 8.
  public static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  public init(_ architecture: NetworkArchitecture) {
    var layers: [Layer] = []
    var offset = 0

    func add(
      _ name: String, _ part: Part, from source: Int?, outputs: Int, gain: Double, linear: Bool = false,
      kind: Layer.Kind = .dense
    ) -> Int {
      let inputs =
        kind == .gruHidden ? outputs / 3 : source.map { layers[$0].width } ?? architecture.inputs
      let layer = Layer(
        name: name, kind: kind, part: part, source: source, activation: linear ? nil : architecture.activation,
        gain: gain, inputs: inputs, outputs: outputs, weightOffset: offset)
      layers.append(layer)
      offset = layer.end
      return layers.count - 1
    }
    func addHidden(_ widths: [Int], _ part: Part, from source: Int?, gain: Double) -> Int? {
      var last = source
      for (index, width) in widths.enumerated() {
        let name = "\(part.rawValue).\(index)"
        last = add(name, part, from: last, outputs: width, gain: gain, linear: architecture.layerNorm)
        guard architecture.layerNorm else { continue }
        last = add("\(name).norm", part, from: last, outputs: width, gain: 1, kind: .normalisation)
      }
      return last
    }

    let gains = architecture.gains
    var trunk = addHidden(architecture.trunk, .trunk, from: nil, gain: gains.trunk)
    if let width = architecture.gru {
      let input = add("gru.input", .trunk, from: trunk, outputs: 3 * width, gain: 1, linear: true, kind: .gruInput)
      trunk = add("gru.hidden", .trunk, from: input, outputs: 3 * width, gain: 1, linear: true, kind: .gruHidden)
      recurrentLayer = trunk
    } else {
      recurrentLayer = nil
    }
    sharedDepth = layers.count
    let actor = addHidden(architecture.actor, .actor, from: trunk, gain: gains.hidden)
    actorOutput = add(
      "actor.output", .actor, from: actor, outputs: architecture.actions, gain: gains.policyOutput, linear: true)
    let critic = addHidden(architecture.critic, .critic, from: trunk, gain: gains.hidden)
    criticOutput = add("critic.output", .critic, from: critic, outputs: 1, gain: gains.valueOutput, linear: true)
    self.layers = layers
    count = (offset + Self.countAlignment - 1) / Self.countAlignment * Self.countAlignment
  }
}
