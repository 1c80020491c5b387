import Training

/// Short names of configurations: only what differs between them.
struct RunLabels {
  /// The swept keys, for the axis title; empty where nothing (or more than hyper-parameters) differs.
  let keys: [Hyperparameter]
  private let groups: [RunGroup]
  private let runs: [EvaluatedRun]

  init(_ runs: [EvaluatedRun]) {
    self.runs = runs
    groups = RunGroup.groups(of: runs)
    let varying = Hyperparameter.allCases.filter { key in Set(runs.map { $0.hyperparameters[key] }).count > 1 }
    let labels = Set(groups.map { group in varying.map { runs[group.members[0]].hyperparameters[$0] } })
    keys = labels.count == groups.count ? varying : []
  }

  /// `0.01` where one key is swept, `0.01, 0.9` for two, the configuration's name where values do not tell.
  func label(_ group: RunGroup) -> String {
    keys.isEmpty
      ? group.configuration
      : keys.map { runs[group.members[0]].hyperparameters[$0].map(Self.short) ?? "-" }.joined(separator: ", ")
  }

  /// `entropy coefficient`
  var keyText: String { keys.map { $0.rawValue.replacing("_", with: " ") }.joined(separator: ", ") }

  static func short(_ value: Double) -> String {
    value.description.hasSuffix(".0") ? String(value.description.dropLast(2)) : value.description
  }
}
