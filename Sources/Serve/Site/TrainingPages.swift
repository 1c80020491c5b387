import Configuration
import Evaluation
import Files
import Foundation
import Reports
import Runs
import Training

/// What the page of one training shows beside its curves.
struct TrainingDetails: Encodable {
  struct Run: Encodable {
    let index: Int
    let name: String
    let seed: UInt64
    let configuration: String
    let update: Int
    let envSteps: Int
    let diverged: Int?
    /// Whether a checkpoint has its weights, so that it can play.
    let plays: Bool
  }

  struct Fact: Encodable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  let summary: TrainingShelf.Summary
  /// The resolved configuration, as YAML.
  let configuration: String
  let facts: [Fact]
  let runs: [Run]
  let remarks: [String]

  init(_ summary: TrainingShelf.Summary, _ folder: TrainingFolder, _ index: MetricsIndex) throws {
    self.summary = summary
    configuration = try folder.configuration.yaml()
    let states = folder.checkpoints.map(\.description)
    let saved = Dictionary(
      folder.checkpoints.flatMap { checkpoint in checkpoint.description.runs.map { ($0.index, checkpoint.update) } }
    ) { max($0, $1) }
    let diverged = states.reduce(into: [String: Int]()) { all, state in all.merge(state.diverged ?? [:]) { $1 } }
    runs = zip(index.runs, index.standings).map { run, standing in
      let update = max(standing.update, saved[run.index] ?? 0)
      return Run(
        index: run.index, name: run.name, seed: run.seed, configuration: run.configurationName, update: update,
        envSteps: update * folder.configuration.envStepsPerUpdate, diverged: diverged[run.name] ?? standing.diverged,
        plays: saved[run.index] != nil)
    }
    func list(_ values: [String]) -> String {
      values.isEmpty ? "none yet" : Set(values).sorted().joined(separator: "; ")
    }
    var facts = [
      Fact("folder", folder.url.relativePath),
      Fact("game", "\(TrainingShelf.text(folder.configuration.environment))"),
      Fact("version of the game", list(states.map { "\($0.environment.version)" })),
      Fact("last checkpoint", list(folder.checkpoints.map { "update \($0.update)" })),
      Fact("content hash of its weights", list(folder.checkpoints.map(\.stateHash))),
      Fact("written by", list(states.map { $0.program.map { "crossplay \($0)" } ?? "an earlier version" })),
      Fact("device", list(states.map(\.device))),
    ]
    if let seconds = index.seconds { facts.append(Fact("time trained", Self.duration(seconds))) }
    if let speed = index.envStepsPerSecond {
      facts.append(Fact("speed in the last update", "\(Int(speed)) env steps per second, all runs together"))
    }
    self.facts = facts
    var remarks: [String] = []
    if index.isSampled {
      remarks.append(
        "metrics.jsonl is long: the curves are of updates spread evenly over it, \(index.linesRead) lines; crossplay report "
          + "reads all.")
    }
    for run in runs {
      guard let update = run.diverged else { continue }
      remarks.append("Run \(run.name) diverged in update \(update) and keeps its last finite weights.")
    }
    self.remarks = Array(remarks.prefix(20)) + (remarks.count > 20 ? ["… and \(remarks.count - 20) more."] : [])
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds)
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")].filter { $0.0 > 0 }.prefix(2)
    return parts.isEmpty ? "under a second" : parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}

/// Curves over env steps, as few points as a screen can show.
struct CurvesAnswer: Encodable {
  struct Quantity: Encodable {
    let key: String
    let title: String
  }

  struct Curve: Encodable {
    let name: String
    /// Runs behind each point, at most.
    let runs: Int
    let diverged: Int
    let envSteps: [Float]
    /// By quantity; nil where nothing was measured.
    let means: [[Float?]]
    /// Standard errors over runs; nil where there are fewer than two.
    let errors: [[Float?]]
  }

  let quantities: [Quantity]
  /// What tells the curves apart: `entropy coefficient`.
  let legend: String
  let curves: [Curve]
  let lastEnvSteps: Float
  let plannedEnvSteps: Float
  let isSampled: Bool

  /// Numbers of one answer at most.
  private static let mostNumbers = 120_000

  /// - Parameter configuration: Of this one, every run by itself; nil for the means over the runs of each configuration.
  init(_ index: MetricsIndex, _ folder: TrainingFolder, configuration: String?) throws {
    let evaluated = index.runs.map { EvaluatedRun($0) }
    let labels = RunLabels(evaluated)
    let groups = RunGroup.groups(of: evaluated)
    let count = index.quantities.count
    quantities = index.quantities.map { Quantity(key: $0.key, title: $0.title) }
    isSampled = index.isSampled
    plannedEnvSteps = Float(folder.configuration.updates * folder.configuration.envStepsPerUpdate)
    let sets: [(name: String, members: [Int])]
    if let configuration {
      guard let group = groups.first(where: { $0.configuration == configuration }) else {
        throw HTTPRefusal(.notFound, "the training has no configuration \(configuration)")
      }
      sets = group.members.prefix(64).map { ("seed \(index.runs[$0].seed)", [$0]) }
      legend = "seed"
    } else {
      sets = groups.map { (labels.label($0), $0.members) }
      legend = labels.keys.isEmpty ? "configuration" : labels.keyText
    }
    let bins = index.pieces.first?.count ?? 1
    let interval = max(1, (sets.count * bins * (2 * count + 1) + Self.mostNumbers - 1) / Self.mostNumbers)
    curves = sets.map { name, members in
      let all = LearningCurves.points(members.map { index.pieces[$0] }, quantities: count)
      let points = all.enumerated().filter { $0.offset % interval == 0 || $0.offset == all.count - 1 }.map(\.element)
      func number(_ value: Double?) -> Float? { value.flatMap { $0.isFinite ? Float($0) : nil } }
      return Curve(
        name: name, runs: members.count, diverged: members.count { index.standings[$0].diverged != nil },
        envSteps: points.map { Float($0.envSteps) },
        means: (0..<count).map { quantity in points.map { number($0.estimates[quantity]?.mean) } },
        errors: (0..<count).map { quantity in points.map { number($0.estimates[quantity]?.standardError) } })
    }
    lastEnvSteps = curves.flatMap(\.envSteps).max() ?? 0
  }
}
