import Environments
import Networks

/// Everything that decides what a training does; checked when it is read, then trusted.
///
/// `train.yaml` (+ `--set`) → `TrainingConfiguration` → `runs`; `yaml()` writes every resolved value back.
public struct TrainingConfiguration: Sendable {
  /// An environment by name, with the parameters that its own initializer checks.
  public struct EnvironmentChoice: Sendable, Hashable {
    public var name: String
    public var values: [String: ParameterValue]

    public var parameters: EnvironmentParameters { EnvironmentParameters(values) }
  }

  /// Name of the folder that holds the results.
  public var name: String
  public var environment: EnvironmentChoice
  /// One run per seed and point of the sweep.
  public var seeds: [UInt64] = Array(0..<8)
  /// N, environments per run (alias `num_envs`).
  public var environments = 1024
  /// T, steps of every environment per update (alias `num_steps`).
  public var rolloutLength = 128
  /// Joint transitions of one run in all; the last update that fits ends the training (alias `total_timesteps`).
  public var totalEnvSteps = 10_000_000_000
  /// Passes over a rollout (alias `update_epochs`).
  public var epochs = 4
  /// Parts into which a rollout's rows are divided in each epoch (alias `num_minibatches`).
  public var minibatches = 4
  /// Over which advantages the mean is taken from them, and their scale.
  public var advantageNormalisation = AdvantageNormalisation.minibatch
  /// Whether the value loss clips how far a value moves from that of the rollout (alias `clip_vloss`).
  public var valueClipping = true
  /// Whether the value head learns targets with mean 0 and standard deviation 1, by running moments.
  public var valueNormalisation = false
  /// Whether an episode that a time limit cuts off counts the value of its last observation.
  public var bootstrapAtTimeLimit = false
  /// How the learning rate changes over the updates (alias `anneal_lr`: linear).
  public var learningRateSchedule = LearningRateSchedule.constant
  /// By which the entropy coefficient is multiplied, over the updates; empty where it stays the same or ends with
  /// `finalEntropyCoefficient`.
  public var entropySchedule: [SchedulePoint] = []
  /// Those of every run, except where the sweep says otherwise.
  public var hyperparameters = Hyperparameters()
  public var sweep = Sweep()
  public var network = NetworkSettings()
  /// What products are made of in training; evaluation is in float32.
  public var precision = Precision.float32
  /// Families of the game's symmetries that Other-Play draws from; empty without Other-Play.
  public var otherPlay: [String] = []
  /// `folder:run` whose trained weights all runs begin with (alias `init_from`); nil for weights drawn from their seeds.
  public var initialWeights: String?
  /// What becomes of the other runs where one diverges.
  public var onDivergence = DivergencePolicy.continue
  /// Updates that one line of metrics is about.
  public var metricsInterval = 1
  /// Env steps of one run between checkpoints.
  public var checkpointInterval = 0
  /// Minutes between checkpoints; whichever of the two comes first.
  public var checkpointMinutes = 10.0
  /// How many checkpoints stay on disk.
  public var checkpointsKept = 2
  public var evaluation = EvaluationSettings()

  /// Where each key was written, for errors found later.
  var source: ConfigurationSource

  /// Env steps that one update of one run takes: N x T.
  public var envStepsPerUpdate: Int { environments * rolloutLength }
  /// Updates in all: as many as fit in `totalEnvSteps`.
  public var updates: Int { totalEnvSteps / envStepsPerUpdate }
  /// Updates from one checkpoint to the next.
  public var updatesPerCheckpoint: Int { max(1, checkpointInterval / envStepsPerUpdate) }
  /// Updates from one evaluation to the next; nil where none is to take place during training.
  public var updatesPerEvaluation: Int? { evaluation.interval.map { max(1, $0 / envStepsPerUpdate) } }
  /// Whether the policies are evaluated, and their checkpoint stays, after an update: every `evaluation.interval` env steps
  /// and at the end, where there is an interval.
  public func isEvaluated(after update: Int) -> Bool {
    updatesPerEvaluation.map { update == updates || update % $0 == 0 } ?? false
  }
}

/// What a training does when a loss or a gradient of a run is not a finite number: `on_divergence`.
public enum DivergencePolicy: String, Sendable, Hashable, CaseIterable {
  /// The run keeps its last finite weights, and the others go on.
  case `continue`
  /// The training ends.
  case stop
}

/// The places of a configuration's keys.
struct ConfigurationSource: Sendable {
  let file: String
  let origins: [String: ConfigurationOrigin]

  init(file: String, _ root: ConfigurationNode) {
    self.file = file
    var origins: [String: ConfigurationOrigin] = [:]
    func visit(_ node: ConfigurationNode, _ path: String) {
      // What is null is not given.
      if !path.isEmpty, !node.isNull { origins[path] = node.origin }
      guard case .section(let entries) = node.value else { return }
      for entry in entries { visit(entry.node, path.isEmpty ? entry.key : "\(path).\(entry.key)") }
    }
    visit(root, "")
    self.origins = origins
  }

  func origin(_ key: String) -> ConfigurationOrigin { origins[key] ?? .file(file) }
}

/// Two configurations are equal when they resolve to the same values, wherever those were written.
extension TrainingConfiguration: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.node == right.node }
}
