import Foundation

// d theta / dt = grad J_alpha(theta), followed to a stationary point.

/// Integrates the policy-gradient flow of a problem.
///
/// The flow is stiff: a history that is reached with probability p moves p times as fast as the first decision. So the
/// integrator is linearly implicit, ROS2 (Verwer, Spee, Blom, Hundsdorfer, SIAM J. Sci. Comput. 20, 1999), which has
/// order 2 with any approximation A of the Jacobian:
///   (1 - g h A) k1 = f(theta)                     g = 1 + 1 / sqrt(2)
///   (1 - g h A) k2 = f(theta + h k1) - 2 k1       theta' = theta + h (3 k1 + k2) / 2
/// with the Fisher information of every pi(.|tau) for -A, A = -alpha w y rho (diag(pi) - pi pi^T). At a stationary point
/// this is the curvature of J but for the coupling between agents, so steps grow without limit and the tail of the flow
/// costs few of them; with this g they stay stable for curvatures up to 4 g times that of A. The difference to the
/// embedded order 1 method, theta + h k1, controls the step, and a step on which J falls beyond rounding is not taken.
final class GradientFlow {
  let objective: RegularisedObjective
  let settings: FlowSettings
  private var point, candidate, stage: RegularisedObjective.Point
  private let k1, k2: DoubleBuffer
  private static let gamma = 1 + 0.5.squareRoot()
  /// Error of a step relative to the step, while trajectories are sampled.
  private static let tailTolerance = 0.05

  init(_ objective: RegularisedObjective, settings: FlowSettings = FlowSettings()) {
    self.objective = objective
    self.settings = settings
    point = RegularisedObjective.Point(objective.form)
    candidate = RegularisedObjective.Point(objective.form)
    stage = RegularisedObjective.Point(objective.form)
    k1 = DoubleBuffer(objective.form.parameterCount)
    k2 = DoubleBuffer(objective.form.parameterCount)
  }

  /// How much J may fall on a step by rounding alone.
  static func rounding(of objective: Double, rewardRange: Double) -> Double {
    1e-13 * max(abs(objective), rewardRange, 1e-300)
  }

  /// Follows the flow from some logits.
  ///
  /// - Parameter sampleTimes: Rising; steps end at them.
  func run(from logits: [Double], sampleTimes: [Double] = []) -> FlowResult {
    point.logits.set(logits)
    objective.evaluate(point)
    var samples: [FlowSample] = []
    var (time, steps, worstChange) = (0.0, 0, 0.0)
    // The fastest mode of the entropies has rate alpha; rewards add theirs.
    var stepSize = 0.1 / max(objective.alpha + objective.form.problem.rewardRange, 1e-300)
    var hasStalled = false
    while steps < settings.maximumSteps, !hasStalled {
      while samples.count < sampleTimes.count, time >= sampleTimes[samples.count] { samples.append(sample(time)) }
      if hasArrived { break }
      let next = samples.count < sampleTimes.count ? sampleTimes[samples.count] : .infinity
      let isCut = time + stepSize >= next
      let h = isCut ? next - time : stepSize
      let error = step(h, followsTail: next < .infinity)
      let change = candidate.objective - point.objective
      let rounding = Self.rounding(of: point.objective, rewardRange: objective.form.problem.rewardRange)
      if error <= 1, change >= -rounding {
        worstChange = min(worstChange, change)
        time = isCut ? next : time + h
        steps += 1
        swap(&point, &candidate)
        let growth = min(5, 0.9 / max(error, 1e-4).squareRoot())
        if !isCut || growth < 1 { stepSize = min(h * growth, 1e100) }
      } else {
        stepSize = h * (error > 1 && error.isFinite ? max(0.2, 0.9 / error.squareRoot()) : 0.25)
        // J cannot be told apart any more; nothing is left to gain.
        hasStalled = stepSize < 1e-12 / max(objective.alpha + objective.form.problem.rewardRange, 1e-300)
      }
    }
    while samples.count < sampleTimes.count { samples.append(sample(sampleTimes[samples.count])) }
    return FlowResult(
      logits: point.logits.values, probabilities: point.probabilities.values, objective: point.objective,
      expectedReturn: point.expectedReturn, gradientNorm: point.gradientNorm, residual: point.residual, steps: steps,
      hasArrived: hasArrived, worstChange: worstChange, samples: samples)
  }

  private var hasArrived: Bool {
    point.gradientNorm < settings.gradientTolerance && point.residual < settings.residualTolerance
  }

  private func sample(_ time: Double) -> FlowSample {
    let alpha = objective.alpha
    return FlowSample(
      time: time, objective: point.objective,
      entropy: alpha > 0 ? (point.objective - point.expectedReturn) / alpha : 0, gradientNorm: point.gradientNorm,
      probabilities: point.probabilities.values)
  }

  /// A step of size h from `point` to `candidate`; its estimated error in units of the tolerance.
  ///
  /// - Parameter followsTail: The error must also be small against the step itself, so that what is left decays at its own
  ///   rate.
  private func step(_ h: Double, followsTail: Bool) -> Double {
    let count = objective.form.parameterCount
    let (theta, gradient) = (point.logits.pointer, point.gradient.pointer)
    let (k1, k2) = (k1.pointer, k2.pointer)
    solve(h, gradient, into: k1)
    var a = 0
    while a < count {
      stage.logits.pointer[a] = theta[a] + h * k1[a]
      a &+= 1
    }
    objective.evaluate(stage)
    let stageGradient = stage.gradient.pointer
    a = 0
    while a < count {
      stageGradient[a] -= 2 * k1[a]
      a &+= 1
    }
    solve(h, stageGradient, into: k2)
    var (error, largestError, largestChange) = (0.0, 0.0, 0.0)
    let new = candidate.logits.pointer
    a = 0
    while a < count {
      let change = h * (1.5 * k1[a] + 0.5 * k2[a])
      new[a] = theta[a] + change
      let difference = abs(0.5 * h * (k1[a] + k2[a]))
      // Also true where the difference is not a number.
      if !(difference <= error * (1 + abs(theta[a]))) { error = difference / (1 + abs(theta[a])) }
      if difference > largestError { largestError = difference }
      if abs(change) > largestChange { largestChange = abs(change) }
      a &+= 1
    }
    objective.evaluate(candidate)
    guard !error.isNaN else { return .infinity }
    let relative = followsTail && largestChange > 0 ? largestError / (Self.tailTolerance * largestChange) : 0
    return max(error / settings.errorTolerance, relative)
  }

  /// (1 + c (diag(pi) - pi pi^T)) k = r for every history, c = g h curvature: k_a = (r_a + c pi_a s1 / s0) / (1 + c pi_a)
  /// with s0 = sum_b pi_b / (1 + c pi_b), s1 = sum_b pi_b r_b / (1 + c pi_b)     (Sherman and Morrison)
  private func solve(_ h: Double, _ right: UnsafePointer<Double>, into k: UnsafeMutablePointer<Double>) {
    let form = objective.form
    let (pi, curvature) = (point.probabilities.pointer, point.curvature.pointer)
    for i in form.trees.indices {
      let actions = form.trees[i].actionCount
      let histories = form.trees[i].count
      var first = form.parameterOffsets[i]
      var history = 0
      while history < histories {
        let c = Self.gamma * h * curvature[form.historyOffsets[i] &+ history]
        let end = first &+ actions
        var (s0, s1) = (0.0, 0.0)
        var a = first
        while a < end {
          let weight = pi[a] / (1 + c * pi[a])
          s0 += weight
          s1 += weight * right[a]
          a &+= 1
        }
        let common = c * s1 / s0
        a = first
        while a < end {
          k[a] = (right[a] + pi[a] * common) / (1 + c * pi[a])
          a &+= 1
        }
        first = end
        history &+= 1
      }
    }
  }
}
