import Configuration
import Training

/// A run in an evaluation: what the statistics and the figures need to know about it.
public struct EvaluatedRun: Sendable, Hashable, Codable {
  /// Unique among the evaluated runs.
  public let name: String
  /// Runs with the same text differ only in their seeds; cross-play is measured among them.
  public let configuration: String
  public let seed: UInt64
  /// The training that the run belongs to, where there are several.
  public let training: String?
  public let hyperparameters: Hyperparameters
  /// The update in which the run diverged, whose weights are those before; nil for a run that did not.
  public let diverged: Int?

  /// - Parameter folder: the training's label, to tell runs of several trainings apart; nil for one training.
  public init(_ run: RunConfiguration, folder: String? = nil, diverged: Int? = nil) {
    name = folder.map { "\($0)/\(run.name)" } ?? run.name
    configuration = folder.map { "\($0)/\(run.configurationName)" } ?? run.configurationName
    seed = run.seed
    training = folder
    hyperparameters = run.hyperparameters
    self.diverged = diverged
  }

  /// A policy of another program, which is a configuration of its own.
  public init(foreign name: String) {
    self.name = name
    configuration = name
    seed = 0
    training = name
    hyperparameters = Hyperparameters()
    diverged = nil
  }

  /// By hyper-parameters, then configuration, then seed: the order of rows and columns in every table and figure.
  public static func ordered(_ runs: [EvaluatedRun]) -> [EvaluatedRun] {
    runs.sorted { left, right in
      for key in Hyperparameter.allCases where left.hyperparameters[key] != right.hyperparameters[key] {
        return left.hyperparameters[key] ?? -.infinity < right.hyperparameters[key] ?? -.infinity
      }
      return (left.configuration, left.seed, left.name) < (right.configuration, right.seed, right.name)
    }
  }
}

/// The runs of one configuration, by their places among all evaluated runs.
public struct RunGroup: Sendable, Hashable {
  public let configuration: String
  public let members: [Int]

  /// The groups in the order in which they first appear.
  public static func groups(of runs: [EvaluatedRun]) -> [RunGroup] {
    var members: [String: [Int]] = [:]
    var order: [String] = []
    for (i, run) in runs.enumerated() {
      if members[run.configuration] == nil { order.append(run.configuration) }
      members[run.configuration, default: []].append(i)
    }
    return order.map { RunGroup(configuration: $0, members: members[$0] ?? []) }
  }
}
