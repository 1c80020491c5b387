import Environments
import Yams

extension ConfigurationNode {
  /// Reads a YAML document; every node remembers its line (or the `--set` argument it came from).
  init(yaml: String, origin: (Int?) -> ConfigurationOrigin) throws {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw ConfigurationError(origin(error.line), "is not valid YAML: \(error.problem)")
    }
    guard let root else { throw ConfigurationError(origin(nil), "holds no configuration") }
    self = try ConfigurationNode(root, origin: origin)
  }

  private init(_ node: Node, origin: (Int?) -> ConfigurationOrigin) throws {
    let place = origin(node.mark?.line)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self.init(value: .scalar(isPlain ? ParameterValue(plain: scalar.string) : .text(scalar.string)), origin: place)
    case .sequence(let items):
      self.init(value: .list(try items.map { try ConfigurationNode($0, origin: origin) }), origin: place)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value in
        guard let name = key.scalar?.string else {
          throw ConfigurationError(origin(key.mark?.line), "has a key that is not plain text")
        }
        return Entry(
          key: name, keyOrigin: origin(key.mark?.line), node: try ConfigurationNode(value, origin: origin))
      }
      self.init(value: .section(entries), origin: place)
    case .alias(let alias):
      throw ConfigurationError(place, "refers to *\(alias.anchor.rawValue), which is not defined before it")
    }
  }

  /// The configuration as a YAML document; short lists stay on one line.
  func yaml() throws -> String { try Yams.serialize(node: yamlNode(isRoot: true), width: -1) }

  private func yamlNode(isRoot: Bool = false) -> Node {
    switch value {
    case .scalar(.text(let text)):
      let isPlain = ParameterValue(plain: text) == .text(text)
      return Node(text, .implicit, isPlain ? .any : .doubleQuoted)
    case .scalar(let scalar): return Node(scalar.description, .implicit, .plain)
    case .list(let nodes): return Node(nodes.map { $0.yamlNode() }, .implicit, .flow)
    case .section(let entries):
      return Node(entries.map { (Node($0.key), $0.node.yamlNode()) }, .implicit, .block)
    }
  }
}

extension ParameterValue {
  /// An unquoted YAML scalar: null, true, false, whole numbers (`1_600_000`), numbers (`5e-4`), or text.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .boolean(true)
    case "false", "False", "FALSE": self = .boolean(false)
    default:
      let digits = text.replacing("_", with: "")
      let isNumeric = text.first.map { $0.isASCII && ($0.isNumber || "+-.".contains($0)) } ?? false
      if isNumeric, let integer = Int(digits) {
        self = .integer(integer)
      } else if isNumeric, !digits.lowercased().contains("x"), let number = Double(digits) {
        self = .number(number)
      } else {
        self = .text(text)
      }
    }
  }
}

extension YamlError {
  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  fileprivate var problem: String {
    switch self {
    case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
      .composer(let context, let problem, _, _):
      [context?.text, problem].compactMap(\.self).joined(separator: " ")
    case .duplicatedKeysInMapping(let keys, _): "\(keys.sorted().joined(separator: ", ")) is given more than once"
    default: description
    }
  }
}
