/// A value of an environment's configuration, as written in YAML, JSON or a trace header.
public enum ParameterValue: Sendable, Hashable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case text(String)
  case list([ParameterValue])
  case null

  /// A number as it is read again from JSON and YAML: a whole one is an integer.
  public static func decimal(_ number: Double) -> ParameterValue {
    Int(exactly: number).map { .integer($0) } ?? .number(number)
  }
}

/// The parameters of one environment: read once by its initializer, which then calls `finish()` to refuse unknown keys.
///
/// Errors name the key, what was found and what is allowed.
public struct EnvironmentParameters {
  public struct Invalid: Error, CustomStringConvertible, Equatable {
    public let description: String
    /// One sentence; line breaks of values in it are shown as \n.
    public init(_ description: String) {
      self.description = description.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .joined(separator: "\\n")
    }
  }

  private let values: [String: ParameterValue]
  private var read: Set<String> = []

  public init(_ values: [String: ParameterValue] = [:]) { self.values = values }

  /// The value of `key`, or nil where it is absent or null.
  public mutating func value(_ key: String) -> ParameterValue? {
    read.insert(key)
    if case .null = values[key] { return nil }
    return values[key]
  }

  public mutating func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let number) = value, range.contains(number) else {
      throw Invalid(
        "environment.\(key) = \(value); expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  public mutating func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
    guard let value = value(key) else { return nil }
    guard case .list(let items) = value else { throw Invalid("environment.\(key) = \(value); expected a list") }
    return try items.map { item in
      guard case .integer(let number) = item, range.contains(number) else {
        throw Invalid(
          "environment.\(key) = \(value); expected whole numbers from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }

  public mutating func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    switch value(key) {
    case nil: return nil
    case .integer(let number) where range.contains(Double(number)): return Double(number)
    case .number(let number) where range.contains(number): return number
    case .some(let value):
      throw Invalid("environment.\(key) = \(value); expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  public mutating func boolean(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .boolean(let flag) = value else {
      throw Invalid("environment.\(key) = \(value); expected true or false")
    }
    return flag
  }

  public mutating func text(_ key: String, oneOf choices: [String]) throws -> String? {
    guard let value = value(key) else { return nil }
    guard case .text(let text) = value, choices.contains(text) else {
      throw Invalid("environment.\(key) = \(value); expected one of \(choices.joined(separator: ", "))")
    }
    return text
  }

  public mutating func texts(_ key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .list(let items) = value else {
      throw Invalid("environment.\(key) = \(value); expected a list of texts")
    }
    return try items.map { item in
      guard case .text(let text) = item else {
        throw Invalid("environment.\(key) = \(value); \(item) is not text, put it between quotation marks")
      }
      return text
    }
  }

  /// A list of texts, or one text of several lines (in YAML `key: |`).
  public mutating func lines(_ key: String) throws -> [String]? {
    guard case .text(let text)? = value(key), text.contains(where: \.isNewline) else { return try texts(key) }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Refuses keys that nobody asked for.
  public func finish() throws {
    guard let unknown = values.keys.filter({ !read.contains($0) }).min() else { return }
    throw Invalid("environment.\(unknown) is not a known key; known keys: \(read.sorted().joined(separator: ", "))")
  }
}

extension ParameterValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .text(let value): value
    case .list(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    case .null: "null"
    }
  }
}

extension ParameterValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([ParameterValue].self) {
      self = .list(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .null: try container.encodeNil()
    }
  }
}
