extension ConfigurationNode {
  /// Applies `key=value` overrides in order: dotted paths, values in YAML; missing sections are made. `sweep.key` takes
  /// the place of one number that the file gives for the key.
  mutating func apply(overrides: [String]) throws {
    for argument in overrides {
      let origin = ConfigurationOrigin.override(argument)
      guard let equals = argument.firstIndex(of: "=") else {
        throw ConfigurationError(origin, "expected key=value, such as learning_rate=5e-4")
      }
      let path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard path.allSatisfy({ !$0.isEmpty }) else {
        throw ConfigurationError(origin, "expected a dotted key before the =, such as network.trunk")
      }
      let text = String(argument[argument.index(after: equals)...])
      let isEmpty = text.allSatisfy(\.isWhitespace)
      let node =
        isEmpty
        ? ConfigurationNode(value: .scalar(.null), origin: origin)
        : try ConfigurationNode(yaml: text) { _ in origin }
      try set(path[...], to: node, origin: origin)
      if path.count == 2, path[0] == "sweep", !node.isNull { removeFromFile(path[1]) }
    }
  }

  /// Takes out a key of the file, not one that another `--set` gave.
  private mutating func removeFromFile(_ key: String) {
    guard case .section(var entries) = value else { return }
    entries.removeAll { entry in
      if case .override = entry.node.origin { return false }
      return entry.key == key
    }
    value = .section(entries)
  }

  private mutating func set(
    _ path: ArraySlice<String>, to node: ConfigurationNode, origin: ConfigurationOrigin, below parents: [String] = []
  ) throws {
    guard let key = path.first else {
      self = node
      return
    }
    if isNull { value = .section([]) }
    guard case .section(var entries) = value else {
      let parent = parents.joined(separator: ".")
      throw ConfigurationError(
        origin, key: parent, "\(parent) = \(text) at \(self.origin) is not a section, so it has no key \(key)")
    }
    let index = entries.firstIndex { $0.key == key }
    var child = index.map { entries[$0].node } ?? ConfigurationNode(value: .section([]), origin: origin)
    try child.set(path.dropFirst(), to: node, origin: origin, below: parents + [key])
    let entry = Entry(key: key, keyOrigin: index.map { entries[$0].keyOrigin } ?? origin, node: child)
    if let index { entries[index] = entry } else { entries.append(entry) }
    value = .section(entries)
  }
}
