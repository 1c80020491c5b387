import VulkanCompute

/// The passes over a network, by whoever computes: kernels (`KernelPasses`) or the host (`HostPasses`).
protocol NetworkPasses: AnyObject {
  /// S, the parts of the parameter gradients that are summed apart from each other.
  var gradientSplits: Int { get }

  /// Lists of all observations of a rollout, where they are made once and read where they stand; else nil.
  func lists(_ name: String, rows: [(String, Int)], table: BufferTable) -> ObservationLists?

  /// Fills the lists of observations `rows` of every run, where there are such lists.
  func list(_ recorder: CommandRecorder, runs: Int, rows: Range<Int>, of observations: Observations)

  /// See `PolicyNetwork.choosesRows`.
  func choosesRows(_ count: Int) -> Bool

  /// See `PolicyNetwork.adopt`.
  func adopt(_ recorder: CommandRecorder, _ parameters: BufferWindow)

  /// See `PolicyNetwork.forward`.
  func forward(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: [Policies], heads: Set<PolicyNetwork.Head>,
    then operation: BoundOperation?
  ) throws

  func clear(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow)

  /// See `PolicyNetwork.gradient`.
  func gradient(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, loss: BoundOperation, metrics: BoundOperation,
    into target: GradientTarget
  ) throws

  /// Adds what is the same for all chunks of a minibatch: gradients of the static part of listed observations.
  func finish(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow)
}

/// The parameters that the runs of a window use.
public struct Policies {
  /// Parameter sets (P), one after the other.
  public let parameters: BufferWindow
  /// For each run of the window, which of the bound parameter sets it uses.
  public let indices: RunWindow
  /// Of the rows of each run, how many these policies look at, where that is not all (`Rows.counts`).
  public let counts: RunWindow?

  public init(_ parameters: BufferWindow, indices: RunWindow, counts: RunWindow? = nil) {
    self.parameters = parameters
    self.indices = indices
    self.counts = counts
  }
}

/// Where the gradient of a chunk of a minibatch goes.
public struct GradientTarget {
  /// (S, P) floats per run.
  public let gradients: RunWindow
  /// Rows of the minibatch, which mixed precision scales gradients by.
  public let minibatchRows: Int
  /// Minibatch row that stands at workspace row 0; a multiple of `SPLIT_BLOCK_ROWS`.
  public let firstRow: Int

  public init(_ gradients: RunWindow, minibatchRows: Int, firstRow: Int = 0) {
    self.gradients = gradients
    self.minibatchRows = minibatchRows
    self.firstRow = firstRow
  }
}
