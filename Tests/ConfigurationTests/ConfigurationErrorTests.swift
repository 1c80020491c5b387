// Wrong configurations: every message says where, which key, and what to write instead.
import Environments
import Testing

@testable import Configuration

struct ConfigurationErrorTests {
  /// The message for a configuration that starts with a valid environment in line 1.
  func message(_ yaml: String, _ overrides: String...) -> String? {
    do {
      _ = try TrainingConfiguration(yaml: minimal + yaml, file: "train.yaml", overrides: overrides)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("gama: 1", "train.yaml:2: gama is not a known key; did you mean gamma?"),
    ("ent_coef: 1", "train.yaml:2: ent_coef is not a known key; did you mean entropy_coefficient?"),
    ("NUM_ENVS: 1", "train.yaml:2: NUM_ENVS is not a known key; did you mean environments?"),
    (
      "\nnetwork:\n  width: 3",
      "train.yaml:4: network.width is not a known key; known keys: "
        + "activation, actor, critic, gru, layer_norm, trunk"
    ),
    ("evaluation: {game: 3}", "train.yaml:2: evaluation.game is not a known key; did you mean evaluation.games?"),
    (
      "sweep: {width: [1, 2]}",
      "train.yaml:2: sweep.width is not a known key; known keys: adam_beta1, adam_beta2, adam_epsilon, clip_epsilon, "
        + "entropy_coefficient, final_entropy_coefficient, gae_lambda, gamma, learning_rate, learning_rate_warmup, "
        + "max_gradient_norm, value_coefficient"
    ),
    (
      "sweep: {epochs: [1, 2]}",
      "train.yaml:2: sweep.epochs: all runs of a training share epochs; train each value in a folder of its own "
        + "and evaluate the folders together"
    ),
    (
      "sweep:\n  network.trunk: [[64], [128]]",
      "train.yaml:3: sweep.network.trunk: all runs of a training share network.trunk; train each value in a folder of "
        + "its own and evaluate the folders together"
    ),
    ("seeds: {number: 3}", "train.yaml:2: seeds.number is not a known key; known keys: count, first"),
  ])
  func unknownKeysNameTheNearestValidKey(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }

  @Test(arguments: [
    (
      "shuffle_seats: true",
      "train.yaml:2: shuffle_seats is not supported: all seats of a run play by one policy, so who sits where changes nothing"
    ),
    (
      "sharing: none",
      "train.yaml:2: sharing is not supported: all seats of a run share their parameters; seat policies of several runs "
        + "together by evaluating them"
    ),
  ])
  func whatOtherProgramsHaveIsRefusedByName(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }

  @Test func knownKeysAreListedOnce() throws {
    let text = try #require(message("something_else_altogether: 1"))
    let keys = try #require(text.split(separator: "known keys: ").last).split(separator: ", ")
    #expect(keys.count > 10 && Set(keys).count == keys.count, "\(text)")
  }

  @Test func anOverrideTakesThePlaceOfWhatTheFileSays() throws {
    func read(_ yaml: String, _ overrides: String...) throws -> TrainingConfiguration {
      try TrainingConfiguration(yaml: minimal + yaml, file: "train.yaml", overrides: overrides)
    }
    let swept = try read("gamma: 0.9", "sweep.gamma=[0.5, 0.7]")
    #expect(swept.sweep.axes.map(\.values) == [[0.5, 0.7]])
    #expect(try read("sweep: {gamma: [0.5, 0.7]}", "gamma=null").sweep.axes.map(\.values) == [[0.5, 0.7]])
    #expect(try read("gamma: 0.9", "gamma=null") == read(""))
    #expect(try read("sweep: {gamma: [0.5, 0.7]}", "sweep.gamma=null", "gamma=0.3") == read("gamma: 0.3"))
    // Two arguments that contradict each other are no one's meaning.
    #expect(message("", "gamma=0.9", "sweep.gamma=[0.5, 0.7]")?.contains("remove one of the two") == true)
    #expect(message("gamma: 0.9", "network.with=null")?.contains("network.with is not a known key") == true)
  }

  @Test(arguments: [
    ("epochs: many", "train.yaml:2: epochs = many; expected a whole number from 1 to 1000"),
    ("epochs: 2.5", "train.yaml:2: epochs = 2.5; expected a whole number from 1 to 1000"),
    ("epochs: \"4\"", "train.yaml:2: epochs = 4; expected a whole number from 1 to 1000"),
    ("gamma: high", "train.yaml:2: gamma = high; expected a number from 0 to 1"),
    ("gamma: true", "train.yaml:2: gamma = true; expected a number from 0 to 1"),
    ("anneal_learning_rate: 1", "train.yaml:2: anneal_learning_rate = 1; expected true or false"),
    ("value_clipping: maybe", "train.yaml:2: value_clipping = maybe; expected true or false"),
    (
      "advantage_normalisation: all",
      "train.yaml:2: advantage_normalisation = all; expected one of minibatch, batch, none"
    ),
    (
      "learning_rate_schedule: step",
      "train.yaml:2: learning_rate_schedule = step; expected one of constant, linear, cosine"
    ),
    (
      "entropy_schedule: [[0, 1], [0, 2]]",
      "train.yaml:2: entropy_schedule = [[0, 1], [0, 2]]; expected 2 to 16 points [share of the updates, factor] with "
        + "rising shares from 0 to 1, such as [[0, 1], [0.5, 0.2], [1, 0.1]]"
    ),
    ("entropy_schedule: [[0, 1], [1.5, 2]]", "train.yaml:2: entropy_schedule = 1.5; expected a number from 0 to 1"),
    ("network: 512", "train.yaml:2: network = 512 is not a section; expected lines of key: value"),
    (
      "network: {trunk: 512}",
      "train.yaml:2: network.trunk = 512; expected a list of 0 to 16 whole numbers, such as [64, 64]"
    ),
    ("network: {actor: [a]}", "train.yaml:2: network.actor = a; expected a whole number from 1 to 8192"),
    ("network: {activation: gelu}", "train.yaml:2: network.activation = gelu; expected one of relu, tanh"),
    (
      "seeds: eight",
      "train.yaml:2: seeds = eight; expected how many seeds (8), a list of seeds ([3, 5, 8]) or {first: 8, count: 8}"
    ),
    (
      "evaluation: {modes: greedy}",
      "train.yaml:2: evaluation.modes = greedy; expected a list of sampled, greedy, greedy-random-tie or "
        + "temperature=NUMBER (0.001 to 1000)"
    ),
    (
      "name: ../up",
      "train.yaml:2: name = ../up; expected letters, digits, dots, hyphens and underscores, in quotes if they look "
        + "like a number"
    ),
  ])
  func wrongTypesNameTheKeyAndWhatIsExpected(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }

  @Test(arguments: [
    ("gamma: 1.5", "train.yaml:2: gamma = 1.5; expected a number from 0 to 1"),
    (
      "learning_rate_warmup: 1", "train.yaml:2: learning_rate_warmup = 1; expected a number from 0 to below 1"
    ),
    ("learning_rate: 0", "train.yaml:2: learning_rate = 0; expected a number above 0 and up to 10"),
    ("adam_beta1: 1", "train.yaml:2: adam_beta1 = 1; expected a number from 0 to below 1"),
    ("entropy_coefficient: -0.1", "train.yaml:2: entropy_coefficient = -0.1; expected a number from 0 to 1000"),
    ("entropy_coefficient: .nan", "train.yaml:2: entropy_coefficient = .nan; expected a number from 0 to 1000"),
    ("environments: 0", "train.yaml:2: environments = 0; expected a whole number from 1 to 1048576"),
    ("seeds: 0", "train.yaml:2: seeds = 0; expected a whole number from 1 to 100000"),
    ("seeds: [1, -1]", "train.yaml:2: seeds = -1; expected a whole number from 0 to 9223372036854775807"),
    ("sweep: {gamma: [0.9, 2]}", "train.yaml:2: sweep.gamma = 2; expected a number from 0 to 1"),
  ])
  func numbersOutOfRangeNameTheRange(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }

  @Test(arguments: [
    (
      "gamma: [0.9, 0.99]",
      "train.yaml:2: gamma = [0.9, 0.99]; expected one number; to try several, write sweep.gamma: [0.9, 0.99]"
    ),
    (
      "gamma: 0.9\nsweep: {gamma: [0.8]}",
      "train.yaml:2: gamma is also given at train.yaml:3 as sweep.gamma; remove one of the two"
    ),
    (
      "anneal_learning_rate: true\nlearning_rate_schedule: cosine",
      "train.yaml:2: anneal_learning_rate = true means learning_rate_schedule = linear, but learning_rate_schedule = "
        + "cosine is also given; remove one of the two"
    ),
    (
      "entropy_schedule: [[0, 1], [1, 0]]\nfinal_entropy_coefficient: 0",
      "train.yaml:3: final_entropy_coefficient is given beside entropy_schedule, which says how the coefficient ends; "
        + "remove one of the two"
    ),
    (
      "sweep: {value_clipping: [true, false]}",
      "train.yaml:2: sweep.value_clipping: all runs of a training share value_clipping; train each value in a folder of "
        + "its own and evaluate the folders together"
    ),
    (
      "sweep: {gamma: [0.9, 0.9]}",
      "train.yaml:2: sweep.gamma = [0.9, 0.9]; expected a list of different numbers, such as [0.01, 0.05]"
    ),
    ("seeds: [1, 1]", "train.yaml:2: seeds = [1, 1]; expected a list of different seeds"),
    (
      "evaluation: {modes: [greedy, greedy]}",
      "train.yaml:2: evaluation.modes = [greedy, greedy]; expected each mode once"
    ),
    (
      "environments: 64\ntotal_env_steps: 1000",
      "train.yaml:3: total_env_steps = 1000 is less than one rollout of 8192 (rollout_length 128 x environments 64); "
        + "use at least 8192"
    ),
    (
      "environments: 1\ntotal_env_steps: 1e13",
      "train.yaml:3: total_env_steps = 10000000000000 is 10000000000000 steps of each environment; random numbers "
        + "count up to 4294967295, use more environments or fewer steps"
    ),
    ("gamma: 0.5\ngamma: 0.6", "train.yaml:2: is not valid YAML: gamma is given more than once"),
  ])
  func contradictionsAreRefused(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }

  @Test func setArgumentsAreNamedInErrors() {
    #expect(message("", "gamma=2") == "override gamma=2: gamma = 2; expected a number from 0 to 1")
    #expect(message("", "gama=0.9") == "override gama=0.9: gama is not a known key; did you mean gamma?")
    #expect(message("", "gamma") == "override gamma: expected key=value, such as learning_rate=5e-4")
    #expect(message("", ".a=1") == "override .a=1: expected a dotted key before the =, such as network.trunk")
    #expect(
      message("epochs: 3", "epochs.x=1")
        == "override epochs.x=1: epochs = 3 at train.yaml:2 is not a section, so it has no key x")
    #expect(message("", "network.trunk=[1")?.hasPrefix("override network.trunk=[1: is not valid YAML:") == true)
  }

  @Test func brokenYAMLNamesTheLine() {
    #expect(message("network: {trunk: [1}\n")?.hasPrefix("train.yaml:2: is not valid YAML:") == true)
    #expect(message("gamma: *nowhere")?.contains("not valid YAML") == true)
  }

  @Test func aMissingEnvironmentIsNamed() {
    for yaml in ["gamma: 0.9", "environment:\n  players: 2"] {
      #expect(throws: ConfigurationError.self) { try configuration(yaml) }
    }
    #expect(throws: ConfigurationError.self) { try configuration("# nothing\n") }
    #expect(throws: ConfigurationError.self) { try configuration("- a\n- b\n") }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(contentsOf: "no/such/file.yaml") }
    #expect(error?.description.hasPrefix("no/such/file.yaml: cannot be read") == true)
  }

  @Test func minibatchesThatDoNotDivideNameDivisorsThatDo() throws {
    let read = try configuration(minimal + "environments: 128\nminibatches: 5")
    let error = #expect(throws: ConfigurationError.self) { try read.validate(agentCount: 2) }
    #expect(
      error?.description
        == "folder/train.yaml:3: minibatches = 5 does not divide the 32768 rows of a rollout "
        + "(rollout_length 128 x environments 128 x agents 2); try 4 or 8")
    #expect(error?.key == "minibatches")
  }

  @Test func minibatchesThatDivideAreAccepted() throws {
    try configuration(minimal + "minibatches: 6\nenvironments: 96").validate(agentCount: 2)
    try configuration(minimal + "minibatches: 3").validate(agentCount: 3)
  }

  @Test func minibatchesThatCutSequencesAreRefused() throws {
    let read = try configuration(minimal + "environments: 3\nrollout_length: 128\nminibatches: 4\ntotal_env_steps: 384")
    let error = #expect(throws: ConfigurationError.self) { try read.validate(agentCount: 2) }
    #expect(
      error?.description.hasSuffix(
        "minibatches = 4 does not divide the 6 sequences of a rollout (environments 3 x agents 2); try 3 or 6") == true)
  }

  @Test func moreMinibatchesThanRowsAreRefused() throws {
    let read = try configuration(minimal + "environments: 2\nrollout_length: 3\nminibatches: 13\ntotal_env_steps: 6")
    let error = #expect(throws: ConfigurationError.self) { try read.validate(agentCount: 2) }
    #expect(error?.description.hasSuffix("try 4") == true)
  }

  @Test func rolloutsThatOverflowARowIndexAreRefused() throws {
    let read = try configuration(minimal + "environments: 1e6\nrollout_length: 5000")
    #expect(throws: ConfigurationError.self) { try read.validate(agentCount: 2) }
  }

  @Test func theEnvironmentsComplaintsGetTheirLine() throws {
    let read = try configuration("environment:\n  name: hanabi\n  players: 9\n")
    var parameters = read.environment.parameters
    let invalid = try #require(
      #expect(throws: EnvironmentParameters.Invalid.self) { try parameters.integer("players", in: 2...5) })
    #expect(
      read.located(invalid).description
        == "folder/train.yaml:3: environment.players = 9; expected a whole number from 2 to 5")
    let other = EnvironmentParameters.Invalid("the deck is too small")
    #expect(read.located(other).description == "folder/train.yaml:2: the deck is too small")
  }

  @Test(
    arguments: [
      (
        "environment: {name: hanabi}\nbootstrap_at_time_limit: true",
        "train.yaml:2: bootstrap_at_time_limit = true, but episodes of hanabi end by its rules; remove the key"
      ),
      (
        "environment: {name: overcooked}\nbootstrap_at_time_limit: true\nnetwork: {gru: 8}",
        "train.yaml:2: bootstrap_at_time_limit = true needs a feed-forward network, since hidden states at the ends of "
          + "episodes are not kept; remove the key, or network.gru"
      ),
      (
        "environment: {name: overcooked_v2, max_steps: 100}\nbootstrap_at_time_limit: true",
        "train.yaml: rollout_length = 128 is longer than the 100 steps of an episode, of which bootstrap_at_time_limit "
          + "keeps one end per rollout; use at most 100"
      ),
      ("environment: {name: overcooked}\nbootstrap_at_time_limit: true", nil),
    ] as [(String, String?)])
  func whereEpisodesAreNotCutOffNothingGoesOn(yaml: String, expected: String?) throws {
    let read = try TrainingConfiguration(yaml: yaml, file: "train.yaml")
    let environment = try read.makeEnvironment()
    let failure: String?
    do {
      try read.validate(for: environment)
      failure = nil
    } catch {
      failure = "\(error)"
    }
    #expect(failure == expected)
  }
}
