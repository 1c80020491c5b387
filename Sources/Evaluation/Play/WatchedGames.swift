import CShaders
import Configuration
import Environments
import Foundation
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
  /// (A): what every seat's policy made of the state before; also where someone else chose in its place.
  public let decisions: [WatchedDecision]
  /// (A)
  public let rewards: [Float]
  /// nil while the game continues.
  public let end: End?

  /// (A): whether the seat had more than one legal action.
  public var chose: [Bool] { decisions.map(\.isChoice) }
}

/// What one seat may do, and what its policy makes of that.
public struct WatchedDecision: Sendable {
  /// Ascending.
  public let legalActions: [Int]
  /// One per legal action, of the softmax as in training, whatever the mode of play; 1 for a single one.
  public let probabilities: [Double]
  /// What the policy's critic expects of the rest of the game, discounted and with shaped rewards as it was trained; nil where
  /// the seat has no choice and nobody asked it, and for policies without a critic.
  public let value: Double?
  /// What the policy chose.
  public let action: Int

  public var isChoice: Bool { legalActions.count > 1 }
}

/// Games of one team, one env step at a time: those of environment 0 of the same team in an evaluation with the same
/// seed and mode, up to the rounding of logits where matrix products run on the host.
///
///     while let decisions = try games.decide() { let step = try games.play(…) }    or   while let step = try games.next()
public final class WatchedGames {
  private let environment: any Environment
  private let device: Device
  private let player: CellPlayer
  private let team: [String]
  /// Of the seats' policies among those of all rosters.
  private let places: [Int]
  private let games: Int
  private let isRandom: Bool
  private let choice: CommandSequence
  private let step: CommandSequence
  private let reset: CommandSequence
  private var game = 1
  private var stepsOfGame = 0
  private var openReturn = 0.0
  /// Of the state as it is, once they were asked for.
  private var decisions: [WatchedDecision]?

  /// - Parameters:
  ///   - team: The policy of each seat with its network; nil for uniform legal actions everywhere.
  ///   - settings: Uses `games`, `seed` and `tieTolerance`.
  public init(
    environment: any Environment, team: [Roster.Member]?, mode: EvaluationMode, settings: EvaluationSettings,
    device: Device
  ) throws {
    isRandom = team == nil
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
    self.places = places
    (choice, step, reset) = try player.recordParts(mode: mode, tieTolerance: settings.tieTolerance)
    try restart(seed: settings.seed)
  }

  /// The first game of another seed, as if these had been made with it.
  public func restart(seed: UInt64) throws {
    try player.start([0], teams: [places], seeds: [CellSeeds.seed(evaluation: seed, team: team)])
    (game, stepsOfGame, openReturn, decisions) = (1, 0, 0, nil)
  }

  /// A policy that likes all actions equally, with the smallest network, whose logits are all 0.
  public static func uniform(_ environment: any Environment, name: String = "random") throws -> Roster.Member {
    let smallest = try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: [], actor: [], critic: [],
      activation: .relu)
    let parameters = [Float](repeating: 0, count: ParameterLayout(smallest).count)
    return Roster.Member(smallest, EvaluationPolicy(name: name, parameters: parameters))
  }

  /// Plays the next env step; nil when all games are over.
  public func next() throws -> WatchedStep? {
    try decide() == nil ? nil : play()
  }

  /// S words of the state as it is.
  public func state() throws -> [UInt32] { try player.environment.state(run: 0, environment: 0) }

  /// What the seats face now, and what their policies make of it; nil when all games are over.
  public func decide() throws -> [WatchedDecision]? {
    guard game <= games else { return nil }
    if let decisions { return decisions }
    try device.submit(choice).wait()
    let shape = player.shape
    let masks = try player.buffers.transitions.legalMasks.read(run: 0)
    let actions = try player.buffers.transitions.actions.read(run: 0)
    let found = try (0..<shape.agents).map { seat in
      let legal = environment.legalActions(inMask: masks[seat * shape.maskWords..<(seat + 1) * shape.maskWords])
      // One environment: its place in the list of the seat is its row.
      let policies = player.seated.first { $0.members.contains(places[seat]) }
      let row = try policies?.seats.workspaceRows.read(run: seat)[0]
      guard let policies, let row, row != NO_WORKSPACE_ROW else {
        return WatchedDecision(
          legalActions: legal, probabilities: legal.map { _ in 1 / Double(legal.count) }, value: nil,
          action: Int(actions[seat]))
      }
      let (logits, value) = try policies.outputs(seat: seat, row: Int(row))
      return WatchedDecision(
        legalActions: legal, probabilities: Self.softmax(legal.map { Double(logits[$0]) }),
        value: isRandom ? nil : value.map { Double($0) }, action: Int(actions[seat]))
    }
    decisions = found
    return found
  }

  private static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// Takes the step that was decided.
  ///
  /// - Parameter others: What is done in place of a seat's policy, by the seat; legal actions.
  /// - Precondition: `decide` has given decisions of this state.
  public func play(instead others: [Int: Int] = [:]) throws -> WatchedStep {
    guard let decided = decisions else { preconditionFailure("play follows decide") }
    decisions = nil
    var actions = decided.map(\.action)
    for (seat, action) in others {
      precondition(decided[seat].legalActions.contains(action), "an action that is not legal")
      actions[seat] = action
    }
    if !others.isEmpty { try player.buffers.transitions.actions.write(actions.map { UInt32($0) }, run: 0) }
    let before = try state()
    try device.submit(step).wait()
    try player.requireNoFailure()
    guard try player.refusedAction(cell: 0) == nil else {
      throw EvaluationFailure.illegalAction(team: team, environment: 0)
    }
    let after = try state()
    let rewards = try player.buffers.transitions.rewards.read(run: 0)
    openReturn += rewards.reduce(0) { $0 + Double($1) } / Double(rewards.count)
    stepsOfGame += 1
    var end: WatchedStep.End?
    if try player.buffers.transitions.dones.read(run: 0)[0] != 0 {
      end = WatchedStep.End(
        episodeReturn: openReturn, outcomes: try player.buffers.transitions.outcomes?.read(run: 0) ?? [])
      try device.submit(reset).wait()
    }
    let watched = WatchedStep(
      game: game, step: stepsOfGame, before: before, after: after, actions: actions, decisions: decided,
      rewards: rewards, end: end)
    if end != nil { (game, stepsOfGame, openReturn) = (game + 1, 0, 0) }
    return watched
  }
}
