// J_alpha as its definition reads: an expectation over states, joint actions and joint observations, step by step.
import Foundation

@testable import TabularDecPOMDP

/// The slow, obvious twin of `RegularisedObjective`: no beliefs, no sequence form, no shared work.
struct NaiveReturn {
  let form: SequenceForm
  /// (parameters)
  let probabilities: [Double]
  let alpha: Double
  var weighting = EntropyWeighting.discounted

  private var problem: DecPOMDP { form.problem }

  var value: Double {
    problem.start.indices.reduce(0) { sum, s in
      problem.start[s] == 0
        ? sum : sum + problem.start[s] * value(from: s, step: 0, histories: form.trees.map { _ in 0 })
    }
  }

  private func pi(_ i: Int, _ history: Int) -> [Double] {
    Array(probabilities[form.parameters(agent: i, history: history)])
  }

  private func value(from s: Int, step t: Int, histories: [Int]) -> Double {
    guard t < form.horizon else { return 0 }
    let joint = MixedRadix(problem.actionCounts)
    let seen = MixedRadix(problem.observationCounts)
    let gamma = pow(problem.discount, Double(t))
    var total = 0.0
    for i in histories.indices {
      let entropy = pi(i, histories[i]).reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
      total += alpha * (weighting == .discounted ? gamma : 1) * entropy
    }
    for a in 0..<joint.count {
      let actions = joint.digits(of: a)
      let probability = histories.indices.reduce(1) { $0 * pi($1, histories[$1])[actions[$1]] }
      var future = gamma * problem.rewards[s * joint.count + a]
      if t + 1 < form.horizon {
        for next in 0..<problem.stateCount {
          let moves = problem.transitions[(s * joint.count + a) * problem.stateCount + next]
          guard moves > 0 else { continue }
          for o in 0..<seen.count {
            let observed = problem.observations[(a * problem.stateCount + next) * seen.count + o]
            guard observed > 0 else { continue }
            let longer = histories.indices.map {
              form.trees[$0].child(of: histories[$0], action: actions[$0], observation: seen.digit($0, of: o))
            }
            future += moves * observed * value(from: next, step: t + 1, histories: longer)
          }
        }
      }
      total += probability * future
    }
    return total
  }

  /// How likely agent i is to have a history at some time.
  func probability(of history: Int, agent i: Int) -> Double {
    problem.start.indices.reduce(0) {
      $0 + problem.start[$1] * probability(of: history, i, from: $1, step: 0, histories: form.trees.map { _ in 0 })
    }
  }

  private func probability(of history: Int, _ i: Int, from s: Int, step t: Int, histories: [Int]) -> Double {
    if histories[i] == history { return 1 }
    guard t + 1 < form.horizon else { return 0 }
    let joint = MixedRadix(problem.actionCounts)
    let seen = MixedRadix(problem.observationCounts)
    var total = 0.0
    for a in 0..<joint.count {
      let actions = joint.digits(of: a)
      let chosen = histories.indices.reduce(1) { $0 * pi($1, histories[$1])[actions[$1]] }
      for next in 0..<problem.stateCount {
        let moves = problem.transitions[(s * joint.count + a) * problem.stateCount + next]
        for o in 0..<seen.count {
          let observed = problem.observations[(a * problem.stateCount + next) * seen.count + o]
          guard moves * observed > 0 else { continue }
          let longer = histories.indices.map {
            form.trees[$0].child(of: histories[$0], action: actions[$0], observation: seen.digit($0, of: o))
          }
          total +=
            chosen * moves * observed
            * probability(of: history, i, from: next, step: t + 1, histories: longer)
        }
      }
    }
    return total
  }
}
