import CShaders

/// Players who cannot talk pull levers at the same time and are paid for pulling the same one, once or for several
/// rounds; or, with a cue, for pulling the lever in the last round that only the first one showed
/// (docs/environments/levers.md).
public struct LeversEnvironment: Environment {
  public static let name = "levers"
  public static let version = 1

  public let parameters: LeversParameters

  public init(parameters: EnvironmentParameters) throws {
    self.parameters = try LeversParameters(parameters)
  }

  public var agentCount: Int { parameters.players }
  public var actionCount: Int { parameters.leverCount }
  public var observationFeatureCount: Int { parameters.observationFeatureCount }
  public var observationWordCount: Int { parameters.observationWordCount }
  public var stateWordCount: Int { parameters.stateWordCount }
  /// Part of the rounds, 0 to 1, in which all players pulled the same lever.
  public var outcomeNames: [String] { ["matched"] }

  public var resetKernel: String { "Levers/levers_reset.comp" }
  public var stepKernel: String { "Levers/levers_step.comp" }
  public var observeKernel: String { "Levers/levers_observe.comp" }
  public var observationInclude: String { "Common/bit_observations.glsl" }

  public var startState: [UInt32] { LeversState().words(parameters) }

  /// Reset starts from exactly this state, except that a cue of nil is drawn at every reset.
  public func startState(_ state: LeversState) -> [UInt32] { state.words(parameters) }

  public var parametersDescription: [String: ParameterValue] {
    let pay: ParameterValue =
      switch parameters.pay {
      case .matching(let pays): .list(pays.map { .decimal($0) })
      case .pairs(let rows): .list(rows.map { .list($0.map { .decimal($0) }) })
      }
    // The usual game leaves it out, as it did before there were cues: its policies stay comparable.
    let cue: [String: ParameterValue] = parameters.cue ? ["cue": .boolean(true)] : [:]
    return ["players": .integer(parameters.players), "rounds": .integer(parameters.rounds), "pay": pay]
      .merging(cue) { $1 }
  }

  public var observationLayout: [ObservationSection] {
    let levers = ObservationSection.Axis("lever", count: parameters.leverCount)
    var sections = ObservationSections()
    sections.add("bias", meaning: "always 1")
    sections.add("round", .init("round", count: parameters.rounds), meaning: "the round that is played")
    if parameters.cue {
      sections.add("cue", levers, meaning: "the lever that pays in the last round, shown in the first")
      return sections.list
    }
    for seat in 0..<parameters.players {
      sections.add(
        "last_lever_player\(seat)", levers,
        meaning: "the lever that the player pulled in the round before; player 0 is the observer, 1 sits after it")
    }
    return sections.list
  }

  public var macros: [String: String] {
    let pays: [Double] =
      switch parameters.pay {
      case .matching(let pays): pays
      case .pairs(let rows): Array(rows.joined())
      }
    var macros = [
      "PLAYERS": parameters.players, "LEVERS": parameters.leverCount, "ROUNDS": parameters.rounds, "PAYS": pays.count,
      "STATE_WORDS": stateWordCount, "OBSERVATION_WORDS": observationWordCount, "MASK_WORDS": maskWordCount,
    ].mapValues { "\($0)u" }
    macros["PAY_LIST"] = pays.map { "\(Float($0))" }.joined(separator: ", ")
    if case .pairs = parameters.pay { macros["PAIR_PAYS"] = "1" }
    if parameters.cue { macros["CUE"] = "1" }
    return macros
  }

  public func actionName(_ action: Int) -> String { "lever \(action)" }

  public func render(state: [UInt32]) -> String { LeversState(state, parameters).rendered(parameters) }

  public var hidesFromSeats: Bool { parameters.cue }

  public func render(state: [UInt32], for seat: Int) -> String {
    LeversState(state, parameters).text(for: seat, parameters)
  }

  public func picture(of state: [UInt32], for seat: Int?) -> String {
    LeversState(state, parameters).picture(parameters, for: seat)
  }

  public func stateFields(of state: [UInt32]) -> [StateField] { LeversState(state, parameters).fields(parameters) }
}
