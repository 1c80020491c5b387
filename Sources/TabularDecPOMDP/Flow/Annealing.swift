// Flows with a falling alpha: a search for good deterministic policies.

/// What annealed flows from many initialisations found.
public struct Annealing: Sendable {
  /// Expected return of each initialisation's final policy when it plays its likeliest actions, the first of them where
  /// several are tied.
  public let returns: [Double]
  /// Probabilities of the best: deterministic.
  public let bestPolicy: [Double]

  public var bestReturn: Double { returns.max() ?? -.infinity }

  /// Alphas `first`, `first * factor`, ... down to `last`; at each the flow continues from where it was.
  public struct Schedule: Sendable, Hashable {
    public var first, last, factor: Double

    public init(first: Double, last: Double, factor: Double = 0.7) {
      (self.first, self.last, self.factor) = (first, last, factor)
    }

    /// From a twentieth of the reward range, where conventions have begun to form in the classic problems, to a
    /// thousandth.
    public init(for problem: DecPOMDP) {
      self.init(first: 0.05 * problem.rewardRange, last: 1e-3 * problem.rewardRange)
    }

    var alphas: [Double] {
      Array(sequence(first: first) { $0 * factor >= last ? $0 * factor : nil })
    }
  }

  public init(
    _ form: SequenceForm, schedule: Schedule, initialisations: Int, seed: UInt64,
    weighting: EntropyWeighting = .discounted
  ) {
    let starts = Initialisation(form, seed: seed)
    let alphas = schedule.alphas
    var settings = FlowSettings()
    // The way is not the goal: each alpha only prepares the next.
    settings.gradientTolerance = 1e-4 * form.problem.rewardRange
    settings.residualTolerance = 1e-2
    settings.errorTolerance = 0.1
    settings.maximumSteps = 500
    let ends = parallelMap(initialisations) { [settings] i in
      var logits = starts.logits(i)
      var probabilities: [Double] = []
      for alpha in alphas {
        let objective = RegularisedObjective(form, alpha: alpha, weighting: weighting)
        let result = GradientFlow(objective, settings: settings).run(from: logits)
        (logits, probabilities) = (result.logits, result.probabilities)
      }
      return form.firstGreedy(probabilities)
    }
    let objective = RegularisedObjective(form, alpha: 0)
    let returns = ends.map { objective.expectedReturn(probabilities: $0) }
    let best = returns.indices.max { returns[$0] < returns[$1] } ?? 0
    self.returns = returns
    bestPolicy = ends[best]
  }
}

extension SequenceForm {
  /// The deterministic joint policy of the likeliest actions, the first of them where several are tied.
  func firstGreedy(_ probabilities: [Double]) -> [Double] {
    var greedy = [Double](repeating: 0, count: probabilities.count)
    for (i, tree) in trees.enumerated() {
      for history in 0..<tree.count {
        let range = parameters(agent: i, history: history)
        greedy[range.max { probabilities[$0] < probabilities[$1] } ?? range.lowerBound] = 1
      }
    }
    return greedy
  }
}
