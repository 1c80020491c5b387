/// An evaluation that cannot begin or cannot go on.
public enum EvaluationFailure: Error, Equatable, CustomStringConvertible {
  /// Games that do not end.
  case endlessGame(team: [String], games: Int, envSteps: Int)
  /// An environment refused the action of a policy: a defect of the engine.
  case illegalAction(team: [String], environment: Int)
  /// Parameters that do not fit the architecture.
  case parameterCount(policy: String, found: Int, expected: Int)
  /// Two policies with one name would play the same games.
  case duplicateName(String)

  public var description: String {
    switch self {
    case .endlessGame(let team, let games, let envSteps):
      "the team \(team.joined(separator: " + ")) completed \(games) games in \(envSteps) env steps of every "
        + "environment and did not finish; give the environment a time limit"
    case .illegalAction(let team, let environment):
      "environment \(environment) of the team \(team.joined(separator: " + ")) refused an action; please report "
        + "this defect of the engine"
    case .parameterCount(let policy, let found, let expected):
      "policy \(policy) has \(found) parameters and its network \(expected)"
    case .duplicateName(let name):
      "two policies are called \(name); give every evaluated run its own name"
    }
  }
}
