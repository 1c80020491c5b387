import Configuration
import Training

extension EvaluationMode {
  /// The order of every table and figure: `sampled`, `greedy`, `greedy-random-tie`, then temperatures from high to low.
  public static func ordered(_ modes: [EvaluationMode]) -> [EvaluationMode] {
    modes.sorted { ($0.rank, -($0.temperatureIfAny ?? 0)) < ($1.rank, -($1.temperatureIfAny ?? 0)) }
  }

  /// Modes that share a panel of a figure or a table, by their places: two at most, and never both ways of being greedy,
  /// whose curves coincide unless logits tie.
  public static func panels(of modes: [EvaluationMode]) -> [[Int]] {
    modes.indices.reduce(into: [[Int]]()) { panels, place in
      let isFull = panels.last.map { panel in
        panel.count == 2 || (modes[place] == .greedyRandomTie && panel.contains { modes[$0] == .greedy })
      }
      if isFull ?? true { panels.append([place]) } else { panels[panels.count - 1].append(place) }
    }
  }

  private var rank: Int {
    switch self {
    case .sampled: 0
    case .greedy: 1
    case .greedyRandomTie: 2
    case .temperature: 3
    }
  }

  private var temperatureIfAny: Double? {
    if case .temperature(let temperature) = self { temperature } else { nil }
  }
}

extension EvaluationSummary {
  /// The same with modes in the order of tables and figures.
  public var inOrder: EvaluationSummary {
    var summary = self
    for i in configurations.indices {
      let modes = configurations[i].modes
      summary.configurations[i].modes = EvaluationMode.ordered(modes.map(\.mode)).compactMap { mode in
        modes.first { $0.mode == mode }
      }
    }
    return summary
  }
}
