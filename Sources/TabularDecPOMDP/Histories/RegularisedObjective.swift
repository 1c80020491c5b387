import Foundation

// J_alpha = E[sum_t gamma^t (r_t + alpha sum_i H(pi_i(.|tau_i,t)))], its gradient, and how far a joint policy is from
// being stationary: exactly, by dynamic programming over the histories.

/// J_alpha of softmax policies. Holds work space: every thread makes its own.
///
/// With the realisation weights x_i and y_i (of sequences and histories), all conditional on nothing but the start:
///   G_i(tau,a) = C_t contracted with x_j, j != i      rho_i(tau) = M_t contracted with y_j
///   E_i(tau)   = M_t contracted with y_j, times sum_{j != i} H_j
/// agent i's values of its own histories follow backwards from the last step,
///   Q(tau,a) = G_i(tau,a) + sum_o V(tau a o)           V(tau) = alpha w_t (rho H + E) + sum_a pi(a|tau) Q(tau,a)
/// and the gradient of its logits is
///   dJ/dtheta(tau,a) = y(tau) pi(a|tau) (S(a) - sum_b pi(b|tau) S(b))     S(a) = Q(tau,a) - alpha w_t rho log pi(a|tau).
/// A joint policy is stationary iff every pi(.|tau) is proportional to exp(Q(tau,.) / (alpha w_t rho(tau))).
public final class RegularisedObjective {
  public let form: SequenceForm
  public var alpha: Double
  public let weighting: EntropyWeighting

  /// A joint policy with all that is known about it.
  final class Point {
    /// (parameters)
    let logits, probabilities, gradient: DoubleBuffer
    /// (histories): alpha w_t y rho, the weight of the Fisher information of pi(.|tau) in the curvature of J.
    let curvature: DoubleBuffer
    /// J_alpha.
    var objective = 0.0
    /// Without the entropies.
    var expectedReturn = 0.0
    /// Euclidean norm of the gradient.
    var gradientNorm = 0.0
    /// Largest difference between a probability and the one that the stationarity condition asks for; 0 if alpha is 0.
    var residual = 0.0

    init(_ form: SequenceForm) {
      logits = DoubleBuffer(form.parameterCount)
      probabilities = DoubleBuffer(form.parameterCount)
      gradient = DoubleBuffer(form.parameterCount)
      curvature = DoubleBuffer(form.historyCount)
    }
  }

  // (parameters)
  private let logProbabilities, sequenceWeights, values: DoubleBuffer
  // (histories)
  private let historyWeights, entropies, weightedEntropies, reach, otherEntropies, partial: DoubleBuffer
  private let scratch: (DoubleBuffer, DoubleBuffer)
  private let agents: [Agent]
  private let layers: [Layer]

  /// Plain numbers of one agent, for loops.
  private struct Agent {
    let actions, histories, parameterOffset, historyOffset: Int
    let parents: [Int]
    let layerStarts: [Int]
  }

  private struct Layer {
    let sequenceSizes, historySizes: [Int]
    let entropyWeight: Double
  }

  public init(_ form: SequenceForm, alpha: Double, weighting: EntropyWeighting = .discounted) {
    self.form = form
    self.alpha = alpha
    self.weighting = weighting
    func parameters() -> DoubleBuffer { DoubleBuffer(form.parameterCount) }
    func histories() -> DoubleBuffer { DoubleBuffer(form.historyCount) }
    (logProbabilities, sequenceWeights, values) = (parameters(), parameters(), parameters())
    (historyWeights, entropies, weightedEntropies) = (histories(), histories(), histories())
    (reach, otherEntropies, partial) = (histories(), histories(), histories())
    agents = form.trees.indices.map { i in
      let tree = form.trees[i]
      return Agent(
        actions: tree.actionCount, histories: tree.count, parameterOffset: form.parameterOffsets[i],
        historyOffset: form.historyOffsets[i], parents: tree.parentSequences, layerStarts: tree.layerStarts)
    }
    layers = (0..<form.horizon).map { t in
      let histories = form.trees.map { $0.layerStarts[t + 1] - $0.layerStarts[t] }
      return Layer(
        sequenceSizes: zip(histories, form.trees).map { $0 * $1.actionCount }, historySizes: histories,
        entropyWeight: weighting.weight(step: t, discount: form.problem.discount))
    }
    let needsScratch = form.trees.count > 2
    let size = needsScratch ? form.rewardTensors.map(\.count).max() ?? 0 : 0
    scratch = (DoubleBuffer(size), DoubleBuffer(size))
  }

  /// J_alpha, the expected return, and the gradient of J_alpha with respect to all logits.
  public func evaluate(
    logits: [Double]
  ) -> (objective: Double, expectedReturn: Double, gradient: [Double], residual: Double) {
    let point = Point(form)
    point.logits.set(logits)
    evaluate(point)
    return (point.objective, point.expectedReturn, point.gradient.values, point.residual)
  }

  /// E[sum_t gamma^t r_t] of a joint policy given by its probabilities.
  public func expectedReturn(probabilities: [Double]) -> Double {
    expectedReturn(sequenceWeights: form.sequenceWeights(probabilities))
  }

  /// E[sum_t gamma^t r_t] from the realisation weights of all agents' sequences: linear in each agent's.
  func expectedReturn(sequenceWeights x: UnsafePointer<Double>) -> Double {
    layers.indices.reduce(0) { total, t in
      contract(form.rewardTensors[t], layers[t].sequenceSizes, x, sequences: true, t, agent: 0, into: values.pointer)
      let first = agents[0].layerStarts[t] * agents[0].actions
      return total
        + (0..<layers[t].sequenceSizes[0]).reduce(0) { $0 + x[first + $1] * values.pointer[first + $1] }
    }
  }

  /// Fills everything of the point from its logits.
  func evaluate(_ point: Point) {
    applySoftmax(point)
    contractTensors()
    backUp(point)
  }

  /// pi, log pi, H, and the realisation weights, from the first step on.
  private func applySoftmax(_ point: Point) {
    let (theta, pi, logPi) = (point.logits.pointer, point.probabilities.pointer, logProbabilities.pointer)
    let (x, y) = (sequenceWeights.pointer, historyWeights.pointer)
    for agent in agents {
      agent.parents.withUnsafeBufferPointer { parents in
        var history = 0
        while history < agent.histories {
          let first = agent.parameterOffset &+ history &* agent.actions
          let end = first &+ agent.actions
          var largest = theta[first]
          var a = first &+ 1
          while a < end {
            if theta[a] > largest { largest = theta[a] }
            a &+= 1
          }
          var sum = 0.0
          a = first
          while a < end {
            let weight = exp(theta[a] - largest)
            pi[a] = weight
            sum += weight
            a &+= 1
          }
          let logSum = log(sum)
          let parent = parents[history]
          let weight = parent < 0 ? 1 : x[agent.parameterOffset &+ parent]
          y[agent.historyOffset &+ history] = weight
          var entropy = 0.0
          a = first
          while a < end {
            pi[a] /= sum
            logPi[a] = theta[a] - largest - logSum
            entropy -= pi[a] * logPi[a]
            x[a] = weight * pi[a]
            a &+= 1
          }
          entropies.pointer[agent.historyOffset &+ history] = entropy
          weightedEntropies.pointer[agent.historyOffset &+ history] = entropy * weight
          history &+= 1
        }
      }
    }
  }

  /// G into `values`, rho into `reach`, E into `otherEntropies`.
  private func contractTensors() {
    for t in layers.indices {
      let layer = layers[t]
      for i in agents.indices {
        contract(
          form.rewardTensors[t], layer.sequenceSizes, sequenceWeights.pointer, sequences: true, t, agent: i,
          into: values.pointer)
        guard alpha != 0 else { continue }
        contract(
          form.reachTensors[t], layer.historySizes, historyWeights.pointer, sequences: false, t, agent: i,
          into: reach.pointer)
        let first = agents[i].historyOffset + agents[i].layerStarts[t]
        otherEntropies.pointer.advanced(by: first).update(repeating: 0, count: layer.historySizes[i])
        for j in agents.indices where j != i {
          contract(
            form.reachTensors[t], layer.historySizes, historyWeights.pointer, sequences: false, t, agent: i,
            into: partial.pointer, replacing: j, by: weightedEntropies.pointer)
          var history = first
          while history < first &+ layer.historySizes[i] {
            otherEntropies.pointer[history] += partial.pointer[history]
            history &+= 1
          }
        }
      }
    }
  }

  /// Contracts a tensor of step t with the weights of all agents but `i`, into `i`'s places of step t.
  private func contract(
    _ tensor: [Double], _ sizes: [Int], _ weights: UnsafePointer<Double>, sequences: Bool, _ t: Int, agent i: Int,
    into result: UnsafeMutablePointer<Double>, replacing j: Int = -1, by other: UnsafePointer<Double>? = nil
  ) {
    func place(_ k: Int) -> Int {
      let agent = agents[k]
      return sequences
        ? agent.parameterOffset + agent.layerStarts[t] * agent.actions : agent.historyOffset + agent.layerStarts[t]
    }
    let vectors = agents.indices.map { k in (k == j ? other ?? weights : weights) + place(k) }
    tensor.withUnsafeBufferPointer { tensor in
      guard let base = tensor.baseAddress else { return }
      contractAll(
        base, sizes: sizes, vectors: vectors, except: i, into: result + place(i),
        scratch: (scratch.0.pointer, scratch.1.pointer))
    }
  }

  /// Values, gradient, curvature and residual, from the last step back.
  private func backUp(_ point: Point) {
    let (pi, logPi, gradient) = (point.probabilities.pointer, logProbabilities.pointer, point.gradient.pointer)
    let (q, x) = (values.pointer, sequenceWeights.pointer)
    var (expectedReturn, squaredNorm, residual) = (0.0, 0.0, 0.0)
    do {
      var a = 0
      while a < agents[0].histories &* agents[0].actions {
        expectedReturn += x[a] * q[a]
        a &+= 1
      }
    }
    for agent in agents {
      let (y, rho) = (historyWeights.pointer + agent.historyOffset, reach.pointer + agent.historyOffset)
      let (own, others) = (entropies.pointer + agent.historyOffset, otherEntropies.pointer + agent.historyOffset)
      let curvature = point.curvature.pointer + agent.historyOffset
      agent.parents.withUnsafeBufferPointer { parents in
        for t in layers.indices.reversed() {
          let scale = alpha * layers[t].entropyWeight
          let end = agent.layerStarts[t &+ 1]
          var history = agent.layerStarts[t]
          while history < end {
            let first = agent.parameterOffset &+ history &* agent.actions
            let last = first &+ agent.actions
            let temperature = scale * rho[history]
            var (value, mean) = (0.0, 0.0)
            var a = first
            while a < last {
              value += pi[a] * q[a]
              if temperature > 0 { mean += pi[a] * (q[a] - temperature * logPi[a]) }
              a &+= 1
            }
            if temperature == 0 { mean = value }
            a = first
            while a < last {
              let soft = temperature > 0 ? q[a] - temperature * logPi[a] : q[a]
              let slope = y[history] * pi[a] * (soft - mean)
              gradient[a] = slope
              squaredNorm += slope * slope
              a &+= 1
            }
            if temperature > 0 {
              let difference = distanceToSoftmax(pi + first, q + first, agent.actions, temperature)
              if difference > residual { residual = difference }
            }
            curvature[history] = temperature * y[history]
            value += temperature * own[history] + (scale == 0 ? 0 : scale * others[history])
            if parents[history] >= 0 {
              q[agent.parameterOffset &+ parents[history]] += value
            } else {
              point.objective = value
            }
            history &+= 1
          }
        }
      }
    }
    point.expectedReturn = expectedReturn
    point.gradientNorm = squaredNorm.squareRoot()
    point.residual = residual
  }

  /// max_a |pi(a) - softmax(q / temperature)(a)|
  private func distanceToSoftmax(
    _ pi: UnsafePointer<Double>, _ q: UnsafePointer<Double>, _ count: Int, _ temperature: Double
  ) -> Double {
    var largest = q[0]
    var a = 1
    while a < count {
      if q[a] > largest { largest = q[a] }
      a &+= 1
    }
    var sum = 0.0
    a = 0
    while a < count {
      sum += exp((q[a] - largest) / temperature)
      a &+= 1
    }
    var difference = 0.0
    a = 0
    while a < count {
      difference = max(difference, abs(pi[a] - exp((q[a] - largest) / temperature) / sum))
      a &+= 1
    }
    return difference
  }
}
