import CHostKernels
import VulkanCompute

/// A cooperative game: what the engine must know about it. The game itself is three kernels and one include in GLSL
/// (docs/adding-an-environment.md says what each must do).
public protocol Environment: Sendable {
  /// The name in `environment.name`, for example "hanabi".
  static var name: String { get }
  /// Written into checkpoints; grows when rules, actions or observations change.
  static var version: Int { get }

  /// Checks everything once.
  /// - Throws: `EnvironmentParameters.Invalid`, which names the key and says what is allowed.
  init(parameters: EnvironmentParameters) throws

  /// The same parameters without references to files: what a training records, so that it continues without them.
  /// - Throws: `EnvironmentParameters.Invalid` for a file that cannot be used.
  static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue]

  /// Warnings about settings that are allowed but probably a mistake, one sentence each.
  var remarks: [String] { get }

  /// A
  var agentCount: Int { get }
  /// K; every seat has the same numbering of actions.
  var actionCount: Int { get }
  /// D, float32 features of one seat's observation.
  var observationFeatureCount: Int { get }
  /// W, 32-bit words of one packed observation.
  var observationWordCount: Int { get }
  /// S, 32-bit words of one environment's state.
  var stateWordCount: Int { get }

  /// Whether step also writes `shaped_rewards`, which the learner adds to the rewards and returns leave out.
  var shapesRewards: Bool { get }
  /// What step writes into `outcomes` where an episode ends: E results in addition to the return, in snake_case.
  var outcomeNames: [String] { get }
  /// Numbers to report that are ratios of two outcomes.
  var outcomeRatios: [OutcomeRatio] { get }

  /// Macros of the game's kernels and of `observationInclude`.
  var macros: [String: String] { get }
  /// Kernel files below `Shaders/`.
  var resetKernel: String { get }
  var stepKernel: String { get }
  var observeKernel: String { get }
  /// The GLSL file that defines `float observation_value(uint row_base, uint feature)`.
  var observationInclude: String { get }

  /// Neighbouring actions that are legal in some states only, and so numerous that a network should compute their logits
  /// just there; nil where there is no such block.
  var wideActions: Range<Int>? { get }

  /// What the host does in place of expand_observations.comp; nil where only `observationInclude` can.
  var observationExpansion: HostBody? { get }

  /// How the observation is listed where most of it never changes or is 0; nil where it is dense.
  var observationList: ObservationList? { get }

  /// Symmetries by name, for Other-Play and for measuring how far policies are from equivariant; those without a choice
  /// left out.
  var symmetryFamilies: [SymmetryFamily] { get }

  /// What reset starts from where nothing is injected; the same for all environments.
  var startState: [UInt32] { get }

  /// Full, resolved parameters: making the environment again from them gives the same one.
  var parametersDescription: [String: ParameterValue] { get }
  /// Parameters that only a learner notices, such as the weight of shaped rewards: policies that were trained with
  /// different ones play the same game.
  static var learningParameters: Set<String> { get }
  /// Sections of the observation, in order, covering all D features.
  var observationLayout: [ObservationSection] { get }

  func actionName(_ action: Int) -> String
  /// The state as text for people; `state` has S words.
  func render(state: [UInt32]) -> String
  /// The state as named JSON values, in the words of recorded games.
  func stateFields(of state: [UInt32]) -> [StateField]
  /// Reads the recorded games of one file; `contents` is its JSON. Refused by default: not every game has a reference
  /// implementation.
  static func recordedGames(from contents: TraceContents) throws -> RecordedGames
}

extension Environment {
  /// M, 32-bit words of one legal mask.
  public var maskWordCount: Int { (actionCount + 31) / 32 }
  public var name: String { Self.name }
  public static func resolved(_ values: [String: ParameterValue]) throws -> [String: ParameterValue] { values }
  public var remarks: [String] { [] }
  public var shapesRewards: Bool { false }
  public var observationExpansion: HostBody? {
    observationInclude == "Common/bit_observations.glsl" ? HostBody(host_expand_bits) : nil
  }
  public static var learningParameters: Set<String> { [] }
  public var observationList: ObservationList? { nil }
  public var wideActions: Range<Int>? { nil }
  public var outcomeNames: [String] { [] }
  public var outcomeRatios: [OutcomeRatio] { [] }

  public static func recordedGames(from contents: TraceContents) throws -> RecordedGames {
    throw contents.error("records \(name), which has no reference implementation to replay")
  }

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

  /// The section that holds a feature.
  public func observationSection(ofFeature feature: Int) -> ObservationSection? {
    observationLayout.first { $0.offset..<($0.offset + $0.count) ~= feature }
  }
}

/// An observation as a static part, the same in every row, and a short list per row of what differs from it.
///
/// The first layer of a network then adds up the weights of the listed features alone. All values are whole numbers from
/// -32,768 to 32,767; at most 65,536 features.
public struct ObservationList: Sendable {
  /// The GLSL file that defines `void list_observation(uint row_base)`, which calls `emit(uint feature, int difference)` for
  /// every feature that differs from its static part, once.
  public let include: String
  /// L, the most features that one row lists.
  public let capacity: Int
  /// Features whose static part is not 0, ascending.
  public let staticFeatures: [(feature: Int, value: Int)]

  public init(include: String, capacity: Int, staticFeatures: [(feature: Int, value: Int)]) {
    self.include = include
    self.capacity = capacity
    self.staticFeatures = staticFeatures
  }
}

/// One named part of a game's state, as compact JSON, for example `hands` `[[[0,1],null]]`.
public struct StateField: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
