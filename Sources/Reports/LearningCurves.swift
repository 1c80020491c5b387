import Configuration
import Evaluation
import Foundation
import Runs
import Training

/// What trainings measured over their env steps, per run, gathered into pieces of equal length.
///
/// Within a piece, entropy is the mean over updates, and what is counted per episode is the mean over the episodes.
public struct LearningCurves {
  /// A quantity of `metrics.jsonl`.
  public struct Quantity: Sendable, Hashable {
    /// As a reader of metrics knows it: `entropy`, `outcomes.bombed`.
    public let key: String
    /// Name of its column: `entropy`, `outcome_bombed`.
    public let column: String
    /// For an axis: what it is and its unit.
    public let title: String
    /// Updates count as often as episodes ended in them.
    public let isPerEpisode: Bool

    package init(key: String, column: String, title: String, isPerEpisode: Bool) {
      (self.key, self.column, self.title, self.isPerEpisode) = (key, column, title, isPerEpisode)
    }

    /// What every game has.
    package static let episodeReturn = Quantity(
      key: "episode_return", column: "episode_return", title: "return per game (points)", isPerEpisode: true)
    package static let entropy = Quantity(
      key: "entropy", column: "entropy", title: "policy entropy (nats)", isPerEpisode: false)

    package static func outcome(_ name: String) -> Quantity {
      Quantity(
        key: "outcomes.\(name)", column: "outcome_\(name)", title: "\(name.replacing("_", with: " ")) (per game)",
        isPerEpisode: true)
    }
  }

  /// One run and its pieces.
  public struct Run {
    public let run: EvaluatedRun
    /// By piece; nil where no update fell into it.
    public fileprivate(set) var pieces: [Piece?]
  }

  public struct Piece: Sendable {
    public fileprivate(set) var updates = 0
    public fileprivate(set) var episodes = 0
    fileprivate var envStepSum = 0.0
    /// One sum and weight per quantity.
    fileprivate var sums: [Double]
    fileprivate var weights: [Double]

    package init(quantities: Int) {
      sums = Array(repeating: 0, count: quantities)
      weights = sums
    }

    /// Mean over the updates of the piece.
    public var envSteps: Double { envStepSum / Double(updates) }

    /// nil where there was nothing to measure.
    public func value(_ quantity: Int) -> Double? { weights[quantity] > 0 ? sums[quantity] / weights[quantity] : nil }
  }

  /// What was read from the metrics of one folder.
  public struct Source: Sendable {
    public let file: URL
    public let count: MetricsReader.Count
    /// Lines of runs that the configuration does not have.
    public let foreignLines: Int
    /// Updates without a line between others that have one.
    public let gaps: [MetricsSurvey.Gap]
  }

  /// Pieces of a run.
  public static let mostPieces = 150

  public let quantities: [Quantity]
  /// Those that have metrics, in the order of every table and figure.
  public private(set) var runs: [Run]
  public private(set) var sources: [Source] = []

  /// Reads the metrics of all trainings; folders without any are passed over.
  ///
  /// - Parameter trainings: Shards of one training have one entry with several folders.
  public init(_ trainings: [ReportedTraining], binCount: Int = mostPieces) throws {
    var outcomes: [String] = []
    for training in trainings {
      let names = try training.configuration.makeEnvironment().outcomeQuantities.map(\.name)
      outcomes += names.filter { !outcomes.contains($0) }
    }
    let quantities = [Quantity.episodeReturn, .entropy] + outcomes.map(Quantity.outcome)
    self.quantities = quantities
    runs = []
    for training in trainings {
      let updates = training.configuration.updates
      let bins = min(binCount, updates)
      var pieces = training.runs.map { _ in [Piece?](repeating: nil, count: bins) }
      let places = Dictionary(
        uniqueKeysWithValues: training.configuration.runs.enumerated().map { ($1.index, $0) })
      for folder in training.folders {
        guard FileManager.default.fileExists(atPath: folder.metricsFile.path) else { continue }
        var foreign = 0
        var survey = MetricsSurvey()
        let reader = MetricsReader(folder.metricsFile.path, keys: quantities.map(\.key))
        let count = try reader.read { line in
          guard let place = places[line.run], (1...updates).contains(line.update) else {
            foreign += 1
            return
          }
          survey.add(run: line.run, update: line.update, updates: line.updates)
          let bin = (line.update - 1) * bins / updates
          if pieces[place][bin] == nil { pieces[place][bin] = Piece(quantities: quantities.count) }
          pieces[place][bin]?.add(line, quantities)
        }
        sources.append(
          Source(file: folder.metricsFile, count: count, foreignLines: foreign, gaps: survey.gaps()))
      }
      runs += zip(training.runs, pieces).map { Run(run: $0, pieces: $1) }
    }
    let order = EvaluatedRun.ordered(runs.map(\.run)).map(\.name)
    let byName = Dictionary(uniqueKeysWithValues: runs.map { ($0.run.name, $0) })
    runs = order.compactMap { byName[$0] }.filter { run in run.pieces.contains { $0 != nil } }
  }

  public var groups: [RunGroup] { RunGroup.groups(of: runs.map(\.run)) }
  public var isEmpty: Bool { runs.isEmpty }

  /// Where the curves end.
  public var lastEnvSteps: Double { runs.flatMap { $0.pieces.compactMap { $0?.envSteps } }.max() ?? 0 }

  /// A point of a curve: the mean over the runs of a configuration that got so far.
  public struct Point {
    public let envSteps: Double
    public let runs: Int
    /// By quantity: mean over runs, standard error over runs.
    public let estimates: [Estimate?]
  }

  /// Pieces that no run of the group reached have no point.
  public func points(_ group: RunGroup) -> [Point] {
    Self.points(group.members.map { runs[$0].pieces }, quantities: quantities.count)
  }

  /// - Parameter members: The pieces of the runs of one configuration, as many of each.
  package static func points(_ members: [[Piece?]], quantities: Int) -> [Point] {
    (members.first?.indices ?? 0..<0).compactMap { bin in
      let pieces = members.compactMap { $0[bin] }
      guard !pieces.isEmpty else { return nil }
      return Point(
        envSteps: pieces.reduce(0) { $0 + $1.envSteps } / Double(pieces.count), runs: pieces.count,
        estimates: (0..<quantities).map { quantity in Estimate(pieces.compactMap { $0.value(quantity) }) })
    }
  }
}

extension LearningCurves.Piece {
  package mutating func add(_ line: MetricsReader.Line, _ quantities: [LearningCurves.Quantity]) {
    updates += line.updates
    episodes += line.episodes
    envStepSum += Double(line.envSteps) * Double(line.updates)
    for (i, quantity) in quantities.enumerated() where line.values[i].isFinite {
      let weight = Double(quantity.isPerEpisode ? line.episodes : line.updates)
      sums[i] += weight * line.values[i]
      weights[i] += weight
    }
  }
}
