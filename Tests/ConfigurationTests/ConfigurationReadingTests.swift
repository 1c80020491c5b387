// Reading configurations: defaults, forms of each key, `--set`.
import Configuration
import Environments
import Testing

let minimal = "environment: {name: hanabi}\n"

func configuration(_ yaml: String, _ overrides: String...) throws -> TrainingConfiguration {
  try TrainingConfiguration(yaml: yaml, file: "folder/train.yaml", overrides: overrides)
}

struct ConfigurationReadingTests {
  @Test func defaultsAreThoseOfFeedForwardHanabi() throws {
    let read = try configuration(minimal)
    #expect(read.name == "train")
    #expect(read.environment.name == "hanabi")
    #expect(read.environment.values.isEmpty)
    #expect(read.environments == 1024)
    #expect(read.rolloutLength == 128)
    #expect(read.totalEnvSteps == 10_000_000_000)
    #expect(read.epochs == 4)
    #expect(read.minibatches == 4)
    #expect(read.learningRateSchedule == .constant && read.entropySchedule.isEmpty)
    #expect(read.advantageNormalisation == .minibatch && read.valueClipping && !read.valueNormalisation)
    #expect(!read.bootstrapAtTimeLimit)
    #expect(read.hyperparameters == Hyperparameters())
    #expect(read.hyperparameters.learningRate == 5e-4)
    #expect(read.hyperparameters.adamEpsilon == 1e-5)
    #expect(read.network.trunk == [512])
    #expect(read.network.activation == .relu)
    #expect(read.seeds == Array(0..<8))
    #expect(read.evaluation.modes == [.sampled, .greedy])
  }

  @Test func everyKeyIsRead() throws {
    let read = try configuration(
      """
      name: tiny-sweep
      environment:
        name: hanabi
        preset: tiny
        players: 2
        counts: [2, 1]
        knowledge: v0
        scale: 0.5
        shuffle: false
      seeds: {first: 10, count: 3}
      environments: 64
      rollout_length: 32
      total_env_steps: 1_600_000
      epochs: 3
      minibatches: 2
      learning_rate: 2.5e-4
      learning_rate_schedule: cosine
      learning_rate_warmup: 0.05
      advantage_normalisation: batch
      value_clipping: false
      value_normalisation: true
      bootstrap_at_time_limit: true
      entropy_schedule: [[0, 1], [0.5, 0.25], [1, 0]]
      gamma: 0.9
      gae_lambda: 0.8
      clip_epsilon: 0.1
      value_coefficient: 1
      entropy_coefficient: 0.05
      max_gradient_norm: 10
      adam_beta1: 0.8
      adam_beta2: 0.99
      adam_epsilon: 1e-8
      network: {trunk: [], actor: [64, 64], critic: [32], activation: tanh}
      checkpoint_interval: 4096
      checkpoints_kept: 3
      evaluation:
        games: 500
        modes: [sampled, greedy-random-tie, temperature=0.5]
        seed: 9
        max_tuples: 20
        tie_tolerance: 0
        bootstrap_samples: 50
        across_configurations: true
        interval: 8192
      """)
    #expect(read.name == "tiny-sweep")
    #expect(
      read.environment.values == [
        "preset": .text("tiny"), "players": .integer(2), "counts": .list([.integer(2), .integer(1)]),
        "knowledge": .text("v0"), "scale": .number(0.5), "shuffle": .boolean(false),
      ])
    #expect(read.seeds == [10, 11, 12])
    #expect(read.environments == 64)
    #expect(read.rolloutLength == 32)
    #expect(read.totalEnvSteps == 1_600_000)
    #expect(read.epochs == 3)
    #expect(read.minibatches == 2)
    #expect(read.learningRateSchedule == .cosine)
    #expect(read.advantageNormalisation == .batch && !read.valueClipping && read.valueNormalisation)
    #expect(read.bootstrapAtTimeLimit)
    #expect(read.entropySchedule.map(\.share) == [0, 0.5, 1])
    #expect(read.entropySchedule.map(\.factor) == [1, 0.25, 0])
    let learned = read.hyperparameters
    #expect(learned.learningRateWarmup == 0.05)
    #expect(learned.learningRate == 2.5e-4)
    #expect(learned.gamma == 0.9)
    #expect(learned.gaeLambda == 0.8)
    #expect(learned.clipEpsilon == 0.1)
    #expect(learned.valueCoefficient == 1)
    #expect(learned.entropyCoefficient == 0.05)
    #expect(learned.maxGradientNorm == 10)
    #expect(learned.adamBeta1 == 0.8)
    #expect(learned.adamBeta2 == 0.99)
    #expect(learned.adamEpsilon == 1e-8)
    #expect(read.network.trunk.isEmpty)
    #expect(read.network.actor == [64, 64])
    #expect(read.network.critic == [32])
    #expect(read.network.activation == .tanh)
    #expect(read.checkpointInterval == 4096)
    #expect(read.updatesPerCheckpoint == 2)
    #expect(read.checkpointsKept == 3)
    #expect(read.evaluation.games == 500)
    #expect(read.evaluation.modes == [.sampled, .greedyRandomTie, .temperature(0.5)])
    #expect(read.evaluation.seed == 9)
    #expect(read.evaluation.maxTuples == 20)
    #expect(read.evaluation.tieTolerance == 0)
    #expect(read.evaluation.bootstrapSamples == 50)
    #expect(read.evaluation.acrossConfigurations)
    #expect(read.evaluation.interval == 8192 && read.updatesPerEvaluation == 4)
  }

  @Test func policiesAreEvaluatedAtTheIntervalAndAtTheEnd() throws {
    let sizes = "environments: 64\nrollout_length: 128\ntotal_env_steps: 100_000\n"  // 12 updates of 8,192
    let plain = try configuration(minimal + sizes)
    #expect((1...12).filter(plain.isEvaluated).isEmpty)
    for (interval, updates) in [(1, Array(1...12)), (41_000, [5, 10, 12]), (1_000_000, [12])] {
      let read = try configuration(minimal + sizes + "evaluation: {interval: \(interval)}")
      #expect((1...12).filter(read.isEvaluated) == updates)
      #expect(try configuration(read.yaml()) == read)
    }
  }

  @Test func scientificNotationCountsAsAWholeNumber() throws {
    #expect(try configuration(minimal + "total_env_steps: 1.6e6").totalEnvSteps == 1_600_000)
  }

  @Test func updatesAreThoseThatFitInTheTotal() throws {
    let read = try configuration(minimal + "environments: 64\nrollout_length: 128\ntotal_env_steps: 1.6e6")
    #expect(read.envStepsPerUpdate == 8192)
    #expect(read.updates == 195)
  }

  @Test func environmentParametersReachTheEnvironmentsOwnReader() throws {
    var parameters = try configuration("environment: {name: hanabi, players: 3}").environment.parameters
    #expect(try parameters.integer("players", in: 2...5) == 3)
    try parameters.finish()
  }

  @Test func seedsMayBeAList() throws {
    #expect(try configuration(minimal + "seeds: [5, 3]").seeds == [5, 3])
  }

  @Test func emptyKeysCountAsAbsent() throws {
    #expect(try configuration(minimal + "gamma:\nsweep:\nevaluation: ~") == configuration(minimal))
  }

  @Test func setReplacesAValueBeforeTheChecks() throws {
    let read = try configuration(minimal + "gamma: 7\n", "gamma=0.5", "name=other")
    #expect(read.hyperparameters.gamma == 0.5)
    #expect(read.name == "other")
  }

  @Test func setMakesMissingSectionsAndParsesYAML() throws {
    let read = try configuration(
      minimal, "network.trunk=[32, 16]", "sweep.entropy_coefficient=[0.1, 0.2]", "environment.players=3",
      "evaluation.games=7")
    #expect(read.network.trunk == [32, 16])
    #expect(read.sweep.axes == [Sweep.Axis(.entropyCoefficient, [0.1, 0.2])])
    #expect(read.environment.values["players"] == .integer(3))
    #expect(read.evaluation.games == 7)
  }

  @Test func laterSetWins() throws {
    #expect(try configuration(minimal, "epochs=2", "epochs=3").epochs == 3)
  }

  @Test func setWithoutAValueRestoresTheDefault() throws {
    #expect(try configuration(minimal + "epochs: 9", "epochs=").epochs == 4)
  }

  @Test func evaluationModesKeepTheirNames() {
    for name in ["sampled", "greedy", "greedy-random-tie", "temperature=0.25", "temperature=2"] {
      #expect(EvaluationMode(name)?.description == name)
    }
    for name in ["", "Greedy", "temperature", "temperature=", "temperature=0", "temperature=-1", "temperature=inf"] {
      #expect(EvaluationMode(name) == nil)
    }
  }
}
