import CShaders

/// One lever game, unpacked from its state words: for people and tests.
public struct LeversState: Sendable, Hashable {
  /// Rounds played.
  public var round: Int
  /// Rounds in which all players pulled the same lever.
  public var matched: Int
  /// The lever of every player in the last round; nil before the first.
  public var pulled: [Int]?

  public init(round: Int = 0, matched: Int = 0, pulled: [Int]? = nil) {
    self.round = round
    self.matched = matched
    self.pulled = pulled
  }

  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: LeversParameters) {
    precondition(words.count == LEVERS_STATE_WORDS)
    round = Int(words[Int(LEVERS_ROUND)])
    matched = Int(words[Int(LEVERS_MATCHED)])
    pulled =
      round == 0
      ? nil
      : (0..<parameters.players).map { player in
        let (word, byte) = player.quotientAndRemainder(dividingBy: Int(LEVERS_PLAYERS_PER_WORD))
        return Int(words[Int(LEVERS_PULLED) + word] >> UInt32(8 * byte) & 255)
      }
  }

  /// S words.
  var words: [UInt32] {
    var words = [UInt32](repeating: 0, count: Int(LEVERS_STATE_WORDS))
    words[Int(LEVERS_ROUND)] = UInt32(round)
    words[Int(LEVERS_MATCHED)] = UInt32(matched)
    for (player, lever) in (pulled ?? []).enumerated() {
      let (word, byte) = player.quotientAndRemainder(dividingBy: Int(LEVERS_PLAYERS_PER_WORD))
      words[Int(LEVERS_PULLED) + word] |= UInt32(lever) << UInt32(8 * byte)
    }
    return words
  }

  var fields: [StateField] {
    [
      StateField("round", "\(round)"), StateField("matched", "\(matched)"),
      StateField("pulled", pulled.map { "[\($0.map(String.init).joined(separator: ","))]" } ?? "null"),
    ]
  }

  /// Several lines for people: rounds, what each lever pays, who pulled which lever last.
  func rendered(_ parameters: LeversParameters) -> String {
    let ended = round >= parameters.rounds
    var lines = [
      "round \(ended ? round : round + 1)/\(parameters.rounds)  matched \(matched)" + (ended ? "  ended" : "")
    ]
    let numbers = (0..<parameters.leverCount).map { "\($0)" }
    switch parameters.pay {
    case .matching(let pays):
      lines += Self.columns([["lever"] + numbers, ["pay"] + pays.map { "\($0)" }])
    case .pairs(let rows):
      lines += Self.columns(
        [["player 0 \\ 1"] + numbers] + rows.enumerated().map { ["\($0)"] + $1.map { "\($0)" } })
    }
    if let pulled {
      lines.append(
        "last round  "
          + pulled.enumerated().map { "player \($0) lever \($1)" }.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }

  /// Rows with columns of equal width, to the right.
  private static func columns(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
  }
}
