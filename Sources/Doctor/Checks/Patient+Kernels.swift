import Configuration
import Foundation
import Training
import VulkanCompute

extension Patient {
  /// One update of every probed training, against float64.
  func kernels(_ family: KernelFamily) throws -> Outcome {
    var differences: [Difference] = []
    let device = try open(family)
    for (name, overrides) in SmallTraining.probed.sorted(by: { $0.key < $1.key }) {
      guard let expected = recorded.updates[name] else {
        return Outcome(isHealthy: false, sentence: "nothing is recorded for \(name)")
      }
      let configuration = try SmallTraining.probe(overrides + family.overrides)
      let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
      let probe = try trainer.probeUpdate(state: SmallTraining.state, shift: SmallTraining.shift)
      guard probe.actions == expected.actions else {
        let wrong = zip(probe.actions, expected.actions).count { $0 != $1 }
        return Outcome(
          isHealthy: false,
          sentence: "\(wrong) of \(expected.actions.count) actions of \(name) are others than in float64",
          numbers: ["wrong_actions": Double(wrong)])
      }
      func compare(_ part: String, _ found: [Float], _ expected: Floats, within tolerance: Double) {
        differences.append(
          Difference(place: "\(part) of \(name)", found, expected.numbers, tolerance: tolerance))
      }
      compare("log-probabilities", probe.logProbabilities, expected.logProbabilities, within: family.tolerance)
      compare("values", probe.values, expected.values, within: family.tolerance)
      compare("advantages", probe.advantages, expected.advantages, within: family.tolerance)
      compare("gradient", probe.gradient, expected.gradient, within: family.tolerance)
      // Adam divides by the size of a gradient, however small: what is rounded to 16 bits tells nothing of its step.
      if family.precision == .float32 {
        compare("Adam step", probe.step, expected.step, within: 100 * family.tolerance)
      }
    }
    let worst = differences.max { $0.share < $1.share }
    guard let worst else { return Outcome(isHealthy: false, sentence: "nothing is recorded") }
    let numbers = ["largest_difference": worst.size, "tolerance": worst.tolerance]
    let updates = "updates of \(SmallTraining.probed.count) trainings"
    let size = "\(short(worst.size)) in the \(worst.place), with \(short(worst.tolerance)) allowed"
    return worst.share <= 1
      ? Outcome(isHealthy: true, sentence: "\(updates) agree with float64, at worst to \(size)", numbers: numbers)
      : Outcome(isHealthy: false, sentence: "\(updates) differ from float64, by \(size)", numbers: numbers)
  }
}

/// How far numbers are from those that are expected.
struct Difference {
  let place: String
  /// The largest difference, as a share of the largest number that is expected; infinite where any is not a number.
  let size: Double
  let tolerance: Double

  init(place: String, _ found: [Float], _ expected: [Float], tolerance: Double) {
    self.place = place
    self.tolerance = tolerance
    size = Self.largest(found, expected)
  }

  /// How much of the tolerance it takes; above 1 it is too large.
  var share: Double { size / tolerance }

  static func largest(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    var (largest, difference) = (0.0, 0.0)
    for (found, expected) in zip(found, expected) {
      largest = max(largest, Double(abs(expected)))
      difference = max(difference, abs(Double(found) - Double(expected)))
    }
    return difference == 0 ? 0 : difference / largest
  }
}

/// Two digits, as in 3.1e-05.
func short(_ number: Double) -> String {
  guard number.isFinite, number != 0 else { return number == 0 ? "0" : "more than any number" }
  let exponent = Int(log10(abs(number)).rounded(.down))
  return exponent < -3 || exponent > 3
    ? String(format: "%.1e", number) : String(format: "%.\(max(0, 1 - exponent))f", number)
}
