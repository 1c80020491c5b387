import Foundation

/// Float64 twin of Shaders/Evaluation/compare_policies.comp: one decision.
public struct ComparePolicies {
  public let divergence: Double
  public let totalVariation: Double
  public let agree: Bool

  /// - Parameters:
  ///   - logits: Of the observation, (K).
  ///   - turned: Of its image, (K), in the numbers of the image.
  ///   - legal: Actions, ascending.
  ///   - actions: The new number of every action.
  public init(logits: [Double], turned: [Double], legal: [Int], actions: [Int]) {
    let isLegal = logits.indices.map(legal.contains)
    let images = legal.map { actions[$0] }
    let p = MaskedSoftmax(logits, legal: isLegal).logProbabilities
    let q = MaskedSoftmax(turned, legal: turned.indices.map(images.contains)).logProbabilities
    divergence = legal.reduce(0) { $0 + exp(p[$1]) * (p[$1] - q[actions[$1]]) }
    totalVariation = legal.reduce(0) { $0 + abs(exp(p[$1]) - exp(q[actions[$1]])) / 2 }
    let preferred = legal.first { action in legal.allSatisfy { logits[$0] <= logits[action] } }!
    let turnedPreferred = images.sorted().first { image in images.allSatisfy { turned[$0] <= turned[image] } }!
    agree = actions[preferred] == turnedPreferred
  }
}
