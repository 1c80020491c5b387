import CShaders
import Configuration
import Foundation
import Training
import VulkanCompute

@testable import Evaluation

/// Twin of Shaders/Evaluation/select_actions.comp for one seat that chooses.
struct SelectActionsTwin {
  let logits: [Float]  // (K)
  let legal: [Int]
  let tieTolerance: Float

  var maximum: Float { legal.map { logits[$0] }.max() ?? 0 }
  var exactTies: [Int] { legal.filter { logits[$0] == maximum } }
  var nearTies: [Int] { legal.filter { logits[$0] >= maximum - tieTolerance } }

  /// Actions that `mode` may choose with this random word. There are two of them only where the word falls so close to
  /// a border between two actions that rounding decides.
  func choices(_ mode: EvaluationMode, word: UInt32) -> [Int] {
    switch mode {
    case .greedy: [exactTies[0]]
    case .greedyRandomTie: [nearTies[CounterRandom.index(word, below: nearTies.count)]]
    case .sampled: sample(temperature: 1, word: word)
    case .temperature(let temperature): sample(temperature: temperature, word: word)
    }
  }

  func probabilities(temperature: Double) -> [Double] {
    let weights = legal.map { exp(Double(logits[$0] - maximum) / temperature) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private func sample(temperature: Double, word: UInt32) -> [Int] {
    let threshold = Double(CounterRandom.unitFloat(word))
    var below = 0.0
    var choices: [Int] = []
    for (action, probability) in zip(legal, probabilities(temperature: temperature)) {
      if threshold > below - 1e-5 && threshold < below + probability + 1e-5 { choices.append(action) }
      below += probability
    }
    return choices
  }
}
