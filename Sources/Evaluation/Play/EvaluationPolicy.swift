import Configuration
import Training

/// A policy that takes seats in games: what a run has learned.
public struct EvaluationPolicy: Sendable {
  /// Unique among the policies of an evaluator, and the policy's identity: the decks and the random numbers of a team's
  /// games depend on the evaluation's seed and on the names of its policies, in the order of the seats.
  public let name: String
  /// (P), with padding, as `ParameterLayout` orders it.
  public let parameters: [Float]

  public init(name: String, parameters: [Float]) {
    self.name = name
    self.parameters = parameters
  }
}

/// What one team earned in one mode of play.
public struct CellResult: Sendable, Hashable {
  /// The policy in each seat, by its place among the evaluator's policies.
  public let team: [Int]
  /// Completed games, sums of returns, decisions, and those of them that were ties.
  public let cell: CrossPlayCell
  /// Env steps of the counted games.
  public let envSteps: Int
  /// Where the evaluator was given symmetries.
  public let equivariance: EquivarianceSums?

  init(team: [Int], cell: CrossPlayCell, envSteps: Int, equivariance: EquivarianceSums?) {
    self.team = team
    self.cell = cell
    self.envSteps = envSteps
    self.equivariance = equivariance
  }

  init(_ played: PlayedTeam, team: [Int]) {
    self.init(team: team, cell: played.cell, envSteps: played.envSteps, equivariance: played.equivariance)
  }
}

/// How far an evaluation is.
public struct EvaluationProgress: Sendable, Hashable {
  public let mode: EvaluationMode
  public let cellsFinished: Int
  public let cells: Int
  public let gamesPerCell: Int
}
