import Foundation
import Networks

/// Float64 twin of the three kernels of a dense layer: Shaders/Network/dense_forward, dense_backward_input and
/// dense_backward_weights. Rows are arrays; nothing is padded.
public struct DenseLayer {
  public let weights: [[Double]]  // (inputs, outputs)
  public let bias: [Double]  // (outputs)
  public let activation: NetworkArchitecture.Activation?

  public init(weights: [[Double]], bias: [Double], activation: NetworkArchitecture.Activation?) {
    self.weights = weights
    self.bias = bias
    self.activation = activation
  }

  /// `act(x W + b)`, row by row.
  public func forward(_ x: [[Double]]) -> [[Double]] {
    x.map { row in
      bias.indices.map { column in
        var sum = bias[column]
        for (input, value) in row.enumerated() { sum += value * weights[input][column] }
        return Self.activate(sum, activation)
      }
    }
  }

  /// `(dy W^T) * act'(x)`, where x holds values activated by `inputActivation`.
  public func backwardInput(
    _ dy: [[Double]], x: [[Double]], inputActivation: NetworkArchitecture.Activation?
  ) -> [[Double]] {
    zip(dy, x).map { dy, x in
      weights.indices.map { input in
        var sum = 0.0
        for (column, gradient) in dy.enumerated() { sum += gradient * weights[input][column] }
        return sum * Self.derivative(x[input], inputActivation)
      }
    }
  }

  /// `x^T dy` (inputs, outputs) and the column sums of dy (outputs).
  public func backwardWeights(x: [[Double]], dy: [[Double]]) -> (weights: [[Double]], bias: [Double]) {
    var weightGradient = weights.map { $0.map { _ in 0.0 } }
    var biasGradient = bias.map { _ in 0.0 }
    for (x, dy) in zip(x, dy) {
      for (column, gradient) in dy.enumerated() {
        biasGradient[column] += gradient
        for (input, value) in x.enumerated() { weightGradient[input][column] += value * gradient }
      }
    }
    return (weightGradient, biasGradient)
  }

  static func activate(_ x: Double, _ activation: NetworkArchitecture.Activation?) -> Double {
    switch activation {
    case .relu: max(x, 0)
    case .tanh: tanh(x)
    case nil: x
    }
  }

  static func derivative(_ y: Double, _ activation: NetworkArchitecture.Activation?) -> Double {
    switch activation {
    case .relu: y > 0 ? 1 : 0
    case .tanh: 1 - y * y
    case nil: 1
    }
  }
}
