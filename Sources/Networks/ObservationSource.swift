import Environments
import VulkanCompute

/// How a network reads the packed observations of a game.
public struct ObservationSource {
  /// File below Shaders/ that defines `float observation_value(uint row_base, uint feature)`.
  public let include: String
  public let macros: [String: String]
  /// W, words of one packed observation.
  public let wordCount: Int
  /// How to list what is not static; nil for dense first layers.
  public let list: ObservationList?
  /// How the host expands packed observations; nil where only `include` can.
  public let expansion: HostBody?

  public init(
    include: String, macros: [String: String], wordCount: Int, list: ObservationList? = nil, expansion: HostBody? = nil
  ) {
    self.include = include
    self.macros = macros
    self.wordCount = wordCount
    self.list = list
    self.expansion = expansion
  }

  /// Those of `environment`.
  public init(_ environment: any EnvironmentObservation) {
    self.init(
      include: environment.observationInclude, macros: environment.macros, wordCount: environment.observationWordCount,
      list: environment.observationList, expansion: environment.observationExpansion)
  }
}
