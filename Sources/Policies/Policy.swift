import Files
import Networks

/// A trained policy outside the engine: plain arrays by name, with the description needed to use them.
public struct Policy: Sendable, Equatable {
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
  }

  public let description: PolicyDescription
  /// In the order of the layers, without padding.
  public let parameters: [NamedTensor]
  /// Content hash of names, shapes and values.
  public let weightHash: String

  /// Checks that the parameters are exactly those of the architecture, all finite; their order does not matter.
  public init(_ description: PolicyDescription, parameters: [NamedTensor]) throws {
    self.description = description
    let expected = ParameterLayout(description.architecture).tensorShapes
    self.parameters = try expected.map { name, shape in
      guard let parameter = parameters.first(where: { $0.name == name }) else { throw Invalid("\(name) is missing") }
      guard parameter.shape == shape, parameter.values.count == shape.reduce(1, *) else {
        throw Invalid("\(name) has the shape \(parameter.shape); the architecture needs \(shape)")
      }
      guard parameter.values.allSatisfy(\.isFinite) else { throw Invalid("\(name) holds a NaN or an infinity") }
      return parameter
    }
    if let surplus = parameters.first(where: { parameter in !expected.contains { $0.name == parameter.name } }) {
      throw Invalid("\(surplus.name) is not part of the architecture")
    }
    weightHash = Self.hash(self.parameters)
  }

  /// (P), with padding, as the engine reads them.
  public var packed: [Float] {
    let layout = ParameterLayout(description.architecture)
    // Names and shapes were checked at birth.
    guard let packed = try? layout.pack(parameters) else {
      preconditionFailure("a policy that does not fit its network")
    }
    return packed
  }

  private static func hash(_ parameters: [NamedTensor]) -> String {
    let hash = StreamingHash()
    for parameter in parameters {
      hash.update("\(parameter.name) \(parameter.shape)\n")
      parameter.values.withUnsafeBytes { hash.update($0) }
    }
    return hash.digits
  }
}
