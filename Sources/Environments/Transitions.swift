import VulkanCompute

/// What T env steps of N environments leave on the device: the observations and legal actions before each, the actions that
/// were chosen, and what came of them.
///
/// It holds one entry per run of a `VectorEnvironment`, or only as many as a window has: then every window overwrites what
/// the one before left.
public struct Transitions {
  /// (runs, T to T + 2, N A, W): packed observations.
  public let observations: Buffer<UInt32>
  /// (runs, T to T + 2, N A, M)
  public let legalMasks: Buffer<UInt32>
  /// (runs, T, N, A): what the environments are given.
  public let actions: Buffer<UInt32>
  /// (runs, T, N, A)
  public let rewards: Buffer<Float>
  /// (runs, T, N): whether the step ended an episode.
  public let dones: Buffer<UInt32>
  /// (runs, T, N, A), only where the game shapes rewards.
  public let shapedRewards: Buffer<Float>?
  /// (runs, T, N, E), only where the game has outcomes: to be read where the step ended an episode.
  public let outcomes: Buffer<Float>?
  /// Whether every window of runs begins at entry 0.
  let holdsOneWindow: Bool

  /// - Parameters:
  ///   - prefix: Of the names of the buffers in `table`.
  ///   - oneWindow: Whether `runs` are those of the largest window rather than all.
  ///   - steps: T
  ///   - keepsLast: Whether there is room for the observations after the last step, too.
  ///   - keepsEnds: Whether there is room behind them for the last observations of an episode that ended, one of every
  ///     environment.
  ///   - rowsPerStep: Rows of `observations` and `legalMasks` per step, where they are more than N A.
  public init(
    _ prefix: String = "", of environment: any EnvironmentKernels, runs: Int, oneWindow: Bool = false,
    environments: Int,
    steps: Int = 1, keepsLast: Bool = false, keepsEnds: Bool = false, rowsPerStep: Int? = nil, table: BufferTable
  ) {
    func register<T: BitwiseCopyable>(_ name: String, of type: T.Type, _ axes: [(String, Int)]) -> Buffer<T> {
      table.register(prefix + name, of: type, runs: runs, perRun: axes, persistence: .scratch)
    }
    let (time, places) = (("T", steps), ("N", environments))
    let seats = [time, places, ("A", environment.agentCount)]
    let more = (keepsLast ? 1 : 0) + (keepsEnds ? 1 : 0)
    let seen =
      [more > 0 ? ("T+\(more)", steps + more) : time] + (rowsPerStep.map { [("rows", $0)] } ?? [places, seats[2]])
    holdsOneWindow = oneWindow
    observations = register("observations", of: UInt32.self, seen + [("W", environment.observationWordCount)])
    legalMasks = register("legal_masks", of: UInt32.self, seen + [("M", environment.maskWordCount)])
    actions = register("actions", of: UInt32.self, seats)
    rewards = register("rewards", of: Float.self, seats)
    dones = register("dones", of: UInt32.self, [time, places])
    shapedRewards = environment.shapesRewards ? register("shaped_rewards", of: Float.self, seats) : nil
    outcomes =
      environment.outcomeCount > 0
      ? register("outcomes", of: Float.self, [time, places, ("E", environment.outcomeCount)]) : nil
  }

  /// Where the runs of a window stand in the buffers.
  func places(of runs: Range<Int>) -> Range<Int> { holdsOneWindow ? 0..<runs.count : runs }
}
