import Configuration

/// Trainings that take a moment, whose results are recorded.
package enum SmallTraining {
  /// 64 rows per update; two epochs of two minibatches, layers of 8.
  package static let yaml = """
    environment: {name: hanabi, preset: tiny}
    seeds: 1
    environments: 4
    rollout_length: 8
    total_env_steps: 3200
    epochs: 2
    minibatches: 2
    learning_rate: 0.005
    network: {trunk: [8], actor: [8], critic: [8], activation: tanh}
    """

  /// Whose losses are pinned: feed-forward and recurrent, on dense observations and lists, wide actions, Other-Play.
  package static let pinned: [String: [String]] = [
    "hanabi": ["environment={name: hanabi, preset: tiny}"],
    "hanabi gru": [
      "environment={name: hanabi, preset: tiny}",
      "network={trunk: [8], gru: 8, actor: [8], critic: [8], activation: relu}",
    ],
    "hanabi normalised layers": [
      "environment={name: hanabi, preset: tiny}",
      "network={trunk: [8], actor: [8], critic: [8], activation: relu, layer_norm: true}",
    ],
    "hanabi other-play": ["environment={name: hanabi, preset: tiny}", "other_play=[colors]"],
    "overcooked": [
      "environment={name: overcooked}", "network={trunk: [], actor: [16], critic: [16], activation: tanh}",
    ],
    "overcooked gru": [
      "environment={name: overcooked}", "network={trunk: [], gru: 8, actor: [8], critic: [8], activation: tanh}",
    ],
    "yokai": ["environment={name: yokai}"],
    "yokai other-play": ["environment={name: yokai}", "other_play=[colors]"],
    "levers": ["environment={name: levers}"],
  ]

  /// One update of one epoch and minibatch each, which is held against float64: dense observations, through time, lists.
  /// Hanabi's layers are wider than one tile of the kernels, and none is a multiple of it.
  package static let probed: [String: [String]] = [
    "hanabi": ["network={trunk: [40], actor: [20], critic: [12], activation: tanh}"],
    "hanabi gru": ["network={trunk: [20], gru: 24, actor: [12], critic: [12], activation: relu}"],
    "overcooked": [
      "environment={name: overcooked}", "network={trunk: [], actor: [10], critic: [12], activation: tanh}",
    ],
  ]
  private static let oneStep = [
    "environments=9", "rollout_length=8", "total_env_steps=72", "epochs=1", "minibatches=1",
    "entropy_coefficient=0.2", "clip_epsilon=0.15",
  ]

  package static func configuration(_ overrides: [String]) throws -> TrainingConfiguration {
    try TrainingConfiguration(yaml: yaml, file: "small.yaml", overrides: overrides)
  }

  /// - Parameter overrides: Of `probed`.
  package static func probe(_ overrides: [String]) throws -> TrainingConfiguration {
    try configuration(overrides + oneStep)
  }

  /// What the policy of a probed training is moved by after its rollout, by position: numbers between -0.4 and 0.4.
  package static func shift(_ position: Int) -> Float { 0.4 * scattered(position, of: 101) }

  /// The hidden states that a probed training begins with.
  package static func state(_ position: Int) -> Float { 0.7 * scattered(position, of: 89) }

  /// Between -1 and 1, not in order.
  private static func scattered(_ position: Int, of prime: Int) -> Float {
    Float((position * 37 + position / prime * 11) % prime) / Float(prime / 2) - 1
  }
}
