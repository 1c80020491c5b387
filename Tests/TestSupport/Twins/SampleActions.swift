import CShaders
import VulkanCompute

/// Float64 twin of Shaders/PPO/sample_actions.comp for one row: inversion of the cumulative distribution.
public enum SampleActions {
  /// The uniform number of a rollout row.
  public static func uniform(seed: UInt64, row: Int, update: Int) -> Double {
    let words = CounterRandom.words(seed: seed, purpose: PURPOSE_SAMPLE_ACTION, UInt32(row), UInt32(update), 0)
    return Double(CounterRandom.unitFloat(words.x))
  }

  /// The first legal action whose cumulative probability is above `u`. A row with one legal action takes it.
  public static func sample(_ logits: [Double], legal: [Bool], u: Double) -> (action: Int, logProbability: Double) {
    let legalActions = legal.indices.filter { legal[$0] }
    if legalActions.count == 1 { return (legalActions[0], 0) }
    let softmax = MaskedSoftmax(logits, legal: legal)
    var cumulative = 0.0
    for action in legalActions {
      cumulative += softmax.probabilities[action]
      if u < cumulative { return (action, softmax.logProbabilities[action]) }
    }
    let last = legalActions.last ?? 0
    return (last, softmax.logProbabilities[last])
  }
}
