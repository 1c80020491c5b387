import Foundation
import Networks

/// One step of a policy's network in float64 on the host, as docs/export.md writes it: slow, and independent of the engine.
struct PolicyStep {
  /// (rows, K), before masking
  private(set) var logits: [Double] = []
  /// (rows)
  private(set) var values: [Double] = []
  /// (rows, H); empty without a GRU.
  private(set) var nextHiddenStates: [Double] = []

  /// - Parameters:
  ///   - observations: (rows, D)
  ///   - hiddenStates: (rows, H) of recurrent policies.
  init(_ policy: Policy, observations: [Float], hiddenStates: [Float] = []) {
    let architecture = policy.description.architecture
    let rows = observations.count / architecture.inputs
    let tensors = Dictionary(uniqueKeysWithValues: policy.parameters.map { ($0.name, $0.values) })

    func sigmoid(_ x: Double) -> Double { 0.5 * (1 + tanh(0.5 * x)) }
    /// `x W + b` of one row.
    func dense(_ x: [Double], _ layer: String, bias: Bool = true) -> [Double] {
      let (weights, biases) = (tensors["\(layer).weight"] ?? [], tensors["\(layer).bias"] ?? [])
      let width = weights.count / x.count
      var y = bias ? biases.map(Double.init) : Array(repeating: 0, count: width)
      for (input, value) in x.enumerated() where value != 0 {
        for output in 0..<width { y[output] += value * Double(weights[input * width + output]) }
      }
      return y
    }
    /// `scale (x - mean) / sqrt(variance + epsilon) + bias` of one row.
    func normalised(_ x: [Double], _ layer: String) -> [Double] {
      let (scale, bias) = (tensors["\(layer).scale"] ?? [], tensors["\(layer).bias"] ?? [])
      let count = Double(x.count)
      let mean = x.reduce(0, +) / count
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      let deviation = (variance + Double(ParameterLayout.normalisationEpsilon)).squareRoot()
      return x.indices.map { (x[$0] - mean) / deviation * Double(scale[$0]) + Double(bias[$0]) }
    }
    func hidden(_ x: [Double], _ part: String, _ depth: Int) -> [Double] {
      (0..<depth).reduce(x) { x, layer in
        var sums = dense(x, "\(part).\(layer)")
        if architecture.layerNorm { sums = normalised(sums, "\(part).\(layer).norm") }
        switch architecture.activation {
        case .relu: return sums.map { max($0, 0) }
        case .tanh: return sums.map { tanh($0) }
        }
      }
    }

    for row in 0..<rows {
      let observation = observations[row * architecture.inputs..<(row + 1) * architecture.inputs]
      var x = hidden(observation.map(Double.init), "trunk", architecture.trunk.count)
      if let width = architecture.gru {
        let h = hiddenStates[row * width..<(row + 1) * width].map(Double.init)
        let (ofInput, ofState) = (dense(x, "gru.input"), dense(h, "gru.hidden", bias: false))
        let bias = (tensors["gru.hidden.bias"] ?? []).map(Double.init)
        x = (0..<width).map { unit in
          let reset = sigmoid(ofInput[unit] + ofState[unit])
          let update = sigmoid(ofInput[width + unit] + ofState[width + unit])
          let remembered = reset * (ofState[2 * width + unit] + bias[unit])
          let candidate = tanh(ofInput[2 * width + unit] + remembered)
          return (1 - update) * candidate + update * h[unit]
        }
        nextHiddenStates += x
      }
      logits += dense(hidden(x, "actor", architecture.actor.count), "actor.output")
      values += dense(hidden(x, "critic", architecture.critic.count), "critic.output")
    }
  }
}
