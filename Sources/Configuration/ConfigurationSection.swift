import Environments

/// A range of numbers whose ends may be left out.
struct NumberRange: Sendable {
  enum End: Sendable {
    case including(Double)
    case excluding(Double)
  }
  let lower: End
  let upper: End

  func contains(_ number: Double) -> Bool {
    let isAbove =
      switch lower {
      case .including(let end): number >= end
      case .excluding(let end): number > end
      }
    let isBelow =
      switch upper {
      case .including(let end): number <= end
      case .excluding(let end): number < end
      }
    return isAbove && isBelow
  }

  /// `from 0 to 1`, `above 0 and below 1`.
  var text: String {
    switch (lower, upper) {
    case (.including(let low), .including(let high)): "from \(low.short) to \(high.short)"
    case (.including(let low), .excluding(let high)): "from \(low.short) to below \(high.short)"
    case (.excluding(let low), .including(let high)): "above \(low.short) and up to \(high.short)"
    case (.excluding(let low), .excluding(let high)): "above \(low.short) and below \(high.short)"
    }
  }
}

extension Double {
  /// The shortest text that reads back as the same number, without a trailing `.0`.
  public var short: String { description.hasSuffix(".0") ? String(description.dropLast(2)) : description }
}

/// Reads one section of a configuration key by key, then refuses what nobody asked for.
struct ConfigurationSection {
  /// Dotted path of the section, empty for the whole file.
  let path: String
  let origin: ConfigurationOrigin
  private let entries: [ConfigurationNode.Entry]
  private var known: [String] = []

  init(_ node: ConfigurationNode, path: String = "") throws {
    self.path = path
    origin = node.origin
    switch node.value {
    case .section(let entries): self.entries = entries
    case .scalar(.null): entries = []
    default:
      let subject = path.isEmpty ? "the configuration" : "\(path) = \(node.text)"
      throw ConfigurationError(
        node.origin, key: path.isEmpty ? nil : path, "\(subject) is not a section; expected lines of key: value")
    }
  }

  func fullKey(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The keys in the order in which they were written.
  var keys: [String] { entries.map(\.key) }

  /// The value of `key`, or nil where it is absent or null.
  mutating func node(_ key: String) -> ConfigurationNode? {
    if !known.contains(key) { known.append(key) }
    guard let node = entries.first(where: { $0.key == key })?.node, !node.isNull else { return nil }
    return node
  }

  mutating func section(_ key: String) throws -> ConfigurationSection? {
    try node(key).map { try ConfigurationSection($0, path: fullKey(key)) }
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    try node(key).map { try integer($0, key, in: range) }
  }

  mutating func integers(_ key: String, in range: ClosedRange<Int>, count: ClosedRange<Int>) throws -> [Int]? {
    try node(key).map { node in
      guard case .list(let nodes) = node.value, count.contains(nodes.count) else {
        throw wrong(node, key, "a list of \(count.lowerBound) to \(count.upperBound) whole numbers, such as [64, 64]")
      }
      return try nodes.map { try integer($0, key, in: range) }
    }
  }

  mutating func number(_ key: String, in range: NumberRange) throws -> Double? {
    try node(key).map { try number($0, key, in: range) }
  }

  mutating func boolean(_ key: String) throws -> Bool? {
    try node(key).map { node in
      guard case .scalar(.boolean(let flag)) = node.value else { throw wrong(node, key, "true or false") }
      return flag
    }
  }

  mutating func text(_ key: String, expected: String, where isValid: (String) -> Bool) throws -> String? {
    try node(key).map { node in
      guard case .scalar(.text(let text)) = node.value, isValid(text) else { throw wrong(node, key, expected) }
      return text
    }
  }

  mutating func text(_ key: String, oneOf choices: [String]) throws -> String? {
    try text(key, expected: "one of \(choices.joined(separator: ", "))") { choices.contains($0) }
  }

  /// Texts that differ from each other.
  mutating func texts(_ key: String, expected: String) throws -> [String]? {
    try node(key).map { node in
      guard case .list(let nodes) = node.value else { throw wrong(node, key, expected) }
      let texts = try nodes.map { item in
        guard case .scalar(.text(let text)) = item.value else { throw wrong(node, key, expected) }
        return text
      }
      guard Set(texts).count == texts.count else { throw wrong(node, key, "each name once") }
      return texts
    }
  }

  /// A whole number; `1e10` and `1_600_000` count as such.
  func integer(_ node: ConfigurationNode, _ key: String, in range: ClosedRange<Int>) throws -> Int {
    let integer: Int? =
      switch node.value {
      case .scalar(.integer(let value)): value
      case .scalar(.number(let value)): Int(exactly: value)
      default: nil
      }
    guard let integer, range.contains(integer) else {
      throw wrong(node, key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func number(_ node: ConfigurationNode, _ key: String, in range: NumberRange) throws -> Double {
    let number: Double? =
      switch node.value {
      case .scalar(.integer(let value)): Double(value)
      case .scalar(.number(let value)): value
      default: nil
      }
    guard let number, range.contains(number) else { throw wrong(node, key, "a number \(range.text)") }
    return number
  }

  func wrong(_ node: ConfigurationNode, _ key: String, _ expected: String) -> ConfigurationError {
    ConfigurationError(node.origin, key: fullKey(key), "\(fullKey(key)) = \(node.text); expected \(expected)")
  }

  /// Refuses keys that nobody asked for and names the nearest valid one.
  func finish() throws {
    guard let unknown = entries.first(where: { !known.contains($0.key) }) else { return }
    if let reason = NearestKey.refusals[unknown.key] {
      throw ConfigurationError(
        unknown.keyOrigin, key: fullKey(unknown.key), "\(fullKey(unknown.key)) is not supported: \(reason)")
    }
    let advice =
      NearestKey.find(unknown.key, among: known).map { "did you mean \(fullKey($0))?" }
      ?? "known keys: \(known.sorted().joined(separator: ", "))"
    throw ConfigurationError(
      unknown.keyOrigin, key: fullKey(unknown.key), "\(fullKey(unknown.key)) is not a known key; \(advice)")
  }
}
