import Configuration
import Environments
import Networks
import Training
import VulkanCompute

/// One env step of a game, as people want to see it.
public struct WatchedStep: Sendable {
  /// How a game ended.
  public struct End: Sendable {
    /// Sum of the rewards, mean over the seats.
    public let episodeReturn: Double
    /// E
    public let outcomes: [Float]
  }

  /// From 1.
  public let game: Int
  /// Of this game, from 1.
  public let step: Int
  /// S words before and after the actions.
  public let before, after: [UInt32]
  /// (A)
  public let actions: [Int]
  /// (A): whether the seat had more than one legal action.
  public let chose: [Bool]
  /// (A)
  public let rewards: [Float]
  /// nil while the game continues.
  public let end: End?
}

/// Games of one team, one env step at a time: those of environment 0 of the same team in an evaluation with the same
/// seed and mode, up to the rounding of logits where matrix products run on the host.
public final class WatchedGames {
  private let environment: any Environment
  private let device: Device
  private let player: CellPlayer
  private let team: [String]
  private let games: Int
  private let step: CommandSequence
  private let reset: CommandSequence
  private var game = 1
  private var stepsOfGame = 0
  private var openReturn = 0.0

  /// - Parameters:
  ///   - team: The policy of each seat with its network; nil for uniform legal actions everywhere.
  ///   - settings: Uses `games`, `seed` and `tieTolerance`.
  public init(
    environment: any Environment, team: [(architecture: NetworkArchitecture, policy: EvaluationPolicy)]?,
    mode: EvaluationMode, settings: EvaluationSettings, device: Device
  ) throws {
    let team = try team ?? Array(repeating: Self.uniform(environment), count: environment.agentCount)
    precondition(team.count == environment.agentCount, "one policy per seat")
    let (rosters, places) = Roster.gather(team)
    self.environment = environment
    self.device = device
    self.team = team.map(\.policy.name)
    games = settings.games
    player = try CellPlayer(
      shape: EvaluationShape(games: settings.games, environment: environment, mostEnvironments: 1), cells: 1,
      environment: environment, rosters: rosters, device: device)
    (step, reset) = try player.recordStepAndReset(mode: mode, tieTolerance: settings.tieTolerance)
    try player.start(
      [0], teams: [places], seeds: [CellSeeds.seed(evaluation: settings.seed, team: self.team)])
  }

  /// The smallest network, whose logits are all 0.
  private static func uniform(
    _ environment: any Environment
  ) throws -> (architecture: NetworkArchitecture, policy: EvaluationPolicy) {
    let smallest = try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: [], actor: [], critic: [],
      activation: .relu)
    let parameters = [Float](repeating: 0, count: ParameterLayout(smallest).count)
    return (smallest, EvaluationPolicy(name: "random", parameters: parameters))
  }

  /// Plays the next env step; nil when all games are over.
  public func next() throws -> WatchedStep? {
    guard game <= games else { return nil }
    let before = try player.environment.state(run: 0, environment: 0)
    try device.submit(step).wait()
    try player.requireNoFailure()
    guard try player.refusedAction(cell: 0) == nil else {
      throw EvaluationFailure.illegalAction(team: team, environment: 0)
    }
    let after = try player.environment.state(run: 0, environment: 0)
    let rewards = try player.buffers.transitions.rewards.read(run: 0)
    openReturn += rewards.reduce(0) { $0 + Double($1) } / Double(rewards.count)
    stepsOfGame += 1
    var end: WatchedStep.End?
    if try player.buffers.transitions.dones.read(run: 0)[0] != 0 {
      end = WatchedStep.End(
        episodeReturn: openReturn, outcomes: try player.buffers.transitions.outcomes?.read(run: 0) ?? [])
      try device.submit(reset).wait()
    }
    let masks = try player.buffers.transitions.legalMasks.read(run: 0)
    let shape = player.shape
    let watched = WatchedStep(
      game: game, step: stepsOfGame, before: before, after: after,
      actions: try player.buffers.transitions.actions.read(run: 0).map { Int($0) },
      chose: (0..<shape.agents).map { seat in
        environment.legalActions(inMask: masks[seat * shape.maskWords..<(seat + 1) * shape.maskWords]).count > 1
      }, rewards: rewards, end: end)
    if end != nil { (game, stepsOfGame, openReturn) = (game + 1, 0, 0) }
    return watched
  }
}
