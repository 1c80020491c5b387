import Foundation

/// Float64 twin of Shaders/PPO/prepare_step.comp: the scalars of Adam step number `step`, counted from 1.
public struct PrepareStep {
  public let norm: Double
  public let gradientScale: Double
  public let learningRate: Double
  public let secondMomentScale: Double

  public init(
    gradient: [Double], step: Int, learningRate: Double, beta1: Double, beta2: Double, maxNorm: Double
  ) {
    norm = gradient.map { $0 * $0 }.reduce(0, +).squareRoot()
    gradientScale = min(1, maxNorm / norm)
    self.learningRate = learningRate / (1 - pow(beta1, Double(step)))
    secondMomentScale = 1 / (1 - pow(beta2, Double(step)))
  }
}
