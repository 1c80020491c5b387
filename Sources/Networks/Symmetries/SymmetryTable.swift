import Environments
import VulkanCompute

/// Symmetries on the device: for each, permutations of features and of actions, two places of 16 bits to a word.
public final class SymmetryTable {
  public let symmetries: SymmetryFamily
  /// (G, Dp / 2) The feature that comes to each place, or, for lists, the place that each feature goes to; D padded to 8.
  public let features: Buffer<UInt32>
  /// (G, K / 2) The action that gets each number: what policies see and do, in the environment's numbers.
  public let actionSources: Buffer<UInt32>
  /// (G, K / 2) The number that each action gets.
  public let actionTargets: Buffer<UInt32>
  public let featureWords: Int
  public let actionWords: Int
  private let listed: Bool

  /// Registers the tables; call `initialize()` once `table` has been allocated.
  public init(_ symmetries: SymmetryFamily, of environment: any EnvironmentObservation, table: BufferTable) {
    Self.check(symmetries, environment)
    self.symmetries = symmetries
    listed = environment.observationList != nil
    featureWords = (environment.observationFeatureCount + 7) / 8 * 4
    actionWords = (environment.actionCount + 1) / 2
    func register(_ name: String, _ words: Int) -> Buffer<UInt32> {
      table.register(
        "symmetry.\(name)", of: UInt32.self, runs: 1, perRun: [("G", symmetries.elements.count), ("words", words)],
        persistence: .scratch)
    }
    features = register("features", featureWords)
    actionSources = register("action_sources", actionWords)
    actionTargets = register("action_targets", actionWords)
  }

  public func initialize() throws {
    let elements = symmetries.elements
    try features.write(elements.flatMap { Self.packed((listed ? $0 : $0.inverse).features, words: featureWords) })
    try actionSources.write(elements.flatMap { Self.packed($0.inverse.actions, words: actionWords) })
    try actionTargets.write(elements.flatMap { Self.packed($0.actions, words: actionWords) })
  }

  private static func packed(_ permutation: [Int], words: Int) -> [UInt32] {
    var packed = [UInt32](repeating: 0, count: words)
    for (index, image) in permutation.enumerated() { packed[index / 2] |= UInt32(image) << UInt32(16 * (index % 2)) }
    return packed
  }

  /// What the kernels rely on: permutations, the identity first, a static part and wide actions that stay what they are.
  private static func check(_ symmetries: SymmetryFamily, _ environment: any EnvironmentObservation) {
    let identity = Symmetry(identityOf: environment)
    precondition(identity.features.count <= 1 << 16 && identity.actions.count <= 1 << 16, "a place has 16 bits")
    precondition(symmetries.elements.first == identity, "the first symmetry changes nothing")
    let staticPart = Set((environment.observationList?.staticFeatures ?? []).map { [$0.feature, $0.value] })
    for symmetry in symmetries.elements {
      precondition(
        symmetry.features.sorted() == identity.features && symmetry.actions.sorted() == identity.actions,
        "a symmetry is a permutation")
      precondition(
        Set(staticPart.map { [symmetry.features[$0[0]], $0[1]] }) == staticPart, "the static part must stay as it is")
      precondition(
        (environment.wideActions ?? 0..<0).allSatisfy {
          environment.wideActions?.contains(symmetry.actions[$0]) ?? true
        },
        "wide actions must stay wide")
    }
  }
}
