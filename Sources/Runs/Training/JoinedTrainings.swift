import Configuration
import Environments
import Evaluation
import Files
import Foundation
import Networks
import Policies

/// Trainings whose policies are evaluated together: one, or several of the same game.
public struct JoinedTrainings {
  public let trainings: [TrainedRuns]
  /// Policies of other programs, called like their files.
  public let partners: [(name: String, policy: ONNXPolicy)]
  /// How names of runs begin: nil for a single training, else the shortest end of its path that no other shares.
  public let labels: [String?]
  /// All runs in the order of every table and figure.
  public let runs: [EvaluatedRun]
  private let parameters: [String: [Float]]
  private let architectures: [String: NetworkArchitecture]

  /// - Parameters:
  ///   - folders: Of trainings or exported policies; those that are shards of one training are put together.
  ///   - update: Of the trainings' checkpoints; nil for the last.
  ///   - onnxRuntime: The library that computes models in ONNX, which may stand among the folders; nil for the one that the
  ///     system finds.
  /// - Throws: `FileFailure` that names the folder and what is wrong, or where its game first differs from another's.
  public init(_ folders: [URL], update: Int? = nil, onnxRuntime: String? = nil) throws {
    let models = folders.filter(Self.isModel)
    let others = folders.filter { !Self.isModel($0) }
    guard !others.isEmpty else { throw Self.noGame(of: models.map(\.relativePath)) }
    trainings = try TrainedRuns.trainings(in: others, update: update)
    let names = Self.labels(of: trainings.map { $0.folders[0] } + models)
    labels = trainings.count + models.count == 1 ? [nil] : names.prefix(trainings.count).map(\.self)
    let environment = trainings[0].environment
    partners = try zip(names.suffix(models.count), models).map { name, url in
      let policy = try ONNXPolicy(url, library: onnxRuntime)
      try policy.requirePlayable(in: environment)
      return (name, policy)
    }
    for other in trainings.dropFirst() {
      if let difference = Self.difference(trainings[0], other) {
        throw FileFailure(
          other.folders[0].relativePath,
          "\(difference) in \(trainings[0].folders[0].relativePath); policies of different games cannot play together, "
            + "evaluate the folders one by one")
      }
    }
    var runs: [EvaluatedRun] = []
    var parameters: [String: [Float]] = [:]
    var architectures: [String: NetworkArchitecture] = [:]
    for (training, label) in zip(trainings, labels) {
      for (run, values) in zip(training.runs, training.parameters) {
        let evaluated = EvaluatedRun(run, folder: label, diverged: training.diverged[run.name])
        runs.append(evaluated)
        parameters[evaluated.name] = values
        architectures[evaluated.name] = training.architecture
      }
    }
    self.runs = EvaluatedRun.ordered(runs + partners.map { EvaluatedRun(foreign: $0.name) })
    self.parameters = parameters
    self.architectures = architectures
  }

  /// The game that all policies play.
  public var environment: any Environment { trainings[0].environment }

  /// Those of the first training that has any.
  public var evaluation: EvaluationSettings { trainings.lazy.compactMap(\.evaluation).first ?? EvaluationSettings() }

  public var remarks: [String] { trainings.flatMap(\.remarks) }

  /// Of every run; of several trainings the fewest.
  public var envSteps: Int { trainings.map(\.envSteps).min() ?? 0 }

  /// All policies by their networks, those of each in the order of `runs`.
  public var rosters: [Roster] {
    Roster.gather(
      runs.compactMap { run in
        architectures[run.name].map {
          Roster.Member($0, EvaluationPolicy(name: run.name, parameters: parameters[run.name] ?? []))
        }
      }
    ).rosters + partners.map { Roster($0.policy, name: $0.name) }
  }

  /// Whether a file is a model in ONNX, by its name.
  public static func isModel(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    return url.pathExtension == "onnx" && exists && !isFolder.boolValue
  }

  /// Models say what they see and do, not all that their game depends on.
  public static func noGame(of models: [String]) -> FileFailure {
    FileFailure(
      models.joined(separator: ", "),
      "needs somebody of ours to play with: add the folder of a training or of exported policies")
  }

  /// The first difference between two games, as a phrase about `other`, leaving out what only a learner notices; nil for
  /// the same game.
  public static func difference(_ first: TrainedRuns, _ other: TrainedRuns) -> String? {
    let (a, b) = (first.environment, other.environment)
    guard a.name == b.name else { return "has the environment \(b.name), which is \(a.name)" }
    let (left, right) = (a.parametersDescription, b.parametersDescription)
    let learning = type(of: a).learningParameters
    for key in Set(left.keys).union(right.keys).subtracting(learning).sorted() where left[key] != right[key] {
      func text(_ value: ParameterValue?) -> String { value?.description ?? "absent" }
      return "has environment.\(key) \(text(right[key])), which is \(text(left[key]))"
    }
    guard a.actionNames == b.actionNames else { return "has other actions than those" }
    return a.observationLayout == b.observationLayout ? nil : "has another observation layout than that"
  }

  /// `big` and `small` for `runs/big` and `runs/small`; as much more of the path as it takes to tell all apart.
  public static func labels(of folders: [URL]) -> [String] {
    let paths = folders.map { $0.standardizedFileURL.pathComponents.filter { $0 != "/" } }
    let longest = paths.map(\.count).max() ?? 1
    func labels(_ length: Int) -> [String] { paths.map { $0.suffix(length).joined(separator: "/") } }
    return (1...max(longest, 1)).map(labels).first { Set($0).count == folders.count } ?? labels(longest)
  }
}

extension ONNXPolicy {
  /// Refuses a model of another game, or one that sees or does something else there.
  public func requirePlayable(in game: any Environment) throws {
    _ = try environment.requirePlayable(
      in: game, observation: observation, actionNames: actionNames, url, folder: url)
    let problem: String? =
      if observation != game.observationLayout {
        "sees other features than \(game.name) has here"
      } else if actionNames != game.actionNames {
        "has other actions, or another order of them, than \(game.name) here"
      } else if features != game.observationFeatureCount || actions != game.actionCount {
        "has \(features) features and \(actions) actions; \(game.name) has \(game.observationFeatureCount) and "
          + "\(game.actionCount)"
      } else {
        nil
      }
    if let problem { throw FileFailure(url.relativePath, problem) }
  }
}
