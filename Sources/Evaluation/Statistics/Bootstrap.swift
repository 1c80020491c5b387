import CShaders
import VulkanCompute

/// Standard errors by resampling runs: teams that share a run are not independent, runs are.
///
/// Sample s draws R runs with replacement; run i then counts w_i times and a team counts the product of its members'
/// w. Teams of a run with its own copy are no cross-play and stay out.
public struct Bootstrap: Sendable, Hashable {
  public let samples: Int
  public let seed: UInt64

  public init(samples: Int, seed: UInt64) {
    self.samples = samples
    self.seed = seed
  }

  /// How often each of `count` runs is drawn in one sample; `set` tells sets of runs apart that are drawn independently.
  func weights(sample: Int, count: Int, set: Int = 0) -> [Double] {
    var weights = [Double](repeating: 0, count: count)
    var words = SIMD4<UInt32>()
    for draw in 0..<count {
      if draw.isMultiple(of: 4) {
        words = CounterRandom.words(
          seed: seed, purpose: PURPOSE_BOOTSTRAP, UInt32(sample), UInt32(draw / 4), UInt32(set))
      }
      weights[CounterRandom.index(words[draw % 4], below: count)] += 1
    }
    return weights
  }

  /// The standard deviation of `statistic` over the samples; samples for which it is nil are left out.
  func standardError(runs count: Int, _ statistic: ([Double]) -> Double?) -> Double? {
    standardDeviation((0..<samples).compactMap { statistic(weights(sample: $0, count: count)) })
  }

  /// The same for two independent sets of runs, whose weights are given one after the other.
  func standardError(rows: Int, columns: Int, _ statistic: ([Double]) -> Double?) -> Double? {
    standardDeviation(
      (0..<samples).compactMap {
        statistic(weights(sample: $0, count: rows) + weights(sample: $0, count: columns, set: 1))
      })
  }
}
