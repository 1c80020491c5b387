// Returns of simulated episodes.
@testable import TabularDecPOMDP

/// Plays episodes of a joint policy with the tables of a problem.
struct SampledEpisodes {
  let form: SequenceForm
  /// (parameters)
  let probabilities: [Double]
  var generator = SplitMix64(state: 7)

  /// Discounted return of one episode.
  mutating func play() -> Double {
    let problem = form.problem
    let joint = MixedRadix(problem.actionCounts)
    let seen = MixedRadix(problem.observationCounts)
    var s = draw(problem.start[...])
    var histories = form.trees.map { _ in 0 }
    var (total, gamma) = (0.0, 1.0)
    for t in 0..<form.horizon {
      let actions = histories.indices.map { draw(probabilities[form.parameters(agent: $0, history: histories[$0])]) }
      let a = joint.number(actions)
      let row = s * joint.count + a
      total += gamma * problem.rewards[row]
      gamma *= problem.discount
      guard t + 1 < form.horizon else { break }
      s = draw(problem.transitions[row * problem.stateCount..<(row + 1) * problem.stateCount])
      let first = (a * problem.stateCount + s) * seen.count
      let o = seen.digits(of: draw(problem.observations[first..<first + seen.count]))
      histories = histories.indices.map {
        form.trees[$0].child(of: histories[$0], action: actions[$0], observation: o[$0])
      }
    }
    return total
  }

  /// The place of a weight, drawn in proportion to the weights.
  private mutating func draw(_ weights: ArraySlice<Double>) -> Int {
    var rest = generator.uniform()
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return place }
    }
    return (weights.lastIndex { $0 > 0 } ?? weights.startIndex) - weights.startIndex
  }
}

/// Vigna's SplitMix64.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// From [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
