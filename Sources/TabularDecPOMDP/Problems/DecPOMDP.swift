// A finite decentralised partially observable Markov decision process with common reward.

/// What is wrong with a problem, in one sentence that names it.
public struct ProblemError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// A Dec-POMDP: agents i, states s, actions a_i, observations o_i, P(s'|s,a), R(s,a), O(o|a,s'), b0, discount gamma.
///
/// At every time step all agents act at once, the state changes, everyone earns the same reward, and every agent gets
/// its own observation of what came out; there is no observation before the first action. Tables are flat, first axis
/// slowest; joint actions and joint observations are numbered with the first agent as the most significant digit.
/// Source: Bernstein, Givan, Immerman, Zilberstein, "The complexity of decentralized control of Markov decision
/// processes", 2002.
public struct DecPOMDP: Sendable, Hashable {
  public let name: String
  /// gamma, from 0 to 1.
  public var discount: Double
  public let stateNames: [String]
  /// Names of the actions of each agent.
  public let actionNames: [[String]]
  /// Names of the observations of each agent.
  public let observationNames: [[String]]
  /// b0(s): (states).
  public let start: [Double]
  /// P(s'|s,a): (states, joint actions, states).
  public let transitions: [Double]
  /// O(o|a,s'): (joint actions, states, joint observations).
  public let observations: [Double]
  /// R(s,a), the expectation over the next state and the observations: (states, joint actions).
  public let rewards: [Double]

  /// How far from 1 the probabilities of a row may sum (files write them with few digits); rows are then normalised.
  public static let rowSumTolerance = 1e-5

  /// Rewards beyond this, up or down, are refused: sums, products and squares of them must stay finite.
  public static let largestReward = 1e100

  /// - Throws: `ProblemError` that names the row whose probabilities are negative or do not sum to 1, or a reward that is too
  ///   large.
  public init(
    name: String, discount: Double, stateNames: [String], actionNames: [[String]], observationNames: [[String]],
    start: [Double], transitions: [Double], observations: [Double], rewards: [Double]
  ) throws {
    self.name = name
    self.discount = discount
    self.stateNames = stateNames
    self.actionNames = actionNames
    self.observationNames = observationNames
    let states = stateNames.count
    let jointActions = actionNames.reduce(1) { $0 * $1.count }
    let jointObservations = observationNames.reduce(1) { $0 * $1.count }
    precondition(actionNames.count == observationNames.count && actionNames.count >= 1 && states >= 1)
    precondition(jointActions >= 1 && jointObservations >= 1, "every agent needs an action and an observation")
    precondition(start.count == states && transitions.count == states * jointActions * states)
    precondition(observations.count == jointActions * states * jointObservations)
    precondition(rewards.count == states * jointActions)
    guard (0...1).contains(discount) else { throw ProblemError("\(name): the discount \(discount) is not from 0 to 1") }
    guard rewards.allSatisfy({ abs($0) <= Self.largestReward }) else {
      throw ProblemError("\(name): a reward is beyond \(Self.largestReward); divide all rewards by the same number")
    }
    self.rewards = rewards
    self.start = try Self.normalised(start, rowLength: states) { _ in "\(name): the start distribution" }
    self.transitions = try Self.normalised(transitions, rowLength: states) { row in
      let (state, action) = row.quotientAndRemainder(dividingBy: jointActions)
      return "\(name): T: \(Self.jointName(action, actionNames)) : \(stateNames[state])"
    }
    self.observations = try Self.normalised(observations, rowLength: jointObservations) { row in
      let (action, state) = row.quotientAndRemainder(dividingBy: states)
      return "\(name): O: \(Self.jointName(action, actionNames)) : \(stateNames[state])"
    }
  }

  public var agentCount: Int { actionNames.count }
  public var stateCount: Int { stateNames.count }
  public var actionCounts: [Int] { actionNames.map(\.count) }
  public var observationCounts: [Int] { observationNames.map(\.count) }
  public var jointActionCount: Int { actionNames.reduce(1) { $0 * $1.count } }
  public var jointObservationCount: Int { observationNames.reduce(1) { $0 * $1.count } }

  /// Largest minus smallest R(s,a): the unit in which entropy coefficients are large or small.
  public var rewardRange: Double { (rewards.max() ?? 0) - (rewards.min() ?? 0) }

  /// The rows with their sums divided out.
  private static func normalised(
    _ table: [Double], rowLength: Int, _ rowName: (Int) -> String
  ) throws -> [Double] {
    var table = table
    for row in 0..<table.count / rowLength {
      let range = row * rowLength..<(row + 1) * rowLength
      let sum = table[range].reduce(0, +)
      guard table[range].allSatisfy({ $0 >= 0 }) else {
        throw ProblemError("\(rowName(row)) has a negative probability; probabilities are from 0 to 1")
      }
      guard abs(sum - 1) <= rowSumTolerance else {
        throw ProblemError("\(rowName(row)) has probabilities that sum to \(sum); make them sum to 1")
      }
      for entry in range { table[entry] /= sum }
    }
    return table
  }

  /// The names of the members of a joint action or observation.
  static func jointName(_ joint: Int, _ names: [[String]]) -> String {
    zip(MixedRadix(names.map(\.count)).digits(of: joint), names).map { $1[$0] }.joined(separator: " ")
  }
}
