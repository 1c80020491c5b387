/// What a round of the lever game pays.
public enum LeversPay: Sendable, Hashable {
  /// Pay of every lever, where all players pull it; else nothing.
  case matching([Double])
  /// Pay of every pair of levers, row by row: of player 0, of player 1.
  case pairs([[Double]])

  /// m
  public var leverCount: Int {
    switch self {
    case .matching(let pays): pays.count
    case .pairs(let rows): rows.count
    }
  }

  var isMatrix: Bool {
    switch self {
    case .matching: false
    case .pairs: true
    }
  }

  /// What a round pays in which the players pull these levers.
  public func pay(for levers: [Int]) -> Double {
    switch self {
    case .matching(let pays): levers.allSatisfy { $0 == levers[0] } ? pays[levers[0]] : 0
    case .pairs(let rows): rows[levers[0]][levers[1]]
    }
  }

  /// Pays of matching levers from text: pays separated by commas, `x` and a count behind a pay repeat it. `1.0x9,1.1` is
  /// nine levers that pay 1 and one that pays 1.1.
  ///
  /// - Returns: nil for anything else.
  public static func pays(of text: String) -> [Double]? {
    var pays: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "x", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
      guard words.count <= 2, words.allSatisfy({ $0.count == 1 }), let pay = Double(words[0][0]) else { return nil }
      guard let count = words.count == 2 ? Int(words[1][0]) : 1, (1...1000).contains(count) else { return nil }
      pays += Array(repeating: pay, count: count)
    }
    return pays
  }
}
