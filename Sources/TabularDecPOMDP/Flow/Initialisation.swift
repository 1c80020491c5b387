import CShaders
import Foundation
import VulkanCompute

/// Where flows start. A function of (seed, number) and of nothing else.
public struct Initialisation: Sendable {
  public enum Kind: Sendable, Hashable {
    /// Independent normal logits of standard deviation 0.5: mild preferences.
    case random
    /// Random for even numbers; close to a deterministic joint policy for odd ones.
    case adversarial
  }

  public let form: SequenceForm
  public let seed: UInt64
  public let kind: Kind

  static let spread = 0.5
  /// How far the chosen action's logit lies above the others near a deterministic policy: probability 0.9975 of two.
  static let margin = 6.0
  /// Standard deviation of what is added near a deterministic policy, so that no symmetry holds exactly at the start:
  /// it would hold for ever.
  static let jitter = 0.1

  public init(_ form: SequenceForm, seed: UInt64, kind: Kind = .random) {
    self.form = form
    self.seed = seed
    self.kind = kind
  }

  /// Logits of all agents: (parameters).
  public func logits(_ number: Int) -> [Double] {
    kind == .random || number % 2 == 0 ? normal(number, deviation: Self.spread) : nearDeterministic(number)
  }

  private func normal(_ number: Int, deviation: Double) -> [Double] {
    (0..<form.parameterCount).map { parameter in
      let words = words(number, parameter, kind: 0)
      // Box and Muller; the radius takes a number from (0, 1].
      let radius = (-2 * log((Double(words.x) + 1) * 0x1p-32)).squareRoot()
      return deviation * radius * cos(2 * .pi * Double(words.y) * 0x1p-32)
    }
  }

  /// Close to a deterministic joint policy: of all of them in turn where there are at most as many as 2^16, in a
  /// shuffled order; else a random one.
  private func nearDeterministic(_ number: Int) -> [Double] {
    var logits = normal(number, deviation: Self.jitter)
    var turn = scrambled(number / 2)
    for (i, tree) in form.trees.enumerated() {
      for history in 0..<tree.count {
        let action: Int
        if let current = turn {
          (turn, action) = (current / tree.actionCount, current % tree.actionCount)
        } else {
          let place = form.historyOffsets[i] + history
          action = CounterRandom.index(words(number, place, kind: 1).x, below: tree.actionCount)
        }
        logits[form.parameters(agent: i, history: history).lowerBound + action] += Self.margin
      }
    }
    return logits
  }

  /// The `turn`-th number of a shuffled list of all deterministic joint policies; nil if there are too many.
  private func scrambled(_ turn: Int) -> Int? {
    var count = 1
    for tree in form.trees {
      for _ in 0..<tree.count {
        count *= tree.actionCount
        if count > 1 << 16 { return nil }
      }
    }
    // A multiplier without a common factor visits all.
    var multiplier = Int(Double(count) * 0.618) | 1
    while Self.greatestCommonDivisor(multiplier, count) > 1 { multiplier += 2 }
    return turn % count * multiplier % count
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  private func words(_ number: Int, _ place: Int, kind: UInt32) -> SIMD4<UInt32> {
    CounterRandom.words(seed: seed, purpose: PURPOSE_INITIAL_POLICY, UInt32(number), UInt32(place), kind)
  }
}
