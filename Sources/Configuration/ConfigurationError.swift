/// Where a value of a configuration was written.
public enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
  case line(file: String, Int)
  case file(String)
  /// An override `key=value`.
  case override(String)

  public var description: String {
    switch self {
    case .line(let file, let line): "\(file):\(line)"
    case .file(let file): file
    case .override(let text): "override \(text)"
    }
  }
}

/// What is wrong with a configuration: where it stands, which key, and what to write instead.
///
/// `hanabi.yaml:7: gamma = 1.5; expected a number from 0 to 1`
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let origin: ConfigurationOrigin
  /// Dotted path of the key, such as `network.trunk`; nil where the whole file is meant.
  public let key: String?
  public let message: String

  public init(_ origin: ConfigurationOrigin, key: String? = nil, _ message: String) {
    self.origin = origin
    self.key = key
    self.message = message
  }

  /// One line; line breaks of values in it are shown as \n.
  public var description: String {
    "\(origin): \(message)".split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .joined(separator: "\\n")
  }
}
