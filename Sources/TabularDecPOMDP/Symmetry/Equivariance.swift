// What symmetries do to policies. A symmetry acts on a history element by element.

extension SequenceForm {
  /// The joint policy that a symmetry phi makes of one: pi'_{phi(i)}(phi(a) | phi(tau)) = pi_i(a | tau).
  public func transformed(_ probabilities: [Double], by phi: Automorphism) -> [Double] {
    var transformed = probabilities
    for i in trees.indices {
      let images = historyImages(agent: i, phi)
      for history in 0..<trees[i].count {
        let from = parameters(agent: i, history: history).lowerBound
        let to = parameters(agent: phi.agents[i], history: images[history]).lowerBound
        for a in 0..<trees[i].actionCount { transformed[to + phi.actions[i][a]] = probabilities[from + a] }
      }
    }
    return transformed
  }

  /// The history of agent `phi.agents[i]` that each history of agent i becomes.
  private func historyImages(agent i: Int, _ phi: Automorphism) -> [Int] {
    let tree = trees[i]
    let target = trees[phi.agents[i]]
    var images: [Int] = []
    for history in 0..<tree.count {
      let sequence = tree.parentSequences[history]
      guard sequence >= 0 else {
        images.append(0)
        continue
      }
      let (before, action) = sequence.quotientAndRemainder(dividingBy: tree.actionCount)
      let image = target.child(
        of: images[before], action: phi.actions[i][action],
        observation: phi.observations[i][tree.lastObservations[history]])
      precondition(image >= 0, "a symmetry maps histories that can occur to such")
      images.append(image)
    }
    return images
  }

  /// The largest difference between a probability and that of its image under one of the symmetries: 0 iff the joint
  /// policy is equivariant under all that they generate.
  public func equivarianceError(_ probabilities: [Double], under symmetries: [Automorphism]) -> Double {
    symmetries.reduce(0) { worst, phi in
      zip(transformed(probabilities, by: phi), probabilities).reduce(worst) { max($0, abs($1.0 - $1.1)) }
    }
  }
}
