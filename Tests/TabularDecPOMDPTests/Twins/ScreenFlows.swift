// The slow, obvious twin of Shaders/Tabular/screen_flows.comp.
import Foundation

@testable import TabularDecPOMDP

/// Linearly implicit Euler steps of growing size, with the gradient of finite differences of the definition of J.
struct ScreenFlows {
  let form: SequenceForm
  let alpha: Double
  let schedule: FlowScreening.Schedule

  func probabilities(from start: [Double]) -> [Double] {
    var logits = start
    var h = Double(schedule.firstStepSize)
    for _ in 0..<schedule.steps {
      let pi = softmax(logits)
      let gradient = logits.indices.map { parameter in
        var (above, below) = (logits, logits)
        above[parameter] += 1e-5
        below[parameter] -= 1e-5
        return (value(above) - value(below)) / 2e-5
      }
      for i in form.trees.indices {
        for history in 0..<form.trees[i].count {
          let range = form.parameters(agent: i, history: history)
          // (1 + c (diag(pi) - pi pi^T)) k = gradient, by Gauss and Jordan.
          let reach = NaiveReturn(form: form, probabilities: pi, alpha: 0).probability(of: history, agent: i)
          let c = 1.70710678 * h * alpha * reach
          var rows = range.map { a in
            range.map { b in (a == b ? 1 + c * pi[a] : 0) - c * pi[a] * pi[b] } + [gradient[a]]
          }
          for pivot in rows.indices {
            rows[pivot] = rows[pivot].map { [head = rows[pivot][pivot]] in $0 / head }
            for other in rows.indices where other != pivot {
              let factor = rows[other][pivot]
              rows[other] = zip(rows[other], rows[pivot]).map { $0 - factor * $1 }
            }
          }
          for (k, a) in range.enumerated() { logits[a] += h * rows[k][range.count] }
        }
      }
      h *= Double(schedule.growth)
    }
    return softmax(logits)
  }

  private func softmax(_ logits: [Double]) -> [Double] {
    var pi = logits.map { exp($0) }
    for i in form.trees.indices {
      for history in 0..<form.trees[i].count {
        let range = form.parameters(agent: i, history: history)
        let sum = pi[range].reduce(0, +)
        for a in range { pi[a] /= sum }
      }
    }
    return pi
  }

  private func value(_ logits: [Double]) -> Double {
    NaiveReturn(form: form, probabilities: softmax(logits), alpha: alpha).value
  }
}
