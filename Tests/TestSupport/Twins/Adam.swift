/// Float64 twin of Shaders/PPO/adam.comp: parameters and moments of one run.
public struct Adam {
  public var parameters: [Double]
  public var firstMoments: [Double]
  public var secondMoments: [Double]
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double

  public init(parameters: [Double], beta1: Double, beta2: Double, epsilon: Double) {
    self.parameters = parameters
    firstMoments = parameters.map { _ in 0 }
    secondMoments = parameters.map { _ in 0 }
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public mutating func step(_ gradient: [Double], _ scalars: PrepareStep) {
    for i in parameters.indices {
      let g = gradient[i] * scalars.gradientScale
      firstMoments[i] = beta1 * firstMoments[i] + (1 - beta1) * g
      secondMoments[i] = beta2 * secondMoments[i] + (1 - beta2) * g * g
      parameters[i] -=
        scalars.learningRate * firstMoments[i] / ((secondMoments[i] * scalars.secondMomentScale).squareRoot() + epsilon)
    }
  }
}
