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
  /// Where the host finds their observations; nil where `recordExpand` puts inputs or lists into the workspace.
  var onHost: HostObservations?

  public init(runs: Int, rows: Int, counts: RunWindow) {
    self.runs = runs
    self.rows = rows
    self.counts = counts
  }
}

extension WorkspaceRows {
  /// The same rows, of which other numbers are in use.
  public func counted(by counts: RunWindow) -> WorkspaceRows {
    var rows = WorkspaceRows(runs: runs, rows: self.rows, counts: counts)
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
