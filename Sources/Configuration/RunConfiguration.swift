/// One run: a seed with its hyper-parameters, and its place among all runs of the configuration.
public struct RunConfiguration: Sendable, Hashable, Codable {
  /// Place among all runs of the configuration, regardless of the shard.
  public let index: Int
  /// `entropy_coefficient=0.01_seed=3`: unique within the configuration and safe as a file name.
  public let name: String
  public let seed: UInt64
  /// Which point of the sweep: runs with the same number differ only in their seeds.
  public let configurationIndex: Int
  /// `entropy_coefficient=0.01`, or `default` where nothing is swept.
  public let configurationName: String
  public let hyperparameters: Hyperparameters

  enum CodingKeys: String, CodingKey {
    case index, name, seed, hyperparameters
    case configurationIndex = "configuration_index"
    case configurationName = "configuration_name"
  }
}

extension TrainingConfiguration {
  /// Every run: points of the sweep (slow) times seeds (fast).
  public var runs: [RunConfiguration] {
    sweep.points.enumerated().flatMap { configurationIndex, point in
      var hyperparameters = hyperparameters
      for (hyperparameter, value) in point { hyperparameters[hyperparameter] = value }
      let labels = point.map { "\($0.hyperparameter.rawValue)=\($0.value.short)" }
      return seeds.enumerated().map { seedIndex, seed in
        RunConfiguration(
          index: configurationIndex * seeds.count + seedIndex,
          name: (labels + ["seed=\(seed)"]).joined(separator: "_"), seed: seed,
          configurationIndex: configurationIndex,
          configurationName: labels.isEmpty ? "default" : labels.joined(separator: "_"),
          hyperparameters: hyperparameters)
      }
    }
  }

  /// The runs of one shard, with the index and name that they have in the whole.
  public func runs(in shard: Shard) throws -> [RunConfiguration] {
    let all = runs
    guard shard.count <= all.count else {
      throw Shard.Invalid("shard \(shard): there are only \(all.count) runs; use at most \(all.count) shards")
    }
    return Array(all[shard.range(of: all.count)])
  }
}

/// A part of the work for one process of several, such as 2/4, the second of four.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
  }

  /// From 1 to `count`.
  public let number: Int
  public let count: Int

  public static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  public init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], count >= 1, (1...count).contains(number) else {
      throw Invalid("shard \(text): expected I/N with I from 1 to N, such as 2/4 for the second of four parts")
    }
    self.init(number: number, count: count)
  }

  public var description: String { "\(number)/\(count)" }

  /// Neighbouring runs; shards differ by at most one run in size.
  func range(of total: Int) -> Range<Int> { (number - 1) * total / count..<number * total / count }

  /// Every `count`-th element, so that all shards get some of those at the beginning and of those at the end.
  public func part<Element>(of all: [Element]) -> [Element] {
    stride(from: number - 1, to: all.count, by: count).map { all[$0] }
  }
}
