import Configuration
import Training

/// Short names of configurations: only what differs between them.
public struct RunLabels {
  /// The swept keys, for the axis title; empty where nothing (or more than hyper-parameters) differs.
  public let keys: [Hyperparameter]
  private let groups: [RunGroup]
  private let runs: [EvaluatedRun]

  public init(_ runs: [EvaluatedRun]) {
    self.runs = runs
    groups = RunGroup.groups(of: runs)
    let varying = Hyperparameter.allCases.filter { key in Set(runs.map { $0.hyperparameters[key] }).count > 1 }
    let labels = Set(groups.map { group in varying.map { runs[group.members[0]].hyperparameters[$0] } })
    keys = labels.count == groups.count ? varying : []
  }

  /// `0.01` where one key is swept, `0.01, 0.9` for two, the configuration's name where values do not tell.
  public func label(_ group: RunGroup) -> String {
    keys.isEmpty
      ? group.configuration
      : keys.map { runs[group.members[0]].hyperparameters[$0]?.short ?? "-" }.joined(separator: ", ")
  }

  /// `entropy coefficient 0.01, gamma 0.9`, or as `label`.
  public func title(_ group: RunGroup) -> String {
    keys.isEmpty
      ? group.configuration
      : keys.map { "\($0.words) \(runs[group.members[0]].hyperparameters[$0]?.short ?? "-")" }.joined(separator: ", ")
  }

  /// `entropy coefficient`
  public var keyText: String { keys.map(\.words).joined(separator: ", ") }
}
