/// What may change when a training goes on, key by key (docs/configuration.md).
public enum ConfigurationChange: Sendable, Hashable {
  /// Says nothing about what the runs learn: where and how often state and metrics are written, and how runs are paired afterwards.
  case free
  /// A training may become longer.
  case growing
  /// Part of what the runs are.
  case fixed

  /// - Parameter key: A dotted path, such as `network.trunk`.
  public init(_ key: String) {
    let free: Set = [
      "name", "on_divergence", "metrics_interval", "checkpoint_interval", "checkpoint_minutes", "checkpoints_kept",
    ]
    switch key {
    case "total_env_steps": self = .growing
    case _ where free.contains(key) || key.hasPrefix("evaluation."): self = .free
    default: self = .fixed
    }
  }
}

/// A key to which two configurations give different values.
public struct ConfigurationDifference: Sendable, Hashable {
  /// Dotted path.
  public let key: String
  /// The values in one line; nil where the key is absent.
  public let before, now: String?

  public var change: ConfigurationChange { ConfigurationChange(key) }

  /// `rollout_length is 32 instead of 16`
  public var text: String { "\(key) is \(now ?? "absent") instead of \(before ?? "absent")" }
}

extension TrainingConfiguration {
  /// Where this configuration differs from an earlier one, in the order of its keys.
  public func differences(from before: TrainingConfiguration) -> [ConfigurationDifference] {
    let (old, new) = (before.node.leaves, node.leaves)
    let (oldValues, newValues) = (Dictionary(old) { $1 }, Dictionary(new) { $1 })
    let keys = new.map(\.0) + old.map(\.0).filter { newValues[$0] == nil }
    return keys.filter { oldValues[$0] != newValues[$0] }.map {
      ConfigurationDifference(key: $0, before: oldValues[$0], now: newValues[$0])
    }
  }

  /// This configuration with the free keys of another one.
  public func taking(freeKeysOf other: TrainingConfiguration) -> TrainingConfiguration {
    var configuration = self
    configuration.name = other.name
    configuration.onDivergence = other.onDivergence
    configuration.metricsInterval = other.metricsInterval
    configuration.checkpointInterval = other.checkpointInterval
    configuration.checkpointMinutes = other.checkpointMinutes
    configuration.checkpointsKept = other.checkpointsKept
    configuration.evaluation = other.evaluation
    return configuration
  }
}

extension ConfigurationNode {
  /// Every key that has a value, with the value in one line; seeds are one value in whatever form.
  fileprivate var leaves: [(String, String)] {
    func visit(_ node: ConfigurationNode, _ path: String) -> [(String, String)] {
      guard case .section(let entries) = node.value, path != "seeds" else { return [(path, node.text)] }
      return entries.flatMap { visit($0.node, path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }
    return visit(self, "")
  }
}
