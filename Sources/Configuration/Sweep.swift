/// The hyper-parameters that differ between runs: `sweep:` of a configuration.
public struct Sweep: Sendable, Hashable {
  public struct Axis: Sendable, Hashable {
    public let hyperparameter: Hyperparameter
    public let values: [Double]

    public init(_ hyperparameter: Hyperparameter, _ values: [Double]) {
      self.hyperparameter = hyperparameter
      self.values = values
    }
  }

  /// In the order of `Hyperparameter.allCases`, so that a run's index does not depend on how the file is laid out; the
  /// last axis varies fastest.
  public private(set) var axes: [Axis] = []

  public init(_ axes: [Axis] = []) {
    self.axes = Hyperparameter.allCases.compactMap { key in axes.first { $0.hyperparameter == key } }
  }

  init(_ section: inout ConfigurationSection) throws {
    for hyperparameter in Hyperparameter.allCases {
      let key = hyperparameter.rawValue
      guard let node = section.node(key) else { continue }
      let nodes = if case .list(let nodes) = node.value { nodes } else { [node] }
      let values = try nodes.map { try section.number($0, key, in: hyperparameter.range) }
      guard !values.isEmpty, Set(values).count == values.count else {
        throw section.wrong(node, key, "a list of different numbers, such as [0.01, 0.05]")
      }
      axes.append(Axis(hyperparameter, values))
    }
    try Self.refuseShapes(&section)
    try section.finish()
  }

  /// Runs of one launch share their buffers and kernels: what changes a shape has a training, and a folder, of its own.
  private static func refuseShapes(_ section: inout ConfigurationSection) throws {
    let shared: Set = [
      "environment", "seeds", "environments", "rollout_length", "total_env_steps", "epochs", "minibatches",
      "advantage_normalisation", "value_clipping", "value_normalisation", "bootstrap_at_time_limit",
      "learning_rate_schedule",
      "anneal_learning_rate", "entropy_schedule",
      "network", "precision",
    ]
    for key in section.keys where shared.contains(String(key.prefix { $0 != "." })) {
      guard let node = section.node(key) else { continue }
      throw ConfigurationError(
        node.origin, key: section.fullKey(key),
        "sweep.\(key): all runs of a training share \(key); train each value in a folder of its own "
          + "and evaluate the folders together")
    }
  }

  /// One point of the sweep's grid: the values that are special to a configuration.
  public typealias Point = [(hyperparameter: Hyperparameter, value: Double)]

  /// Every combination; one empty point where nothing is swept.
  public var points: [Point] {
    axes.reduce([[]]) { points, axis in
      points.flatMap { point in axis.values.map { point + [(axis.hyperparameter, $0)] } }
    }
  }

  var node: ConfigurationNode {
    .section(axes.map { axis in (axis.hyperparameter.rawValue, .list(axis.values.map { .scalar(.number($0)) })) })
  }
}
