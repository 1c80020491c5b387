import CShaders

/// The parameters of a lever game, checked, with the sizes that follow from them.
///
/// YAML keys: `players, rounds, cue`, and `levers` or `pay`.
public struct LeversParameters: Sendable, Hashable {
  public let players: Int
  /// Rounds of an episode.
  public let rounds: Int
  /// Whether the first round shows a lever, and only pulling this one in the last round pays.
  public let cue: Bool
  public let pay: LeversPay

  private static let payRange = -1e6...1e6

  public init(_ given: EnvironmentParameters) throws {
    var given = given
    players = try given.integer("players", in: 2...Int(LEVERS_MOST_PLAYERS)) ?? 2
    rounds = try given.integer("rounds", in: 1...64) ?? 1
    let levers = try given.integer("levers", in: 2...Int(LEVERS_MOST_LEVERS))
    cue = try given.boolean("cue") ?? false
    let pay = given.value("pay")
    try given.finish()

    guard !cue || rounds >= 2 else {
      throw EnvironmentParameters.Invalid(
        "environment.cue = true needs a round in which the cue is no longer shown; set environment.rounds to 2 or more")
    }
    guard let pay else {
      self.pay = .matching(Array(repeating: 1, count: levers ?? 10))
      return
    }
    guard levers == nil else {
      throw EnvironmentParameters.Invalid("environment.pay gives the levers; remove environment.levers")
    }
    self.pay = try Self.pay(pay, players: players)
    guard !cue || !self.pay.isMatrix else {
      throw EnvironmentParameters.Invalid(
        "environment.cue = true names the one lever that pays, which a matrix does not have; give one pay per lever")
    }
  }

  private static func pay(_ value: ParameterValue, players: Int) throws -> LeversPay {
    if case .list(let items) = value, let first = items.first, case .list = first {
      return try pairs(items, value, players: players)
    }
    let found: [Double]? =
      switch value {
      case .text(let text): LeversPay.pays(of: text)
      case .list(let items): numbers(items)
      default: nil
      }
    guard let found, found.allSatisfy(payRange.contains) else {
      throw EnvironmentParameters.Invalid(
        "environment.pay = \(value); expected numbers from \(payRange.lowerBound) to \(payRange.upperBound), one per lever, as a "
          + "list or as text such as 1.0x9,1.1, or for 2 players one list per lever of player 0")
    }
    guard (2...Int(LEVERS_MOST_LEVERS)).contains(found.count) else {
      throw EnvironmentParameters.Invalid(
        "environment.pay has \(found.count) levers; expected 2 to \(LEVERS_MOST_LEVERS)")
    }
    return .matching(found)
  }

  private static func pairs(
    _ items: [ParameterValue], _ value: ParameterValue, players: Int
  ) throws -> LeversPay {
    guard players == 2 else {
      throw EnvironmentParameters.Invalid(
        "environment.pay is a matrix, which is for 2 players, not \(players); give one pay per lever")
    }
    guard (2...Int(LEVERS_MOST_MATRIX_LEVERS)).contains(items.count) else {
      throw EnvironmentParameters.Invalid(
        "environment.pay has \(items.count) rows; a matrix has 2 to \(LEVERS_MOST_MATRIX_LEVERS)")
    }
    let rows = try items.enumerated().map { row, item in
      guard case .list(let entries) = item, let found = numbers(entries), found.allSatisfy(payRange.contains) else {
        throw EnvironmentParameters.Invalid(
          "environment.pay row \(row + 1) = \(item); expected numbers from \(payRange.lowerBound) to \(payRange.upperBound)"
        )
      }
      guard found.count == items.count else {
        throw EnvironmentParameters.Invalid(
          "environment.pay row \(row + 1) has \(found.count) entries for \(items.count) levers; the matrix must be square"
        )
      }
      return found
    }
    return .pairs(rows)
  }

  private static func numbers(_ items: [ParameterValue]) -> [Double]? {
    let numbers = items.compactMap { item -> Double? in
      switch item {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
    return numbers.count == items.count ? numbers : nil
  }

  // MARK: Sizes

  /// m
  public var leverCount: Int { pay.leverCount }
  var stateWordCount: Int { Int(cue ? LEVERS_CUE_STATE_WORDS : LEVERS_STATE_WORDS) }
  var observationFeatureCount: Int { 1 + rounds + observedLevers * leverCount }
  /// How many levers a seat sees, one-hot: the cue, or what every player pulled last.
  var observedLevers: Int { cue ? 1 : players }
  var observationWordCount: Int { (observationFeatureCount + 31) / 32 }
}
