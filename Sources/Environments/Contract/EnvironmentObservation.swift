import CHostKernels
import VulkanCompute

/// What networks ask a game: what a seat observes, how it is packed, and what helps to compute with it.
public protocol EnvironmentObservation: EnvironmentSizes {
  /// D, float32 features of one seat's observation.
  var observationFeatureCount: Int { get }
  /// Sections of the observation, in order, covering all D features.
  var observationLayout: [ObservationSection] { get }

  /// Macros of the game's kernels and of its observation.
  var macros: [String: String] { get }
  /// The GLSL file that defines `float observation_value(uint row_base, uint feature)`.
  var observationInclude: String { get }
  /// What the host does in place of expand_observations.comp; nil where only `observationInclude` can.
  var observationExpansion: HostBody? { get }
  /// How the observation is listed where most of it never changes or is 0; nil where it is dense.
  var observationList: ObservationList? { get }

  /// Neighbouring actions that are legal in some states only, and so numerous that a network should compute their logits
  /// just there; nil where there is no such block.
  var wideActions: Range<Int>? { get }
  /// Symmetries by name, for Other-Play and for measuring how far policies are from equivariant; those without a choice
  /// left out.
  var symmetryFamilies: [SymmetryFamily] { get }
}

extension EnvironmentObservation {
  public var observationExpansion: HostBody? {
    observationInclude == "Common/bit_observations.glsl" ? HostBody(host_expand_bits) : nil
  }
  public var observationList: ObservationList? { nil }
  public var wideActions: Range<Int>? { nil }

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
