/// A cooperative game: what the engine must know about it, by who reads it. The game itself is three kernels and one include
/// in GLSL (docs/adding-an-environment.md says what each must do).
public protocol Environment: EnvironmentSettings, EnvironmentKernels, EnvironmentObservation, EnvironmentText,
  EnvironmentRecordings
{}

/// What everybody asks a game.
public protocol EnvironmentSizes: Sendable {
  /// The name in `environment.name`, for example "hanabi".
  static var name: String { get }
  /// A
  var agentCount: Int { get }
  /// K; every seat has the same numbering of actions.
  var actionCount: Int { get }
  /// W, 32-bit words of one packed observation.
  var observationWordCount: Int { get }
  /// What step writes into `outcomes` where an episode ends: E results in addition to the return, in snake_case.
  var outcomeNames: [String] { get }
}

extension EnvironmentSizes {
  public var name: String { Self.name }
  public var outcomeNames: [String] { [] }
  /// E
  public var outcomeCount: Int { outcomeNames.count }
  /// M, 32-bit words of one legal mask.
  public var maskWordCount: Int { (actionCount + 31) / 32 }

  /// The legal actions in one mask of M words.
  public func legalActions(inMask mask: some Collection<UInt32>) -> [Int] {
    var actions: [Int] = []
    for (word, bits) in mask.enumerated() {
      var left = bits
      while left != 0 {
        actions.append(word * 32 + left.trailingZeroBitCount)
        left &= left - 1
      }
    }
    return actions
  }
}
