/// Float64 twin of Shaders/PPO/finish_update.comp: the sums over environments that close an update of one run.
public struct FinishUpdate: Equatable {
  public let episodeReturn: Double
  public let episodeLength: Double
  public let episodes: Double
  public let illegalActions: Double

  /// - Parameter sums: Per environment: returns, lengths, episodes, error.
  public init(_ sums: [SIMD4<Double>]) {
    let total = sums.reduce(.zero, +)
    (episodeReturn, episodeLength, episodes, illegalActions) = (total.x, total.y, total.z, total.w)
  }
}
