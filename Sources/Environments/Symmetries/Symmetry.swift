/// A symmetry of a game as a seat meets it: features of the observation and actions change their numbers, and the game
/// stays the same. For the state g s that the symmetry makes of s,
///
///     observation(g s)[features[f]] = observation(s)[f]       legal(g s) = actions(legal(s))
///     step(g s, g a) = g step(s, a), with the same reward     start states are as likely as their images
///
/// All seats have the same numbering, so a symmetry is the same for all of them.
public struct Symmetry: Sendable, Hashable {
  /// (D) the new place of every feature
  public var features: [Int]
  /// (K) the new number of every action
  public var actions: [Int]

  public init(features: [Int], actions: [Int]) {
    self.features = features
    self.actions = actions
  }

  /// Changes nothing.
  public init(identityOf environment: any EnvironmentObservation) {
    self.init(
      features: Array(0..<environment.observationFeatureCount), actions: Array(0..<environment.actionCount))
  }

  public var inverse: Symmetry {
    Symmetry(features: Self.inverse(features), actions: Self.inverse(actions))
  }

  /// First `other`, then this one.
  public func after(_ other: Symmetry) -> Symmetry {
    Symmetry(features: other.features.map { features[$0] }, actions: other.actions.map { actions[$0] })
  }

  private static func inverse(_ permutation: [Int]) -> [Int] {
    var inverse = permutation
    for (old, new) in permutation.enumerated() { inverse[new] = old }
    return inverse
  }
}

/// Symmetries of one kind that a game has under a name, for example the permutations of Hanabi's colours.
public struct SymmetryFamily: Sendable {
  public let name: String
  /// A group: all different, the identity first.
  public let elements: [Symmetry]

  public init(name: String, elements: [Symmetry]) {
    self.name = name
    self.elements = elements
  }

  /// What tables have room for.
  public static let mostElements = 65_536

  /// Every element of one family after every element of the next; the identity stays first.
  static func product(_ families: [SymmetryFamily]) -> SymmetryFamily? {
    guard let first = families.first else { return nil }
    let rest = families.dropFirst()
    return SymmetryFamily(
      name: families.map(\.name).joined(separator: " x "),
      elements: rest.reduce(first.elements) { elements, family in
        elements.flatMap { element in family.elements.map { element.after($0) } }
      })
  }
}

extension EnvironmentObservation {
  public var symmetryFamilies: [SymmetryFamily] { [] }

  /// All compositions of the families with these names; nil for no names.
  ///
  /// - Throws: `EnvironmentParameters.Invalid`, which says what the game offers.
  public func symmetries(named names: [String]) throws -> SymmetryFamily? {
    guard !names.isEmpty else { return nil }
    let offered = symmetryFamilies
    let families = try names.map { name in
      guard let family = offered.first(where: { $0.name == name }) else {
        let known = offered.map(\.name).joined(separator: ", ")
        throw EnvironmentParameters.Invalid(
          offered.isEmpty
            ? "\(name) is not a symmetry of this game: \(self.name) with these parameters has none"
            : "\(name) is not a symmetry of this game; \(self.name) with these parameters has \(known)")
      }
      return family
    }
    let count = families.reduce(1.0) { $0 * Double($1.elements.count) }
    guard count <= Double(SymmetryFamily.mostElements) else {
      throw EnvironmentParameters.Invalid(
        "\(names.joined(separator: ", ")) are \(Int(count)) symmetries together; "
          + "at most \(SymmetryFamily.mostElements) are possible, leave one out")
    }
    return SymmetryFamily.product(families)
  }
}
