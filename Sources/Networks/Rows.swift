import VulkanCompute

/// A per-run buffer as a kernel sees it: some of its runs, and the distance from one to the next.
public struct RunWindow {
  public let window: BufferWindow
  /// Four-byte words from one run to the next.
  public let stride: Int

  /// The part of `buffer` that belongs to `runs`.
  public init(_ buffer: AnyBuffer, runs: Range<Int>) {
    window = buffer.window(runs: runs)
    stride = buffer.runStrideBytes / MemoryLayout<UInt32>.stride
  }

  /// A window with runs at any distance: for free-standing buffers, or 0 where all runs read the same words.
  public init(_ window: BufferWindow, stride: Int) {
    self.window = window
    self.stride = stride
  }
}

/// Packed observations of the runs of a window.
public struct Observations {
  /// (observation rows, W) words per run.
  public let packed: RunWindow
  /// Element of the network's symmetries that every observation is seen through, (observation rows) per run; nil where
  /// they are seen as they are.
  public let symmetries: RunWindow?
  /// Lists of all of them, where the network keeps such (`PolicyNetwork.lists`).
  public let lists: ObservationLists?

  public init(_ packed: RunWindow, symmetries: RunWindow? = nil, lists: ObservationLists? = nil) {
    self.packed = packed
    self.symmetries = symmetries
    self.lists = lists
  }
}

/// Lists of all observations of a rollout, by rollout row.
public struct ObservationLists {
  let entries: Buffer<UInt32>  // (window, rows, L)
  let lengths: Buffer<UInt32>  // (window, rows)

  init(_ name: String, capacity: Int, windowRuns: Int, rows: [(String, Int)], table: BufferTable) {
    entries = table.register(
      "\(name).entries", of: UInt32.self, runs: windowRuns, perRun: rows + [("L", capacity)], persistence: .scratch)
    lengths = table.register(
      "\(name).lengths", of: UInt32.self, runs: windowRuns, perRun: rows, persistence: .scratch)
  }
}

/// The rows that a network works on: one chunk of at most C rows for each run of a window. Row i of a run has the
/// observation `indices[indexOffset + i]`.
public struct Rows {
  /// Runs of the window.
  public let runs: Int
  /// Rows that dispatches cover, at most C; each run uses as many of them as its count says.
  public let count: Int
  /// `PolicyNetwork.rowCountWords` words per run, `ROW_COUNT_…`: all rows, acting rows, which come first, and rows with a
  /// wide action, which come first of these.
  public let counts: RunWindow
  public let observations: Observations
  /// Observation rows, one word per row.
  public let indices: RunWindow
  public let indexOffset: Int
  /// How the rows follow each other in time; nil for feed-forward networks.
  public let sequences: SequenceRows?
  /// Where the network is to choose the rows itself, so that `indices` and `counts` are yet to be written; nil where they are
  /// there. Only for as many rows as `PolicyNetwork.choosesRows`.
  public let choice: RowChoice?

  public init(
    runs: Int, count: Int, counts: RunWindow, observations: Observations, indices: RunWindow, indexOffset: Int = 0,
    sequences: SequenceRows? = nil, choice: RowChoice? = nil
  ) {
    self.runs = runs
    self.count = count
    self.counts = counts
    self.observations = observations
    self.indices = indices
    self.indexOffset = indexOffset
    self.sequences = sequences
    self.choice = choice
  }

  /// The same rows seen through `symmetries`, with hidden states, where there are such, from elsewhere.
  public func seen(through symmetries: RunWindow, carrying states: RunWindow?) -> Rows {
    Rows(
      runs: runs, count: count, counts: counts,
      observations: Observations(observations.packed, symmetries: symmetries, lists: observations.lists),
      indices: indices, indexOffset: indexOffset,
      sequences: sequences.map { sequences in states.map(sequences.carrying) ?? sequences })
  }

  /// The same rows, of which other numbers are in use.
  func counted(by counts: RunWindow) -> Rows {
    Rows(
      runs: runs, count: count, counts: counts, observations: observations, indices: indices, indexOffset: indexOffset,
      sequences: sequences)
  }
}

/// Rows of one env step that a network chooses itself: neighbouring observations, those of acting seats first.
public struct RowChoice {
  /// The first of them.
  public let first: Int
  /// Legal masks of all observations, (observation rows, M) words per run.
  public let masks: RunWindow
  /// Where each of the observations stands among the rows, to be written, too: the other way round than `Rows.indices`, and with its
  /// stride.
  public let places: RunWindow

  public init(first: Int, masks: RunWindow, places: RunWindow) {
    (self.first, self.masks, self.places) = (first, masks, places)
  }
}

/// Whole sequences of equal length in the workspace of a recurrent network: row t * `sequences` + s is step t of sequence
/// s. All rows count and all of them go through both heads.
public struct SequenceRows {
  /// What becomes of the hidden states of the caller.
  public enum Keeping: Sendable {
    /// They stay as they are.
    case unchanged
    /// They become what the first step started from: 0 where a reset came before it.
    case first
    /// They become those after the last step.
    case last
  }

  public let sequences: Int
  public let steps: Int
  /// Hidden states, (state rows, Hp) floats per run.
  public let states: RunWindow
  /// Sequence s begins with the state in row `indices[s] % stateRows`.
  public let stateRows: Int
  /// Words per run, of which the first `sequences` are read.
  public let indices: RunWindow
  /// One word per row: 1 where the step before ended an episode, so that the row begins with 0.
  public let resets: RunWindow
  public let keeping: Keeping

  public init(
    sequences: Int, steps: Int, states: RunWindow, stateRows: Int, indices: RunWindow, resets: RunWindow,
    keeping: Keeping
  ) {
    self.sequences = sequences
    self.steps = steps
    self.states = states
    self.stateRows = stateRows
    self.indices = indices
    self.resets = resets
    self.keeping = keeping
  }

  func carrying(_ states: RunWindow) -> SequenceRows {
    SequenceRows(
      sequences: sequences, steps: steps, states: states, stateRows: stateRows, indices: indices, resets: resets,
      keeping: keeping)
  }
}
