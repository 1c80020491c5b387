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

  /// In the order of `Hyperparameter.perRun`, so that a run's index does not depend on how the file is laid out; the
  /// last axis varies fastest.
  public private(set) var axes: [Axis] = []

  public init(_ axes: [Axis] = []) {
    self.axes = Hyperparameter.perRun.compactMap { key in axes.first { $0.hyperparameter == key } }
  }

  init(_ section: inout ConfigurationSection) throws {
    for hyperparameter in Hyperparameter.perRun {
      let key = hyperparameter.rawValue
      guard let node = section.node(key) else { continue }
      let nodes = if case .list(let nodes) = node.value { nodes } else { [node] }
      let values = try nodes.map { try section.number($0, key, in: hyperparameter.range) }
      guard !values.isEmpty, Set(values).count == values.count else {
        throw section.wrong(node, key, "a list of different numbers, such as [0.01, 0.05]")
      }
      axes.append(Axis(hyperparameter, values))
    }
    try section.finish()
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
