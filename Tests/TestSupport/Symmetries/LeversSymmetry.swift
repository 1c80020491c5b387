import Environments

/// The lever game with other names for the levers.
public struct LeversSymmetry: StateSymmetry {
  private let environment: LeversEnvironment
  /// The new name of every lever.
  private let levers: [Int]

  /// Those of all permutations that leave the pay of everything that can be pulled as it is.
  public static func all(_ environment: LeversEnvironment) -> [LeversSymmetry] {
    let (count, players) = (environment.parameters.leverCount, environment.parameters.players)
    let joint = (0..<players).reduce([[]]) { teams, _ in teams.flatMap { team in (0..<count).map { team + [$0] } } }
    let pay = environment.parameters.pay
    return permutations(of: Array(0..<count)).filter { levers in
      joint.allSatisfy { pay.pay(for: $0.map { levers[$0] }) == pay.pay(for: $0) }
    }.map { LeversSymmetry(environment, levers: $0) }
  }

  /// Cyclic shifts of so many equal levers, which come first.
  public static func shifts(_ environment: LeversEnvironment, ofFirst equal: Int) -> [LeversSymmetry] {
    (0..<equal).map { shift in
      LeversSymmetry(
        environment,
        levers: (0..<environment.parameters.leverCount).map { $0 < equal ? ($0 + shift) % equal : $0 })
    }
  }

  private init(_ environment: LeversEnvironment, levers: [Int]) {
    self.environment = environment
    self.levers = levers
  }

  public func action(_ action: Int) -> Int { levers[action] }
  public func decode(_ words: [UInt32]) -> LeversState { LeversState(words, environment.parameters) }
  public func start(_ words: [UInt32]) -> [UInt32] { environment.startState(state(decode(words))) }

  public func state(_ state: LeversState) -> LeversState {
    var image = state
    image.pulled = state.pulled?.map { levers[$0] }
    image.cue = state.cue.map { levers[$0] }
    return image
  }
}
