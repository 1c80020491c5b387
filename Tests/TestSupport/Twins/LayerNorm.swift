import Networks

/// Float64 twin of layer normalisation: Shaders/Network/layer_norm_forward, layer_norm_backward and
/// layer_norm_backward_parameters. Rows are arrays; nothing is padded.
public struct LayerNorm {
  public let scale: [Double]
  public let bias: [Double]
  public let activation: NetworkArchitecture.Activation?
  private static let epsilon = 1e-6

  public init(scale: [Double], bias: [Double], activation: NetworkArchitecture.Activation?) {
    self.scale = scale
    self.bias = bias
    self.activation = activation
  }

  /// `act(scale n + bias)`, row by row.
  public func forward(_ z: [[Double]]) -> [[Double]] {
    z.map { z in
      let n = normalised(z).numbers
      return z.indices.map { DenseLayer.activate(scale[$0] * n[$0] + bias[$0], activation) }
    }
  }

  /// The gradient by z of a loss whose gradient by `scale n + bias` is dy: by the derivatives of every number by every other.
  public func backward(_ dy: [[Double]], z: [[Double]]) -> [[Double]] {
    zip(dy, z).map { dy, z in
      let (n, deviation) = normalised(z)
      let width = Double(z.count)
      return z.indices.map { input in
        z.indices.reduce(0) { sum, output in
          let own = input == output ? 1.0 : 0
          let derivative = (own - 1 / width - n[input] * n[output] / width) / deviation
          return sum + dy[output] * scale[output] * derivative
        }
      }
    }
  }

  /// Gradients by scale and bias.
  public func backwardParameters(_ dy: [[Double]], z: [[Double]]) -> (scale: [Double], bias: [Double]) {
    var (scaleGradient, biasGradient) = (scale.map { _ in 0.0 }, bias.map { _ in 0.0 })
    for (dy, z) in zip(dy, z) {
      let n = normalised(z).numbers
      for column in dy.indices {
        scaleGradient[column] += dy[column] * n[column]
        biasGradient[column] += dy[column]
      }
    }
    return (scaleGradient, biasGradient)
  }

  /// (z - mean) / deviation, and the deviation, sqrt(variance + epsilon).
  private func normalised(_ z: [Double]) -> (numbers: [Double], deviation: Double) {
    let width = Double(z.count)
    let mean = z.reduce(0, +) / width
    let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / width
    let deviation = (variance + Self.epsilon).squareRoot()
    return (z.map { ($0 - mean) / deviation }, deviation)
  }
}
