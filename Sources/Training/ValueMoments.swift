import CShaders
import Networks

/// What the value head of a run that normalises values is to be multiplied with and moved by: mean and standard deviation of its
/// value targets (`value_normalisation`).
public struct ValueMoments: Sendable, Hashable {
  public let mean, scale: Float

  /// - Parameter progress: A run's block of `progress`, as a checkpoint holds it; nil where it is too short.
  public init?(progress: some Collection<UInt32>) {
    guard progress.count > Int(PROGRESS_TARGET_SQUARE) else { return nil }
    func sum(_ place: UInt32) -> Float {
      Float(bitPattern: progress[progress.index(progress.startIndex, offsetBy: Int(place))])
    }
    let weight = sum(PROGRESS_TARGET_WEIGHT)
    guard weight > 0 else {
      (mean, scale) = (0, 1)
      return
    }
    mean = sum(PROGRESS_TARGET_MEAN) / weight
    scale = max(sum(PROGRESS_TARGET_SQUARE) / weight - mean * mean, Float(LEAST_TARGET_VARIANCE)).squareRoot()
  }

  /// The parameter set (P) whose value head gives values in units of rewards: for use outside of the training.
  public func applied(to parameters: [Float], of layout: ParameterLayout) -> [Float] {
    let head = layout.layers[layout.criticOutput]
    var parameters = parameters
    for place in head.weightPlaces { parameters[place] *= scale }
    for place in head.biasPlaces { parameters[place] = parameters[place] * scale + mean }
    return parameters
  }
}
