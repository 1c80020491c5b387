import Environments

/// A configuration as it was written: scalars, lists and sections, each with its place.
///
/// Equality looks at values only, not at places.
struct ConfigurationNode: Sendable, Equatable {
  indirect enum Value: Sendable, Equatable {
    case scalar(ParameterValue)
    case list([ConfigurationNode])
    case section([Entry])
  }

  struct Entry: Sendable, Equatable {
    let key: String
    let keyOrigin: ConfigurationOrigin
    var node: ConfigurationNode

    static func == (left: Entry, right: Entry) -> Bool { left.key == right.key && left.node == right.node }
  }

  var value: Value
  var origin: ConfigurationOrigin

  static func == (left: ConfigurationNode, right: ConfigurationNode) -> Bool { left.value == right.value }

  var isNull: Bool { value == .scalar(.null) }

  /// The value under `key` of a section.
  subscript(key: String) -> ConfigurationNode? {
    guard case .section(let entries) = value else { return nil }
    return entries.first { $0.key == key }?.node
  }

  /// The value at a dotted path such as `network.trunk`.
  func node(at path: String) -> ConfigurationNode? {
    path.split(separator: ".").reduce(Optional(self)) { node, key in node?[String(key)] }
  }

  /// The value as an environment's parameter; nil for sections and lists that hold sections.
  var parameter: ParameterValue? {
    switch value {
    case .scalar(let scalar): return scalar
    case .list(let nodes):
      let items = nodes.compactMap(\.parameter)
      return items.count == nodes.count ? .list(items) : nil
    case .section: return nil
    }
  }

  /// The value in one line, for messages.
  var text: String {
    switch value {
    case .scalar(let scalar): scalar.description
    case .list(let nodes): "[\(nodes.map(\.text).joined(separator: ", "))]"
    case .section(let entries): "{\(entries.map { "\($0.key): \($0.node.text)" }.joined(separator: ", "))}"
    }
  }
}

// Nodes that the program makes itself when it writes a configuration back.
extension ConfigurationNode {
  private static let resolved = ConfigurationOrigin.file("resolved configuration")

  static func scalar(_ scalar: ParameterValue) -> ConfigurationNode {
    ConfigurationNode(value: .scalar(scalar), origin: resolved)
  }

  static func list(_ nodes: [ConfigurationNode]) -> ConfigurationNode {
    ConfigurationNode(value: .list(nodes), origin: resolved)
  }

  static func section(_ entries: [(String, ConfigurationNode)]) -> ConfigurationNode {
    ConfigurationNode(
      value: .section(entries.map { Entry(key: $0.0, keyOrigin: resolved, node: $0.1) }), origin: resolved)
  }

  init(_ parameter: ParameterValue) {
    if case .list(let items) = parameter {
      self = .list(items.map(ConfigurationNode.init))
    } else {
      self = .scalar(parameter)
    }
  }
}

// JSON, for checkpoints: sections are objects.
extension ConfigurationNode: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let section = try? decoder.container(keyedBy: Key.self) {
      self = .section(
        try section.allKeys.sorted { $0.stringValue < $1.stringValue }.map { key in
          (key.stringValue, try section.decode(ConfigurationNode.self, forKey: key))
        })
    } else if var list = try? decoder.unkeyedContainer() {
      var nodes: [ConfigurationNode] = []
      while !list.isAtEnd { nodes.append(try list.decode(ConfigurationNode.self)) }
      self = .list(nodes)
    } else {
      self = .scalar(try ParameterValue(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .scalar(let scalar): try scalar.encode(to: encoder)
    case .list(let nodes):
      var list = encoder.unkeyedContainer()
      for node in nodes { try list.encode(node) }
    case .section(let entries):
      var section = encoder.container(keyedBy: Key.self)
      for entry in entries { try section.encode(entry.node, forKey: Key(stringValue: entry.key)) }
    }
  }
}
