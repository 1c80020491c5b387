import CShaders
import Environments
import VulkanCompute

/// The networks of one architecture, for all runs of a window at once: forward, and the gradient of a loss.
///
///     network.adopt(…)      parameters have changed                          before the first pass, and after every step
///     network.forward(…)    observations -> logits, values
///     network.clear(…)      gradients = 0                                    once per minibatch
///     network.gradient(…)   forward; loss; backward: gradients += …          for every chunk
///     network.finish(…)     what is the same for all chunks                  once per minibatch
///
/// Rows at and beyond a run's count are neither computed nor written, so a row's bytes
/// depend on nothing but its observation and its parameters; where the host computes, also on its place in the workspace,
/// since a library rounds the last rows of a matrix in another way. Parameters stay with the caller, and so do the hidden
/// states of a recurrent network, between one call and the next (`SequenceRows`).
public final class PolicyNetwork {
  public enum Head: Sendable { case actor, critic }

  let workspace: NetworkWorkspace
  private let passes: any NetworkPasses
  /// The network without the last layers of its heads, for who computes those; nil where they are products like others.
  public let thinOutputs: ThinOutputs?
  /// The network for a kernel that plays whole rollouts with it; nil where it is too large, or others compute.
  public let small: SmallNetwork?
  /// The parameters of the runs of a window, (P / 2) words of two float16, where matrix units multiply such: a step that changes
  /// parameters has to write them here as well, or have them adopted.
  public let roundedParameters: Buffer<UInt32>?

  /// - Parameters:
  ///   - name: Prefix of the workspace buffers in `table`.
  ///   - windowRuns: Runs of the largest window.
  ///   - rowCapacity: C; for training a multiple of `SPLIT_BLOCK_ROWS` where a minibatch has more than one chunk.
  ///   - wideActions: Actions whose logits are computed only for rows that may take one of them (`ROW_COUNT_WIDE`).
  ///   - symmetries: Through whose elements rows are seen; nil for rows as they are.
  ///   - precision: What products are made of; with `mixed`, parameters are to be adopted whenever they have changed.
  ///   - training: Whether `gradient` will be used.
  ///   - kernelSplits: S where kernels compute, which need the parallelism.
  /// - Throws: `VulkanError`, also for mixed precision where products run on a host without instructions for it and for
  ///   tiles that no kernel has.
  public init(
    _ name: String = "network", architecture: NetworkArchitecture, observation: ObservationSource, device: Device,
    wideActions: Range<Int>? = nil, symmetries: SymmetryTable? = nil, table: BufferTable, windowRuns: Int,
    rowCapacity: Int, precision: Precision = .float32, training: Bool, kernelSplits: Int = 4
  ) throws {
    workspace = try NetworkWorkspace(
      name, architecture: architecture, observation: observation, device: device, wideActions: wideActions,
      symmetries: symmetries, table: table, windowRuns: windowRuns, rowCapacity: rowCapacity,
      halves: HalfFormat(precision, device), training: training)
    if let products = device.products {
      passes = try HostPasses(workspace, products: products, device: device)
      (thinOutputs, small, roundedParameters) = (nil, nil, nil)
    } else {
      let kernels = try KernelPasses(
        workspace, name, precision: precision, splits: kernelSplits, device: device, table: table)
      passes = kernels
      thinOutputs = ThinOutputs(kernels, precision: precision)
      small = SmallNetwork(kernels, precision: precision)
      roundedParameters = kernels.rounded?.parameters
    }
  }

  public var architecture: NetworkArchitecture { workspace.architecture }
  public var layout: ParameterLayout { workspace.layout }
  /// Runs that the workspace has room for.
  public var windowRuns: Int { workspace.windowRuns }
  /// S, the parts of the parameter gradients that are summed apart from each other.
  public var gradientSplits: Int { passes.gradientSplits }

  /// What kernels that list rows or read logits must know about wide actions.
  public var rowMacros: [String: String] {
    workspace.wideColumns.map { ["WIDE_BEGIN": "\($0.lowerBound)u", "WIDE_END": "\($0.upperBound)u"] } ?? [:]
  }

  /// Numbers per run in `Rows.counts`.
  public static let rowCountWords = Int(ROW_COUNT_WIDE) + 1

  /// (C, Kp): K logits per row, then padding that stays 0.
  public var logits: Buffer<Float> { workspace.activations[layout.actorOutput] }
  /// (C, 8): the value in column 0, then padding that stays 0.
  public var values: Buffer<Float> { workspace.activations[layout.criticOutput] }
  /// (C, Kp): gradient of the loss by the logits, written by the loss for acting rows; the padding must stay 0.
  public var logitGradients: Buffer<Float> { workspace.gradients[layout.actorOutput] }
  /// (C, 8): gradient of the loss by the value in column 0, for all rows; the padding must stay 0.
  public var valueGradients: Buffer<Float> { workspace.gradients[layout.criticOutput] }
  /// (C, Hp) each: hidden states before and after every row, resets done; nil for feed-forward networks.
  public var hiddenStates: (before: Buffer<Float>, after: Buffer<Float>)? {
    workspace.recurrence.map { ($0.previous, workspace.activations[$0.layer]) }
  }
  /// Floats from one workspace row to the next in `logits` and `logitGradients` (Kp).
  public var logitPitch: Int { layout.layers[layout.actorOutput].paddedOutputs }
  /// Floats from one workspace row to the next in `values` and `valueGradients` (8).
  public var valuePitch: Int { layout.layers[layout.criticOutput].paddedOutputs }

  /// Entries of the lists of the first `rows` workspace rows of the first `runs` runs, as a share of their capacity; 1 for
  /// dense inputs. For profiles.
  public func listShare(runs: Int, rows: Int) throws -> Double { try workspace.listShare(runs: runs, rows: rows) }

  /// Lists of all observations of a rollout, where the network reads such.
  ///
  /// - Parameter rows: Observation rows of every run, as axes.
  public func lists(_ name: String, rows: [(String, Int)], table: BufferTable) -> ObservationLists? {
    passes.lists(name, rows: rows, table: table)
  }

  /// To be called on every observation once it is there, before rows of it are used.
  ///
  /// - Parameter rows: Observation rows of every run.
  public func list(_ recorder: CommandRecorder, runs: Int, rows: Range<Int>, of observations: Observations) {
    passes.list(recorder, runs: runs, rows: rows, of: observations)
  }

  /// Whether the network can choose `count` rows of an env step itself (`Rows.choice`), in the kernel that makes inputs of them.
  public func choosesRows(_ count: Int) -> Bool { passes.choosesRows(count) }

  /// Takes over parameters that have changed: in mixed precision the host and matrix units work with a rounded copy.
  ///
  /// - Parameter parameters: The sets that policies will be bound to, at most as many as a window has runs.
  public func adopt(_ recorder: CommandRecorder, parameters: BufferWindow) { passes.adopt(recorder, parameters) }

  /// Computes the trunk and the wanted heads: trunk and critic on all rows, the actor on acting rows. A recurrent network
  /// walks through the time of `rows.sequences` between them.
  ///
  /// - Parameters:
  ///   - policies: Whose parameters; several where they do not fit one window, each with its own counts of rows.
  ///   - operation: What is to be done to the outputs.
  public func forward(
    _ recorder: CommandRecorder, rows: Rows, policies: [Policies], heads: Set<Head> = [.actor, .critic],
    then operation: BoundOperation? = nil
  ) throws {
    workspace.check(rows)
    try passes.forward(recorder, rows, policies, heads: heads, then: operation)
  }

  /// Sets the gradients of all runs to 0.
  public func clear(_ recorder: CommandRecorder, runs: Int, gradients: RunWindow) {
    passes.clear(recorder, runs: runs, gradients)
  }

  /// Adds the gradient by the parameters of one chunk: forward, `loss`, which writes `logitGradients` (acting rows) and
  /// `valueGradients` (all rows), and backward.
  ///
  /// Kernels add minibatch row r to split (r / SPLIT_BLOCK_ROWS) % S, in order, so the result depends on S but not on how a
  /// minibatch is cut into chunks; the host adds chunk by chunk.
  ///
  /// - Parameter metrics: What is to be done beside the backward pass to other results of the loss.
  public func gradient(
    _ recorder: CommandRecorder, rows: Rows, policies: Policies, loss: BoundOperation, metrics: BoundOperation,
    into target: GradientTarget
  ) throws {
    workspace.check(rows)
    precondition(!workspace.gradients.isEmpty, "this network has no workspace for training")
    precondition(
      target.firstRow % Int(SPLIT_BLOCK_ROWS) == 0, "a chunk begins at a multiple of \(SPLIT_BLOCK_ROWS) rows")
    try passes.gradient(recorder, rows, policies, loss: loss, metrics: metrics, into: target)
  }

  /// Adds what is the same for all chunks of a minibatch, after the last of them.
  public func finish(_ recorder: CommandRecorder, runs: Int, gradients: RunWindow) {
    passes.finish(recorder, runs: runs, gradients)
  }
}
