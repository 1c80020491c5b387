// How a training learns, where that is a choice between ways rather than a number: the same for all its runs.

/// Over which rows advantages get mean 0 and standard deviation 1: `advantage_normalisation`.
public enum AdvantageNormalisation: String, Sendable, Hashable, CaseIterable {
  /// Those of each minibatch.
  case minibatch
  /// All rows of a rollout.
  case batch
  /// Advantages stay as they are, in units of rewards.
  case none
}

/// How the learning rate changes over the updates of a training, after its warm-up: `learning_rate_schedule`.
public enum LearningRateSchedule: String, Sendable, Hashable, CaseIterable {
  case constant
  /// Along a straight line to 0.
  case linear
  /// Along half a cosine to 0.
  case cosine
}

/// A factor at one time of a training; between two points it changes linearly.
public struct SchedulePoint: Sendable, Hashable {
  /// Part of the updates that are done, from 0 to 1.
  public let share: Double
  /// 0 or more.
  public let factor: Double

  public init(share: Double, factor: Double) {
    self.share = share
    self.factor = factor
  }

  /// As many as a run's block of scalars has room for.
  public static let most = 16
}

extension Hyperparameters {
  /// The entropy coefficient over the updates: shares of them, rising, and the coefficients there.
  ///
  /// What changes to `final_entropy_coefficient`, or not at all, is a schedule like any other.
  ///
  /// - Parameter schedule: `entropy_schedule`; empty where it is not given.
  public func entropyPoints(_ schedule: [SchedulePoint]) -> [(share: Double, coefficient: Double)] {
    guard schedule.isEmpty else { return schedule.map { ($0.share, $0.factor * entropyCoefficient) } }
    guard let finalEntropyCoefficient else { return [(0, entropyCoefficient)] }
    return [(0, entropyCoefficient), (1, finalEntropyCoefficient)]
  }
}

extension ConfigurationSection {
  /// Points of a schedule: `[[0, 1], [0.5, 0.2], [1, 0.1]]`.
  mutating func points(_ key: String) throws -> [SchedulePoint]? {
    try node(key).map { node in
      let expected =
        "2 to \(SchedulePoint.most) points [share of the updates, factor] with rising shares from 0 to 1, such as "
        + "[[0, 1], [0.5, 0.2], [1, 0.1]]"
      guard case .list(let nodes) = node.value, 2...SchedulePoint.most ~= nodes.count else {
        throw wrong(node, key, expected)
      }
      let points = try nodes.map { item in
        guard case .list(let pair) = item.value, pair.count == 2 else { throw wrong(node, key, expected) }
        return SchedulePoint(
          share: try number(pair[0], key, in: NumberRange(lower: .including(0), upper: .including(1))),
          factor: try number(pair[1], key, in: NumberRange(lower: .including(0), upper: .including(1000))))
      }
      guard zip(points, points.dropFirst()).allSatisfy({ $0.share < $1.share }) else {
        throw wrong(node, key, expected)
      }
      return points
    }
  }
}

extension ConfigurationNode {
  init(points: [SchedulePoint]) {
    self = .list(points.map { .list([.scalar(.number($0.share)), .scalar(.number($0.factor))]) })
  }
}
