import CShaders
import VulkanCompute

/// One lever game, unpacked from its state words: for people and tests.
public struct LeversState: Sendable, Hashable {
  /// Rounds played.
  public var round: Int
  /// Rounds in which all players pulled the same lever.
  public var matched: Int
  /// The lever of every player in the last round; nil before the first.
  public var pulled: [Int]?
  /// With a cue: the lever that the last round pays for; nil in a start state, where every reset draws one.
  public var cue: Int?
  /// With a cue: episodes finished before this one.
  public var episode = 0

  public init(round: Int = 0, matched: Int = 0, pulled: [Int]? = nil, cue: Int? = nil) {
    self.round = round
    self.matched = matched
    self.pulled = pulled
    self.cue = cue
  }

  /// - Parameter words: S words, as `VectorEnvironment.state` gives them.
  public init(_ words: [UInt32], _ parameters: LeversParameters) {
    precondition(words.count == parameters.stateWordCount)
    round = Int(words[Int(LEVERS_ROUND)])
    matched = Int(words[Int(LEVERS_MATCHED)])
    pulled =
      round == 0
      ? nil
      : (0..<parameters.players).map { player in
        let (word, byte) = player.quotientAndRemainder(dividingBy: Int(LEVERS_PLAYERS_PER_WORD))
        return Int(words[Int(LEVERS_PULLED) + word] >> UInt32(8 * byte) & 255)
      }
    guard parameters.cue else { return }
    cue = words[Int(LEVERS_CUE)] == 0 ? nil : Int(words[Int(LEVERS_CUE)]) - 1
    episode = Int(words[Int(LEVERS_EPISODE)])
  }

  /// S words.
  func words(_ parameters: LeversParameters) -> [UInt32] {
    precondition(parameters.cue || cue == nil)
    var words = [UInt32](repeating: 0, count: parameters.stateWordCount)
    words[Int(LEVERS_ROUND)] = UInt32(round)
    words[Int(LEVERS_MATCHED)] = UInt32(matched)
    for (player, lever) in (pulled ?? []).enumerated() {
      let (word, byte) = player.quotientAndRemainder(dividingBy: Int(LEVERS_PLAYERS_PER_WORD))
      words[Int(LEVERS_PULLED) + word] |= UInt32(lever) << UInt32(8 * byte)
    }
    guard parameters.cue else { return words }
    words[Int(LEVERS_CUE)] = cue.map { UInt32($0) + 1 } ?? 0
    words[Int(LEVERS_EPISODE)] = UInt32(episode)
    return words
  }

  func fields(_ parameters: LeversParameters) -> [StateField] {
    [
      StateField("round", "\(round)"), StateField("matched", "\(matched)"),
      StateField("pulled", pulled.map { "[\($0.map(String.init).joined(separator: ","))]" } ?? "null"),
    ] + (parameters.cue ? [StateField("cue", cue.map { "\($0)" } ?? "null")] : [])
  }

  /// Several lines for people: rounds, what each lever pays, the cue, who pulled which lever last.
  func rendered(_ parameters: LeversParameters) -> String { rendered(parameters, for: nil) }

  /// The same as a player sees it: with a cue, that alone, and in the first round only.
  func text(for viewer: Int, _ parameters: LeversParameters) -> String { rendered(parameters, for: viewer) }

  private func rendered(_ parameters: LeversParameters, for viewer: Int?) -> String {
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
    if parameters.cue {
      let isShown = viewer == nil || round == 0
      lines.append("cue " + (isShown ? cue.map { "lever \($0)" } ?? "drawn by reset" : "was shown in the first round"))
    }
    if let pulled, seesPulls(viewer, parameters) {
      lines.append(
        "last round  "
          + pulled.enumerated().map { "player \($0) lever \($1)" }.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }

  /// Rows with columns of equal width, to the right.
  private static func columns(_ rows: [[String]]) -> [String] {
    var table = TextTable([.right])
    for row in rows { table.append(row) }
    return table.lines
  }
}
