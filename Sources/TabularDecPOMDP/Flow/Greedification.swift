extension SequenceForm {
  /// How close to the largest a probability counts as tied with it.
  public static let tieTolerance = 1e-6

  /// The joint policy that plays its likeliest actions only: where several are tied, each of them alike, so that the
  /// names of actions decide nothing.
  public func greedy(_ probabilities: [Double]) -> [Double] {
    var greedy = [Double](repeating: 0, count: probabilities.count)
    for (i, tree) in trees.enumerated() {
      for history in 0..<tree.count {
        let range = parameters(agent: i, history: history)
        let largest = probabilities[range].max() ?? 0
        let best = range.filter { probabilities[$0] >= largest - Self.tieTolerance }
        for action in best { greedy[action] = 1 / Double(best.count) }
      }
    }
    return greedy
  }
}
