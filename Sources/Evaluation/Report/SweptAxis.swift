import Configuration
import Figures
import Foundation
import Training

/// Where the configurations of a summary stand in a figure over the swept hyper-parameter: one panel per training and
/// combination of the other swept hyper-parameters, one place per value.
///
/// The axis is the entropy coefficient where it is swept, else the hyper-parameter with the most values. Where
/// configurations do not differ in hyper-parameters they stand side by side under their names.
public struct SweptAxis {
  public struct Place: Sendable, Hashable {
    /// Number of the panel, and what sets it apart; empty for a single one.
    public let panel: Int
    public let panelTitle: String
    public let x: Double
  }

  /// nil where configurations stand under their names.
  public let key: Hyperparameter?
  /// One per configuration, in their order.
  public let places: [Place]
  public let panelTitles: [String]
  private let names: [String]

  public init(_ summary: EvaluationSummary) {
    let configurations = summary.configurations
    let varying = Hyperparameter.allCases.filter { key in
      Set(configurations.map { $0.hyperparameters[key] }).count > 1
    }
    func values(_ key: Hyperparameter) -> Int { Set(configurations.map { $0.hyperparameters[key] }).count }
    // Only what has a value everywhere makes an axis.
    let axes = varying.filter { key in configurations.allSatisfy { $0.hyperparameters[key] != nil } }
    let key =
      axes.contains(.entropyCoefficient)
      ? .entropyCoefficient : axes.max { values($0) < values($1) }
    names = configurations.map(\.configuration)
    let trainings = configurations.map { $0.training ?? "" }
    let others = varying.filter { $0 != key }
    let titles = configurations.indices.map { i in
      let values = others.map { "\($0.words) \(configurations[i].hyperparameters[$0]?.short ?? "-")" }
      return ((Set(trainings).count > 1 ? [trainings[i]] : []) + values).joined(separator: ", ")
    }
    let spots = zip(titles, configurations).map { title, configuration in
      "\(title)\n\(key.flatMap { configuration.hyperparameters[$0] } ?? 0)"
    }
    guard let key, Set(spots).count == spots.count else {
      self.key = nil
      panelTitles = [""]
      places = configurations.indices.map { Place(panel: 0, panelTitle: "", x: Double($0)) }
      return
    }
    self.key = key
    let distinct = titles.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    panelTitles = distinct
    places = configurations.indices.map { i in
      Place(
        panel: distinct.firstIndex(of: titles[i]) ?? 0, panelTitle: titles[i],
        x: configurations[i].hyperparameters[key] ?? 0)
    }
  }

  /// `entropy_sweep` for the entropy coefficient: what files of figures over this axis are called.
  public var fileName: String {
    guard let key else { return "configurations" }
    let suffix = "_coefficient"
    let name = key.rawValue.hasSuffix(suffix) ? String(key.rawValue.dropLast(suffix.count)) : key.rawValue
    return "\(name)_sweep"
  }

  /// `entropy coefficient`
  public var title: String { key?.words ?? "configuration" }

  public func label(_ x: Double) -> String { key == nil ? names[Int(x)] : x.short }

  /// Configurations of a panel by rising x.
  func members(ofPanel panel: Int) -> [Int] {
    places.indices.filter { places[$0].panel == panel }.sorted { places[$0].x < places[$1].x }
  }

  /// What others of a panel are compared with: the configuration with the default value, else that with the smallest value
  /// above 0, else the first; nil for an empty panel.
  func baseline(of members: [Int]) -> Int? {
    guard let key, let standard = Hyperparameters()[key] else { return members.first }
    return members.first { places[$0].x == standard } ?? members.first { places[$0].x > 0 } ?? members.first
  }

  /// The axis of a plot of one panel.
  func prepare(_ plot: inout LinePlot, members: [Int]) {
    let ticks = members.map { places[$0].x }
    plot.xTicks = ticks
    plot.xLabel = label
    plot.xScale = key == nil ? .ranks : .fitting(ticks)
    if key != nil, plot.xScale == .ranks, ticks.count > 1 { plot.xTitle += " (not to scale)" }
  }
}

extension Hyperparameter {
  /// `entropy coefficient`
  public var words: String { rawValue.replacing("_", with: " ") }
}
