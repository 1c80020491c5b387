// Problems and policies for tests.
@testable import TabularDecPOMDP

enum Examples {
  /// A Dec-POMDP with random tables.
  static func random(
    agents: Int, states: Int = 2, actions: Int = 2, observations: Int = 2, discount: Double = 0.9, seed: UInt64
  ) throws -> DecPOMDP {
    var generator = SplitMix64(state: seed)
    func names(_ prefix: String, _ count: Int) -> [String] { (0..<count).map { "\(prefix)\($0)" } }
    func rows(_ count: Int, _ length: Int) -> [Double] {
      (0..<count).flatMap { _ in
        let row = (0..<length).map { _ in generator.uniform() }
        return row.map { $0 / row.reduce(0, +) }
      }
    }
    let joint = (0..<agents).reduce(1) { count, _ in count * actions }
    let seen = (0..<agents).reduce(1) { count, _ in count * observations }
    return try DecPOMDP(
      name: "random", discount: discount, stateNames: names("s", states),
      actionNames: Array(repeating: names("a", actions), count: agents),
      observationNames: Array(repeating: names("o", observations), count: agents), start: rows(1, states),
      transitions: rows(states * joint, states), observations: rows(joint * states, seen),
      rewards: (0..<states * joint).map { _ in generator.uniform() })
  }

  static func logits(_ form: SequenceForm, seed: UInt64, scale: Double = 2) -> [Double] {
    var generator = SplitMix64(state: seed)
    return (0..<form.parameterCount).map { _ in scale * (2 * generator.uniform() - 1) }
  }

  /// Random probabilities.
  static func policy(_ form: SequenceForm, seed: UInt64) -> [Double] {
    let objective = RegularisedObjective(form, alpha: 0)
    let point = RegularisedObjective.Point(form)
    point.logits.set(logits(form, seed: seed))
    objective.evaluate(point)
    return point.probabilities.values
  }
}
