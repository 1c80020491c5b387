import Files
import Foundation
import Networks

/// What another program computed with a policy, to check that it has been understood: arrays with the names and shapes of
/// `examples.safetensors` (docs/export.md).
///
/// `observations` (rows, D) and `logits` (rows, K) are needed, of recurrent policies `hidden_states` (rows, H) too. `values`
/// (rows) and `next_hidden_states` (rows, H) are compared where they are there, and logits only where `legal_masks`
/// (rows, K) is not 0, if that is there.
public struct ImportExamples {
  /// How far a policy is from its examples, in units of 1 + |expected|.
  public struct Agreement: Sendable {
    public let rows: Int
    /// The largest, by the name of the array.
    public let differences: [(name: String, difference: Double)]
  }

  /// Float32 elsewhere sums in another order.
  public static let tolerance = 1e-4

  private let file: ArrayFile

  public init(_ url: URL) throws { file = try ArrayFile(url) }

  /// Computes the same with `policy`.
  /// - Throws: `FileFailure` where an array is missing, of the wrong shape, or differs by more than the tolerance.
  public func check(_ policy: Policy) throws -> Agreement {
    let architecture = policy.description.architecture
    guard let rows = file.shapes["observations"]?.first, rows > 0 else {
      throw FileFailure(file.path, "holds no observations (rows, \(architecture.inputs)) to check the policy with")
    }
    func numbers(_ name: String, _ width: Int?) throws -> [Float]? {
      guard let shape = file.shapes[name] else { return nil }
      let expected = [rows] + (width.map { [$0] } ?? [])
      guard shape == expected else {
        throw FileFailure(file.path, "\(name) has the shape \(shape); the policy needs \(expected)")
      }
      return try file.numbers(name)
    }
    func needed(_ name: String, _ width: Int) throws -> [Float] {
      guard let found = try numbers(name, width) else {
        throw FileFailure(file.path, "holds no \(name) [\(rows), \(width)] to check the policy with")
      }
      return found
    }
    let step = PolicyStep(
      policy, observations: try needed("observations", architecture.inputs),
      hiddenStates: try architecture.gru.map { try needed("hidden_states", $0) } ?? [])
    let masks = try numbers("legal_masks", architecture.actions)
    var differences: [(name: String, difference: Double)] = []
    func compare(_ name: String, _ computed: [Double], _ expected: [Float]?, where counts: [Float]? = nil) throws {
      guard let expected else { return }
      let places = expected.indices.filter { counts?[$0] != 0 }
      func difference(_ place: Int) -> Double {
        let found = abs(computed[place] - Double(expected[place])) / (1 + abs(Double(expected[place])))
        return found.isNaN ? .infinity : found
      }
      guard let worst = places.max(by: { difference($0) < difference($1) }) else { return }
      guard difference(worst) <= Self.tolerance else {
        throw FileFailure(
          file.path,
          "\(name) differ: row \(worst * rows / expected.count) has \(expected[worst]) where the imported policy has "
            + "\(Float(computed[worst])); check the mapping, the activation and the order of layers")
      }
      differences.append((name, difference(worst)))
    }
    try compare("logits", step.logits, try needed("logits", architecture.actions), where: masks)
    try compare("values", step.values, try numbers("values", nil))
    if let width = architecture.gru {
      try compare("next_hidden_states", step.nextHiddenStates, try numbers("next_hidden_states", width))
    }
    return Agreement(rows: rows, differences: differences)
  }
}
