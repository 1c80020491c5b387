/// Float64 twin of Shaders/PPO/reduce_gradients.comp: the sum over the splits, and the squares of every 16 parameters.
public struct ReduceGradients {
  public let gradient: [Double]
  public let normPartials: [Double]

  /// - Parameter splits: (S, P)
  public init(splits: [[Double]]) {
    let gradient = splits[0].indices.map { parameter in splits.map { $0[parameter] }.reduce(0, +) }
    self.gradient = gradient
    normPartials = stride(from: 0, to: gradient.count, by: 16).map { first in
      gradient[first..<first + 16].map { $0 * $0 }.reduce(0, +)
    }
  }
}
