import Foundation
import VulkanCompute

/// Looks for Dec-POMDPs on which much entropy does not lead to one equivariant policy, and for large thresholds.
///
/// Random problems with planted symmetries are screened on the device at a row of alphas, in float32. Whatever looks
/// suspicious is followed again on the host in float64: all problems whose policies differ, or are not equivariant, at the
/// largest alpha, and the problems with the largest thresholds. Alphas are in units of the reward range, which is 1.
public struct CounterExampleSearch: Sendable {
  public var problems = RandomProblems()
  public var problemCount = 1000
  public var horizon = 2
  /// Per problem and alpha.
  public var initialisations = 8
  /// Rising.
  public var alphas: [Double] = (0..<16).map { 0.02 * pow(4 / 0.02, Double($0) / 15) }
  /// How many of the largest thresholds are reported.
  public var reportedCount = 8

  /// The most problems whose thresholds are found again on the host: at least as many as are reported, and all that were
  /// still ambiguous at the largest ambiguous alpha.
  static let mostRechecked = 64

  /// How closely the largest thresholds are enclosed, in units of the reward range.
  static let thresholdTolerance = 5e-3

  /// Lanes of a problem on the device stay few.
  public static let mostInitialisations = 256

  /// Policies that differ by more on the device are suspicious.
  static let suspiciousDistance: Float = 0.01

  public init() {}

  /// Where a problem's flows led on the device.
  struct Screened {
    let number: Int
    /// Index of the largest alpha at which policies differed; -1 where they never did.
    let lastAmbiguous: Int
    /// Largest policy distance, and largest error of equivariance under the planted symmetry, at the largest alpha.
    let distance, equivarianceError: Float

    var isSuspect: Bool { max(distance, equivarianceError) > CounterExampleSearch.suspiciousDistance }
  }

  /// - Parameter progress: Gets the problems that are done.
  public func run(on device: Device, progress: (Int) -> Void = { _ in }) throws -> CounterExampleReport {
    let screening = try FlowScreening(alphas: alphas, initialisations: initialisations, device: device)
    var screened: [Screened] = []
    let batch = 256
    for first in stride(from: 0, to: problemCount, by: batch) {
      let numbers = Array(first..<min(first + batch, problemCount))
      let made = try numbers.map { try problems.problem($0) }
      let forms = try made.map { try SequenceForm($0.problem, horizon: horizon) }
      let policies = try screening.run(forms, seed: problems.seed)
      let size = policies.count / numbers.count
      for (place, number) in numbers.enumerated() {
        screened.append(
          look(number, Array(policies[place * size..<(place + 1) * size]), forms[place], made[place].symmetry))
      }
      progress(numbers.count + first)
    }
    return try recheck(screened, device: device)
  }

  /// - Parameter policies: (parameters, alphas, initialisations)
  private func look(
    _ number: Int, _ policies: [Float], _ form: SequenceForm, _ symmetry: Automorphism
  ) -> Screened {
    let lanes = alphas.count * initialisations
    let distances = alphas.indices.map { alpha in
      (0..<form.parameterCount).reduce(Float(0)) { worst, parameter in
        let first = parameter * lanes + alpha * initialisations
        let row = policies[first..<first + initialisations]
        return max(worst, (row.max() ?? 0) - (row.min() ?? 0))
      }
    }
    let last = lanes - initialisations
    let limit = (0..<form.parameterCount).map { Double(policies[$0 * lanes + last]) }
    return Screened(
      number: number, lastAmbiguous: distances.lastIndex { $0 > Self.suspiciousDistance } ?? -1,
      distance: distances[alphas.count - 1],
      equivarianceError: Float(form.equivarianceError(limit, under: [symmetry])))
  }

  private func recheck(_ screened: [Screened], device: Device) throws -> CounterExampleReport {
    var counterExamples: [CounterExampleReport.Case] = []
    let suspects = screened.filter(\.isSuspect)
    for suspect in suspects {
      let (problem, symmetry) = try problems.problem(suspect.number)
      let ensemble = FlowEnsemble(
        try SequenceForm(problem, horizon: horizon), alpha: alphas[alphas.count - 1],
        initialisations: max(32, initialisations), seed: problems.seed, kind: .adversarial)
      let distance = ensemble.maxPolicyDistance
      let error = ensemble.results.reduce(0) {
        max($0, ensemble.form.equivarianceError($1.probabilities, under: [symmetry]))
      }
      if max(distance, error) > Threshold.sameWithin {
        counterExamples.append(
          .init(
            problem: problem.name, alpha: ensemble.alpha, maxPolicyDistance: distance, equivarianceError: error,
            unfinished: ensemble.unfinishedCount))
      }
    }
    let ranked = screened.sorted { ($0.lastAmbiguous, $1.number) > ($1.lastAmbiguous, $0.number) }
    let tied = ranked.count { $0.lastAmbiguous == ranked[0].lastAmbiguous }
    let largest = ranked.prefix(min(max(reportedCount, tied), Self.mostRechecked))
    let thresholds = try largest.map { candidate in
      let problem = try problems.problem(candidate.number).problem
      let threshold = try Threshold(
        SequenceForm(problem, horizon: horizon), initialisations: max(32, initialisations), seed: problems.seed,
        tolerance: Self.thresholdTolerance)
      return CounterExampleReport.RelativeThreshold(
        problem: problem.name, low: threshold.low?.alpha ?? 0, high: threshold.high.alpha)
    }
    return CounterExampleReport(
      problems: problemCount, states: problems.states, actions: problems.actions, observations: problems.observations,
      horizon: horizon, initialisations: initialisations, alphas: alphas, seed: problems.seed,
      flows: problemCount * alphas.count * initialisations,
      ambiguousProblems: alphas.indices.map { alpha in screened.count { $0.lastAmbiguous >= alpha } },
      suspects: suspects.count, counterExamples: counterExamples,
      largestThresholds: Array(thresholds.sorted { $0.low > $1.low }.prefix(reportedCount)),
      rechecked: thresholds.count, device: device.description.name)
  }
}

/// What a search found.
public struct CounterExampleReport: Encodable, Sendable {
  /// A problem on which a large alpha did not give one equivariant policy, confirmed in float64.
  public struct Case: Encodable, Sendable {
    public let problem: String
    public let alpha: Double
    public let maxPolicyDistance, equivarianceError: Double
    public let unfinished: Int
  }

  /// A threshold in units of the reward range, in float64.
  public struct RelativeThreshold: Encodable, Sendable {
    public let problem: String
    public let low, high: Double
  }

  public let problems, states, actions, observations, horizon, initialisations: Int
  public let alphas: [Double]
  public let seed: UInt64
  /// Flows that were followed on the device.
  public let flows: Int
  /// Per alpha: problems whose policies differed there or at a larger alpha, on the device.
  public let ambiguousProblems: [Int]
  /// Problems that were followed again at the largest alpha.
  public let suspects: Int
  public let counterExamples: [Case]
  /// The largest found, largest first.
  public let largestThresholds: [RelativeThreshold]
  /// Problems whose thresholds were found in float64.
  public let rechecked: Int
  public let device: String
}
