import CShaders
import Environments
import VulkanCompute

/// The sizes of one training job: what buffers and kernels are made for.
struct TrainingShape {
  /// R
  let runs: Int
  /// N, environments per run
  let environments: Int
  /// T, rollout steps
  let steps: Int
  /// A
  let agents: Int
  /// K
  let actions: Int
  let maskWords: Int
  /// W, words of a packed observation
  let observationWords: Int
  let epochs: Int
  let minibatches: Int
  /// Updates of the whole training, for annealing.
  let updates: Int
  /// Whether the learner sees shaped rewards.
  let shapesRewards: Bool
  /// Whether every seat plays through symmetries (Other-Play).
  let playsOther: Bool
  /// E, outcomes of the game.
  let outcomes: Int

  init(_ configuration: TrainingConfiguration, environment: any Environment, runs: Int) {
    self.runs = runs
    environments = configuration.environments
    steps = configuration.rolloutLength
    agents = environment.agentCount
    actions = environment.actionCount
    maskWords = environment.maskWordCount
    observationWords = environment.observationWordCount
    epochs = configuration.epochs
    minibatches = configuration.minibatches
    updates = configuration.updates
    shapesRewards = environment.shapesRewards
    playsOther = !configuration.otherPlay.isEmpty
    outcomes = environment.outcomeCount
  }

  /// N * A, rows of one rollout step
  var rowsPerStep: Int { environments * agents }
  /// T * N * A
  var rows: Int { steps * rowsPerStep }
  /// B
  var minibatchRows: Int { rows / minibatches }

  /// C, rows that go through the network at once, at most: an eighth of a minibatch in whole split blocks, from 1024 to
  /// 16,384, and no more than the larger of a minibatch and a rollout step needs. A function of one run's shape only,
  /// since it decides in which order sums are taken.
  var chunkRows: Int {
    let block = Int(SPLIT_BLOCK_ROWS)
    let eighth = (minibatchRows / 8 + block - 1) / block * block
    return min(max(1024, min(eighth, 16_384)), max(minibatchRows, rowsPerStep))
  }

  /// `rows` cut into chunks: first row and number of rows.
  func chunks(of rows: Int) -> [(first: Int, count: Int)] {
    stride(from: 0, to: rows, by: chunkRows).map { ($0, min(chunkRows, rows - $0)) }
  }

  /// Bytes that one row of the rollout takes in all buffers, observations first.
  var rolloutBytesPerRow: (observation: Int, total: Int) {
    let observation = 4 * observationWords
    // mask, action, log-probability, value, reward, advantage; symmetry and the environment's action; done and outcomes
    // are per environment
    let perEnvironment = 4 * (1 + outcomes)
    return (
      observation, observation + 4 * maskWords + (playsOther ? 7 : 5) * 4 + (perEnvironment + agents - 1) / agents
    )
  }
}
