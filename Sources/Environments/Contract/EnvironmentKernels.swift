/// What a `VectorEnvironment` and the buffers around it ask a game: its kernels and their sizes.
public protocol EnvironmentKernels: EnvironmentSizes {
  /// S, 32-bit words of one environment's state.
  var stateWordCount: Int { get }
  /// What reset starts from where nothing is injected; the same for all environments.
  var startState: [UInt32] { get }
  /// Whether step also writes `shaped_rewards`, which the learner adds to the rewards and returns leave out.
  var shapesRewards: Bool { get }
  /// Steps after which every episode is cut off, where nothing else ends one; nil where episodes end by the rules.
  var timeLimit: Int? { get }

  /// Macros of the game's kernels and of its observation.
  var macros: [String: String] { get }
  /// Kernel files below `Shaders/`.
  var resetKernel: String { get }
  var stepKernel: String { get }
  var observeKernel: String { get }
  /// Whether neighbouring invocations of `observeKernel` look at neighbouring environments from one seat, rather than at one
  /// environment from neighbouring seats.
  var observesSeatBySeat: Bool { get }
}

extension EnvironmentKernels {
  public var shapesRewards: Bool { false }
  public var timeLimit: Int? { nil }
  public var observesSeatBySeat: Bool { false }
}
