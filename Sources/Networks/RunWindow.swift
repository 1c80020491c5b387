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

/// The rows that stand in a network's workspace: one chunk of at most C rows for each run of a window.
public struct WorkspaceRows {
  /// Runs of the window.
  public let runs: Int
  /// Rows that the dispatches cover, at most C; each run uses as many of them as its count says.
  public let rows: Int
  /// Two words per run: all rows, and acting rows, which come first.
  public let counts: RunWindow
  /// How the rows follow each other in time; nil for feed-forward networks.
  public let sequences: SequenceRows?
  /// Where the host finds their observations; nil where `recordExpand` puts inputs or lists into the workspace.
  var onHost: HostObservations?

  public init(runs: Int, rows: Int, counts: RunWindow, sequences: SequenceRows? = nil) {
    self.runs = runs
    self.rows = rows
    self.counts = counts
    self.sequences = sequences
  }

  /// The same rows of the same sequences with hidden states from elsewhere.
  public func carrying(_ states: RunWindow) -> WorkspaceRows {
    let carried = sequences.map {
      SequenceRows(
        sequences: $0.sequences, steps: $0.steps, states: states, stateRows: $0.stateRows, indices: $0.indices,
        resets: $0.resets, keeping: $0.keeping)
    }
    return replacing(counts: counts, sequences: carried)
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
}

extension WorkspaceRows {
  /// The same rows, of which other numbers are in use.
  public func counted(by counts: RunWindow) -> WorkspaceRows {
    replacing(counts: counts, sequences: sequences)
  }

  private func replacing(counts: RunWindow, sequences: SequenceRows?) -> WorkspaceRows {
    var rows = WorkspaceRows(runs: runs, rows: self.rows, counts: counts, sequences: sequences)
    rows.onHost = onHost
    return rows
  }
}

/// Observations of workspace rows that the host reads where they are: row i has observation `indices[indexOffset + i]`.
enum HostObservations {
  case packed(RunWindow, indices: RunWindow, indexOffset: Int)
  case listed(ObservationLists, runs: Int, indices: RunWindow, indexOffset: Int)
}

/// Lists of all observations of a rollout, by rollout row.
public struct ObservationLists {
  public let entries: Buffer<UInt32>  // (window, rows, L)
  public let lengths: Buffer<UInt32>  // (window, rows)

  /// - Parameter rows: Per run.
  public init(_ name: String, capacity: Int, windowRuns: Int, rows: [(String, Int)], table: BufferTable) {
    entries = table.register(
      "\(name).entries", of: UInt32.self, runs: windowRuns, perRun: rows + [("L", capacity)], persistence: .scratch)
    lengths = table.register(
      "\(name).lengths", of: UInt32.self, runs: windowRuns, perRun: rows, persistence: .scratch)
  }
}
