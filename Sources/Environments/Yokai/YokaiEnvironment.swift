import CShaders

/// The cooperative card game Yokai (Julien Griffon, 2019) as a multi-agent environment, after what is published of the
/// Yokai Learning Environment (arXiv 2508.12480) and, where that is silent, after the card game
/// (docs/environments/yokai.md).
public struct YokaiEnvironment: Environment {
  public static let name = "yokai"
  public static let version = 1

  public let parameters: YokaiParameters

  public init(parameters: EnvironmentParameters) throws {
    self.parameters = try YokaiParameters(parameters)
  }

  public var agentCount: Int { parameters.players }
  public var actionCount: Int { parameters.actionCount }
  public var observationFeatureCount: Int { parameters.observationFeatureCount }
  public var observationWordCount: Int { parameters.observationWordCount }
  public var stateWordCount: Int { parameters.stateWordCount }
  public var shapesRewards: Bool { parameters.shapesRewards }
  /// The moves, which a seat can make in one step of four.
  public var wideActions: Range<Int>? { parameters.actionMode == .slot ? parameters.moveActions : nil }

  /// The score without the bonus, 0 or 1 for won, ended early and both, then counts: turns, revealed hints, hints on cards of
  /// their colours, hints on others.
  public var outcomeNames: [String] {
    ["score", "won", "ended_early", "ended_early_and_won", "turns", "reveals", "placed_right", "placed_wrong"]
  }
  public var outcomeRatios: [OutcomeRatio] {
    [OutcomeRatio("won_given_ended_early", of: "ended_early_and_won", per: "ended_early")]
  }

  public var resetKernel: String { "Yokai/yokai_reset.comp" }
  public var stepKernel: String { "Yokai/yokai_step.comp" }
  public var observeKernel: String { "Yokai/yokai_observe.comp" }
  public var observesSeatBySeat: Bool { true }
  public var observationInclude: String { "Common/bit_observations.glsl" }

  /// The start block; reset draws colours and hints.
  public var startState: [UInt32] {
    let undrawn = Array(repeating: 0, count: parameters.cardCount)
    let noHints = [UInt32](repeating: 0, count: parameters.hintCount)
    var words = YokaiState(colors: undrawn, hints: noHints, parameters).words
    words[Int(YOKAI_STATUS)] |= 1 << YOKAI_DRAWN_SHIFT
    return words
  }

  /// Reset starts from exactly this state.
  public func startState(_ state: YokaiState) -> [UInt32] { state.words }

  public var parametersDescription: [String: ParameterValue] {
    [
      "players": .integer(parameters.players), "colors": .integer(parameters.colors),
      "cards_per_color": .integer(parameters.cardsPerColor), "grid_size": .integer(parameters.gridSize),
      "hint_counts": .list(parameters.hintCounts.map { .integer($0) }), "memory": .text(parameters.memory.rawValue),
      "action_mode": .text(parameters.actionMode.rawValue), "obs": .text(parameters.observation.rawValue),
      "obs_matches": .boolean(parameters.showsMatches),
      "win_bonus": .decimal(parameters.winBonus), "reject_solved_start": .boolean(parameters.rejectsSolvedStarts),
      "boundary": .text(parameters.boundary.rawValue), "allow_null_move": .boolean(parameters.allowsNullMoves),
      "reward_scale": .decimal(parameters.rewardScale), "shaping_turn_bonus": .decimal(parameters.shapingTurnBonus),
      "shaping_peek_bonus": .decimal(parameters.shapingPeekBonus),
      "shaping_hint_bonus": .decimal(parameters.shapingHintBonus),
    ].merging(parameters.shaping.parametersDescription) { $1 }
  }

  public func actionName(_ action: Int) -> String {
    let p = parameters
    func place(_ cell: Int) -> String { "row \(cell / p.gridSize) column \(cell % p.gridSize)" }
    switch action {
    case p.revealAction: return "reveal a hint"
    case p.endAction: return "end the game"
    case p.noOp: return "no-op"
    case p.firstHintAction..<p.endAction:
      let number = action - p.firstHintAction
      return p.actionMode == .cell
        ? "choose hint \(number)" : "place hint \(number / p.cardCount) on \(number % p.cardCount)"
    case p.moveActions:
      let (slot, cell) = (action - p.moveActions.lowerBound).quotientAndRemainder(dividingBy: p.cellCount)
      return "move \(slot) to \(place(cell))"
    default: return p.actionMode == .cell ? place(action) : "peek at \(action)"
    }
  }

  public func render(state: [UInt32]) -> String { YokaiState(state, parameters).rendered(parameters) }

  public var hidesFromSeats: Bool { true }

  public func render(state: [UInt32], for seat: Int) -> String {
    YokaiState(state, parameters).text(for: seat, parameters)
  }

  public func picture(of state: [UInt32], for seat: Int?) -> String {
    YokaiState(state, parameters).picture(parameters, for: seat)
  }

  public func stateFields(of state: [UInt32]) -> [StateField] { YokaiState(state, parameters).fields(parameters) }
}
