import Figures
import Foundation

/// Flows as SVG.
public enum FlowFigures {
  /// More would hide each other.
  static let mostCurves = 100

  /// The bifurcation diagram: probabilities of the first agent's first actions in the limit of every initialisation,
  /// against alpha. Actions that symmetries exchange share a colour.
  ///
  /// - Parameters:
  ///   - group: Without one every action has its own colour.
  ///   - threshold: Drawn as a line, with the bound.
  public static func bifurcation(
    _ ensembles: [FlowEnsemble], group: SymmetryGroup?, threshold: Threshold? = nil
  ) -> String? {
    guard let form = ensembles.first?.form else { return nil }
    let names = form.problem.actionNames[0]
    let curves = orbits(form.problem, under: group).enumerated().map { number, orbit in
      var points: [(x: Double, y: Double)] = []
      for ensemble in ensembles {
        // Dots that would hide each other are drawn once.
        let places = Set(
          ensemble.results.flatMap { result in orbit.map { (result.probabilities[$0] * 500).rounded() } })
        points += places.sorted().map { (ensemble.alpha, $0 / 500) }
      }
      let others = orbit.count > 1 ? " and \(orbit.count - 1) alike" : ""
      var curve = LinePlot.Curve(
        label: names[orbit[0]] + others, color: LinePlot.colors[number % LinePlot.colors.count], points: points)
      curve.isJoined = false
      curve.dotRadius = 2
      return curve
    }
    var plot = LinePlot(
      title: title(form), xTitle: "entropy coefficient alpha", yTitle: "probability of an action in the limit",
      curves: curves)
    plot.subtitle = "first decision of agent 1, \(ensembles[0].results.count) initialisations per alpha"
    if let high = threshold?.high { plot.markers = [(high.alpha, String(format: "%.4g", high.alpha))] }
    return plot.svg()
  }

  /// J over time of every initialisation.
  public static func objective(_ ensemble: FlowEnsemble) -> String? {
    curves(ensemble, yTitle: "regularised return J") { $0.objective }
  }

  /// Entropy over time of every initialisation.
  public static func entropy(_ ensemble: FlowEnsemble) -> String? {
    curves(ensemble, yTitle: "entropy of all agents (nats)") { $0.entropy }
  }

  /// Decimal logarithms of the gradient norm of every initialisation and of the largest policy distance between two.
  public static func convergence(_ ensemble: FlowEnsemble) -> String? {
    let floor = 1e-16
    var distances: [(x: Double, y: Double)] = []
    for place in ensemble.results[0].samples.indices {
      let samples = ensemble.results.map { $0.samples[place] }
      let distance = FlowEnsemble.maxDistance(samples.map(\.probabilities))
      distances.append((samples[0].time, log10(max(distance, floor))))
    }
    var gradients = thinCurves(ensemble, label: "gradient norm") { log10(max($0.gradientNorm, floor)) }
    gradients.append(LinePlot.Curve(label: "policy distance", color: LinePlot.colors[1], points: distances))
    return plot(ensemble, yTitle: "decimal logarithm", gradients).svg()
  }

  private static func curves(_ ensemble: FlowEnsemble, yTitle: String, _ value: (FlowSample) -> Double) -> String? {
    plot(ensemble, yTitle: yTitle, thinCurves(ensemble, label: nil, value)).svg()
  }

  private static func thinCurves(
    _ ensemble: FlowEnsemble, label: String?, _ value: (FlowSample) -> Double
  ) -> [LinePlot.Curve] {
    ensemble.results.prefix(mostCurves).map { result in
      var curve = LinePlot.Curve(
        label: label, color: LinePlot.colors[0], points: result.samples.map { ($0.time, value($0)) })
      curve.width = 1
      curve.opacity = max(0.1, min(1, 8 / Double(ensemble.results.count)))
      return curve
    }
  }

  private static func plot(_ ensemble: FlowEnsemble, yTitle: String, _ curves: [LinePlot.Curve]) -> LinePlot {
    var plot = LinePlot(title: title(ensemble.form), xTitle: "flow time", yTitle: yTitle, curves: curves)
    let count = ensemble.results.count
    plot.subtitle =
      "alpha \(ensemble.alpha), \(count) initialisations" + (count > mostCurves ? ", \(mostCurves) of them drawn" : "")
    plot.xScale = .logarithmic
    return plot
  }

  private static func title(_ form: SequenceForm) -> String {
    form.horizon == 1 ? form.problem.name : "\(form.problem.name), horizon \(form.horizon)"
  }

  /// The first agent's actions by what symmetries make of them, also by way of other agents' actions; each in rising order.
  private static func orbits(_ problem: DecPOMDP, under group: SymmetryGroup?) -> [[Int]] {
    let counts = problem.actionCounts
    let places = counts.indices.map { counts[..<$0].reduce(0, +) }
    var orbits = DisjointSets(counts.reduce(0, +))
    for phi in group?.generators ?? [] {
      for i in counts.indices {
        for a in 0..<counts[i] { orbits.join(places[i] + a, places[phi.agents[i]] + phi.actions[i][a]) }
      }
    }
    return Dictionary(grouping: 0..<counts[0]) { orbits.root($0) }.values.sorted { $0[0] < $1[0] }
  }

  /// Samples of a trajectory.
  public static let sampleCount = 61

  /// Times at which trajectories are sampled: evenly on a logarithmic scale, from long before to long after what the
  /// entropies and rewards take to act.
  public static func sampleTimes(_ problem: DecPOMDP, alpha: Double, count: Int = sampleCount) -> [Double] {
    let unit = 1 / max(alpha, problem.rewardRange, 1e-300)
    return (0..<count).map { unit * pow(10, -2 + 7 * Double($0) / Double(count - 1)) }
  }
}
