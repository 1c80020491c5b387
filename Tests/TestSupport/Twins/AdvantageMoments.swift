/// Float64 twin of Shaders/PPO/advantage_moments.comp: mean and 1 / (standard deviation + 1e-8) of one minibatch.
public struct AdvantageMoments {
  public let mean: Double
  public let scale: Double

  public init(mean: Double, scale: Double) {
    self.mean = mean
    self.scale = scale
  }

  public init(_ advantages: [Double]) {
    let count = Double(advantages.count)
    let mean = advantages.reduce(0, +) / count
    let variance = advantages.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count
    self.mean = mean
    scale = 1 / (variance.squareRoot() + 1e-8)
  }

  public func normalized(_ advantage: Double) -> Double { (advantage - mean) * scale }
}
