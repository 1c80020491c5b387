import CShaders
import Configuration
import Environments
import Networks
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
  /// Hp, padded width of the hidden state; nil for feed-forward networks.
  let hiddenWidth: Int?
  let epochs: Int
  let minibatches: Int
  /// Updates of the whole training, for annealing.
  let updates: Int
  /// Whether the learner sees shaped rewards.
  let shapesRewards: Bool
  let advantageNormalisation: AdvantageNormalisation
  /// Whether the value loss is clipped.
  let clipsValues: Bool
  /// Whether the value head learns normalised targets.
  let normalisesValues: Bool
  /// Whether an episode that is cut off counts the value of its last observation.
  let bootstraps: Bool
  /// Whether every seat plays through symmetries (Other-Play).
  let playsOther: Bool
  /// E, outcomes of the game.
  let outcomes: Int

  init(_ configuration: TrainingConfiguration, environment: any EnvironmentKernels, runs: Int) {
    self.runs = runs
    environments = configuration.environments
    steps = configuration.rolloutLength
    agents = environment.agentCount
    actions = environment.actionCount
    maskWords = environment.maskWordCount
    observationWords = environment.observationWordCount
    hiddenWidth = configuration.network.gru.map(ParameterLayout.padded)
    epochs = configuration.epochs
    minibatches = configuration.minibatches
    updates = configuration.updates
    shapesRewards = environment.shapesRewards
    advantageNormalisation = configuration.advantageNormalisation
    clipsValues = configuration.valueClipping
    normalisesValues = configuration.valueNormalisation
    bootstraps = configuration.bootstrapAtTimeLimit
    playsOther = !configuration.otherPlay.isEmpty
    outcomes = environment.outcomeCount
  }

  /// N * A, rows of one rollout step
  var rowsPerStep: Int { environments * agents }
  /// T * N * A
  var rows: Int { steps * rowsPerStep }
  /// B
  var minibatchRows: Int { rows / minibatches }

  /// C, rows that go through the network at once, at most. A function of one run's shape only, since it decides in which
  /// order sums are taken.
  ///
  /// An eighth of a minibatch in whole split blocks, from 1024 to 16,384, and no more than the larger of a minibatch and a
  /// rollout step needs. For recurrent networks whole sequences, and up to half of a minibatch: the time loop is as long
  /// for few sequences as for many.
  var chunkRows: Int {
    guard hiddenWidth == nil else { return max(sequencesPerChunk * steps, min(mostRows(part: 2), rowsPerStep)) }
    return min(mostRows(part: 8), max(minibatchRows, rowsPerStep))
  }

  /// Whole sequences of a minibatch's chunks.
  private var sequencesPerChunk: Int { max(1, min(mostRows(part: 2) / steps, minibatchRows / steps)) }

  private func mostRows(part: Int) -> Int {
    let block = Int(SPLIT_BLOCK_ROWS)
    return max(1024, min((minibatchRows / part + block - 1) / block * block, 16_384))
  }

  /// `rows` cut into chunks: first row and number of rows.
  func chunks(of rows: Int) -> [(first: Int, count: Int)] {
    stride(from: 0, to: rows, by: chunkRows).map { ($0, min(chunkRows, rows - $0)) }
  }

  /// A part of a minibatch.
  struct MinibatchChunk {
    /// First row of the minibatch's order, or first sequence for recurrent networks.
    let first: Int
    /// Rows
    let count: Int
    /// Where the chunk's rows begin among those that share the gradient's splits.
    let splitRow: Int
  }

  /// A minibatch cut into chunks.
  var minibatchChunks: [MinibatchChunk] {
    guard hiddenWidth != nil else {
      return chunks(of: minibatchRows).map { MinibatchChunk(first: $0.first, count: $0.count, splitRow: $0.first) }
    }
    let (sequences, block) = (minibatchRows / steps, Int(SPLIT_BLOCK_ROWS))
    let wholeBlocks = (sequencesPerChunk * steps + block - 1) / block * block
    return stride(from: 0, to: sequences, by: sequencesPerChunk).enumerated().map { index, first in
      MinibatchChunk(
        first: first, count: min(sequencesPerChunk, sequences - first) * steps, splitRow: index * wholeBlocks)
    }
  }
}
