import Environments
import Yams

extension ConfigurationNode {
  /// Reads a YAML document; every node remembers its line (or the `--set` argument it came from).
  init(yaml: String, origin: (Int?) -> ConfigurationOrigin) throws {
    guard Self.aliasCount(in: yaml) <= Self.mostAliases else {
      throw ConfigurationError(
        origin(nil), "refers to values by *name more than \(Self.mostAliases) times; write the values themselves")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw ConfigurationError(origin(error.line), "is not valid YAML: \(error.problem)")
    }
    guard let root else { throw ConfigurationError(origin(nil), "holds no configuration") }
    // Without aliases a text has no more values than bytes.
    var budget = max(10_000, yaml.utf8.count)
    self = try ConfigurationNode(root, origin: origin, budget: &budget)
  }

  /// Aliases of aliases double a document with every line; a few are good for something.
  private static let mostAliases = 20

  /// How often a text refers to an anchor, at most: a star where a value may begin, with a name behind it.
  private static func aliasCount(in yaml: String) -> Int {
    var before = UInt8(ascii: "\n")
    var isStar = false
    var count = 0
    for byte in yaml.utf8 {
      if isStar, !" \t\r\n,]}*".utf8.contains(byte) { count += 1 }
      isStar = byte == UInt8(ascii: "*") && " \t\r\n[{,:?-".utf8.contains(before)
      before = byte
    }
    return count
  }

  /// - Parameter budget: Values that there may still be.
  private init(_ node: Node, origin: (Int?) -> ConfigurationOrigin, budget: inout Int) throws {
    budget -= 1
    guard budget >= 0 else {
      throw ConfigurationError(
        origin(nil), "repeats values by *name until they are millions; write the values themselves")
    }
    let place = origin(node.mark?.line)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self.init(value: .scalar(isPlain ? ParameterValue(plain: scalar.string) : .text(scalar.string)), origin: place)
    case .sequence(let items):
      var nodes: [ConfigurationNode] = []
      for item in items { nodes.append(try ConfigurationNode(item, origin: origin, budget: &budget)) }
      self.init(value: .list(nodes), origin: place)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard let name = key.scalar?.string else {
          throw ConfigurationError(origin(key.mark?.line), "has a key that is not plain text")
        }
        let node = try ConfigurationNode(value, origin: origin, budget: &budget)
        entries.append(Entry(key: name, keyOrigin: origin(key.mark?.line), node: node))
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
