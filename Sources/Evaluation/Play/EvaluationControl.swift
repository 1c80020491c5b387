import Configuration

/// What a team has played in one part of an evaluation: a mode of play, or a family of symmetries.
public struct PlayedTeam: Sendable, Hashable, Codable {
  public struct Key: Sendable, Hashable, Codable {
    /// A mode of play, or `symmetry FAMILY`.
    public let part: String
    /// Names of the policies in the seats.
    public let team: [String]

    public init(part: String, team: [String]) {
      self.part = part
      self.team = team
    }
  }

  public let key: Key
  public let cell: CrossPlayCell
  public let envSteps: Int
  public let equivariance: EquivarianceSums?

  public init(key: Key, cell: CrossPlayCell, envSteps: Int, equivariance: EquivarianceSums?) {
    self.key = key
    self.cell = cell
    self.envSteps = envSteps
    self.equivariance = equivariance
  }
}

/// How whoever starts an evaluation takes part in it.
public struct EvaluationControl {
  /// What a team played before; it is then not played again.
  public var played: (PlayedTeam.Key) -> PlayedTeam?
  /// Gets every team that has played all its games.
  public var keep: (PlayedTeam) throws -> Void
  /// Called whenever teams have finished.
  public var progress: (EvaluationProgress) -> Void
  /// Asked every few env steps; games in play are then given up.
  public var isStopping: () -> Bool

  public init(
    played: @escaping (PlayedTeam.Key) -> PlayedTeam? = { _ in nil },
    keep: @escaping (PlayedTeam) throws -> Void = { _ in },
    progress: @escaping (EvaluationProgress) -> Void = { _ in }, isStopping: @escaping () -> Bool = { false }
  ) {
    self.played = played
    self.keep = keep
    self.progress = progress
    self.isStopping = isStopping
  }
}

/// An evaluation that was stopped because it was asked to.
public struct EvaluationStopped: Error {}
