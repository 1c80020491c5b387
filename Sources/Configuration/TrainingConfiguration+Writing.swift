import Environments

extension TrainingConfiguration {
  /// Every resolved value as YAML; reading it again gives an equal configuration.
  public func yaml() throws -> String { try node.yaml() }

  var node: ConfigurationNode {
    let swept = Set(sweep.axes.map(\.hyperparameter))
    var entries: [(String, ConfigurationNode)] = [
      ("name", .scalar(.text(name))),
      ("environment", environmentNode),
      ("seeds", Seeds.node(seeds)),
      ("environments", .scalar(.integer(environments))),
      ("rollout_length", .scalar(.integer(rolloutLength))),
      ("total_env_steps", .scalar(.integer(totalEnvSteps))),
      ("epochs", .scalar(.integer(epochs))),
      ("minibatches", .scalar(.integer(minibatches))),
      ("advantage_normalisation", .scalar(.text(advantageNormalisation.rawValue))),
      ("value_clipping", .scalar(.boolean(valueClipping))),
      ("value_normalisation", .scalar(.boolean(valueNormalisation))),
      ("bootstrap_at_time_limit", .scalar(.boolean(bootstrapAtTimeLimit))),
      ("learning_rate_schedule", .scalar(.text(learningRateSchedule.rawValue))),
    ]
    if !entropySchedule.isEmpty { entries.append(("entropy_schedule", ConfigurationNode(points: entropySchedule))) }
    for hyperparameter in Hyperparameter.allCases where !swept.contains(hyperparameter) {
      guard let value = hyperparameters[hyperparameter] else { continue }
      entries.append((hyperparameter.rawValue, .scalar(.number(value))))
    }
    if !sweep.axes.isEmpty { entries.append(("sweep", sweep.node)) }
    entries += [
      ("network", network.node),
      ("precision", .scalar(.text(precision.rawValue))),
      ("other_play", .list(otherPlay.map { .scalar(.text($0)) })),
    ]
    if let initialWeights { entries.append(("init_from", .scalar(.text(initialWeights)))) }
    entries += [
      ("on_divergence", .scalar(.text(onDivergence.rawValue))),
      ("metrics_interval", .scalar(.integer(metricsInterval))),
      ("checkpoint_interval", .scalar(.integer(checkpointInterval))),
      ("checkpoint_minutes", .scalar(.number(checkpointMinutes))),
      ("checkpoints_kept", .scalar(.integer(checkpointsKept))),
      ("evaluation", evaluation.node),
    ]
    return .section(entries)
  }

  private var environmentNode: ConfigurationNode {
    .section(
      [("name", .scalar(.text(environment.name)))]
        + environment.values.sorted { $0.key < $1.key }.map { ($0.key, ConfigurationNode($0.value)) })
  }
}

/// In JSON (checkpoints, exports): the same keys and values as in YAML, read back with the same checks.
extension TrainingConfiguration: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(try ConfigurationNode(from: decoder), file: "saved configuration")
  }

  public func encode(to encoder: any Encoder) throws { try node.encode(to: encoder) }
}
