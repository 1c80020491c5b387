import Foundation

/// Float64 twin of Shaders/Common/masked_softmax.glsl: softmax over the legal actions of one row.
public struct MaskedSoftmax {
  /// Minus infinity for illegal actions.
  public let logProbabilities: [Double]

  public init(_ logits: [Double], legal: [Bool]) {
    let maximum = zip(logits, legal).filter(\.1).map(\.0).max() ?? 0
    let sum = zip(logits, legal).filter(\.1).map { exp($0.0 - maximum) }.reduce(0, +)
    logProbabilities = zip(logits, legal).map { $1 ? $0 - maximum - log(sum) : -.infinity }
  }

  public var probabilities: [Double] { logProbabilities.map { exp($0) } }

  /// In nats.
  public var entropy: Double {
    logProbabilities.filter(\.isFinite).map { -exp($0) * $0 }.reduce(0, +)
  }
}
