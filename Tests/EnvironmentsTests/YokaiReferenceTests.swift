import CShaders
import Environments
import Foundation
import TestSupport
import Testing

/// Yokai's reference numbers: by counting where that is possible, else by random play on the device with its standard
/// error. They come from an independent prototype of the same rules.
@Suite struct YokaiReferenceTests {
  // MARK: Starts that are already won

  /// 60 of the 1680 ways to lay 3 x 3 cards are won; the device finds the same ones as the twin.
  @Test func sixtyOf1680StartsOfNineCardsAreWon() throws {
    let environment = try yokai()
    let rules = environment.parameters
    let deals = Self.arrangements([3, 3, 3])
    #expect(deals.count == 1680)
    let states = deals.map { colors in YokaiTable.start(rules) { $0.colors = colors } }
    let play = try YokaiSituations.play(states, environment, device: TestDevice.make())
    try play.setActions(states.flatMap { _ in [784, 785] })
    try play.step()
    let won = try play.states().map { YokaiState($0, rules).won }
    #expect(won == states.map { YokaiGame($0, rules).isSolved })
    #expect(won.count { $0 } == 60)
    // To end at once is worth 25 points where it wins.
    let mean = try Double(play.rewards().reduce(0, +)) / 2 / 1680 - 6 * 60 / 1680.0
    #expect(abs(mean - 25 * 60 / 1680.0) < 1e-6)
    #expect(abs(mean - 0.893) < 0.0005)
  }

  /// 16 cards: 117 ways to cut 4 x 4 cells into four groups of four, times 4! colours: 2808 of 63063000.
  @Test func oneOf22458StartsOfSixteenCardsIsWon() {
    let ways = Self.dissections(free: 0xFFFF)
    #expect(ways == 117)
    let starts = (1...16).reduce(1.0) { $0 * Double($1) } / pow(24, 4)
    #expect(starts == 63_063_000)
    #expect(abs(Double(ways * 24) / starts - 4.5e-5) < 0.05e-5)
    #expect(abs(Double(ways * 24) / starts * 35 - 0.0016) < 0.00005)
  }

  /// Every way to give out so many of each colour.
  private static func arrangements(_ counts: [Int]) -> [[Int]] {
    guard counts.contains(where: { $0 > 0 }) else { return [[]] }
    return counts.indices.filter { counts[$0] > 0 }.flatMap { color in
      var rest = counts
      rest[color] -= 1
      return arrangements(rest).map { [color] + $0 }
    }
  }

  /// Ways to cut the free cells of a 4 x 4 square into connected groups of four.
  private static func dissections(free: Int) -> Int {
    guard free != 0 else { return 1 }
    return groups(from: free & -free, in: free).reduce(0) { $0 + dissections(free: free & ~$1) }
  }

  /// Connected groups of four that contain a cell.
  private static func groups(from cell: Int, in free: Int) -> Set<Int> {
    var groups: Set<Int> = [cell]
    for _ in 0..<3 {
      groups = Set(
        groups.flatMap { group in
          (0..<16).map { 1 << $0 }.filter { $0 & free & ~group != 0 && Self.beside(group) & $0 != 0 }.map { group | $0 }
        })
    }
    return groups
  }

  private static func beside(_ cells: Int) -> Int {
    ((cells << 4) | (cells >> 4) | ((cells & 0x7777) << 1) | ((cells & 0xEEEE) >> 1)) & 0xFFFF
  }

  // MARK: Random play

  /// Uniform over the legal mask, the end included.
  @Test(
    arguments: [
      ("yokai_9", 1024, 16, 0.0072, 0.131, 5.47, 22.6), ("yokai_16", 1024, 3, 5e-6, 1.6e-4, 8.71, 35.5),
    ])
  func uniformRandomPlayHasTheNumbersOfTheReference(
    game: String, environments: Int, gamesEach: Int, won: Double, score: Double, turns: Double, steps: Double
  ) throws {
    let environment = try yokai(["game": .text(game)])
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [21], environments: environments, device: device)
    var finished = [Int](repeating: 0, count: environments)
    var length = [Int](repeating: 0, count: environments)
    var (lengths, turnCounts, scores, wins) = (Sample(), Sample(), Sample(), Sample())
    // The same number of games everywhere, however long they are.
    while finished.contains(where: { $0 < gamesEach }) {
      try play.observe()
      try play.chooseRandomly()
      try play.step()
      let (dones, outcomes) = try (play.dones(), play.outcomes())
      for index in 0..<environments {
        length[index] += 1
        guard dones[index] else { continue }
        finished[index] += 1
        if finished[index] <= gamesEach {
          let row = outcomes[8 * index..<8 * index + 8].map(Double.init)
          lengths.add(Double(length[index]))
          scores.add(row[0])
          wins.add(row[1])
          turnCounts.add(row[4])
        }
        length[index] = 0
      }
      try play.resetWhereDone()
    }
    #expect(lengths.count == environments * gamesEach)
    #expect(lengths.agrees(with: steps, rounding: 0.05), "steps \(lengths)")
    #expect(turnCounts.agrees(with: turns, rounding: 0.005), "turns \(turnCounts)")
    #expect(wins.agrees(with: won, deviation: won.squareRoot()), "wins \(wins)")
    #expect(scores.agrees(with: score, deviation: max(scores.deviation, 25 * won.squareRoot())), "score \(scores)")
    device.requireNoValidationMessages()
  }

  /// Uniform over the legal mask without the end: turns, legal moves, cards at the border, wins.
  @Test(arguments: [("yokai_9", 2048, 10, 52.7, 0.031, 0.0032), ("yokai_16", 512, 14, 150.3, 0.066, 0)])
  func withoutAnEndEveryGameLastsTwoTurnsPerHint(
    game: String, games: Int, turns: Int, moves: Double, border: Double, won: Double
  ) throws {
    var play = EndlessPlay()
    try play.play(game, games: games, seed: 22)
    #expect(play.turns == games * turns)
    #expect(play.moves.agrees(with: moves, rounding: 0.05), "legal moves \(play.moves)")
    #expect(play.border.agrees(with: border, rounding: 0.0005), "turns at the border \(play.border)")
    #expect(play.wins.agrees(with: won, rounding: 0.00005, deviation: won.squareRoot()), "wins \(play.wins)")
  }

  /// The same over so many games that rare things show.
  @Test(.enabled(if: yokaiLongGames != nil, "set CROSSPLAY_YOKAI_GAMES"))
  func rareThingsAreAsRareAsInTheReference() throws {
    for (game, moves, border, won, stuck) in [
      ("yokai_9", 52.7, 0.031, 0.0032, 3.8e-5), ("yokai_16", 150.3, 0.066, 0, 0),
    ] {
      var play = EndlessPlay()
      while play.wins.count < yokaiLongGames ?? 0 {
        try play.play(game, games: 2048, seed: 23 + UInt64(play.wins.count))
      }
      let stuckShare = Double(play.stuckTurns) / Double(play.turns)
      print(
        "\(game): legal moves \(play.moves), turns at the border \(play.border), wins \(play.wins), turns without a "
          + "legal move \(stuckShare) of \(play.turns)")
      #expect(play.moves.agrees(with: moves, rounding: 0.05))
      #expect(play.border.agrees(with: border, rounding: 0.0005))
      #expect(play.wins.agrees(with: won, rounding: 0.00005, deviation: won.squareRoot()))
      // Both sides counted: the reference, too, saw only some dozens.
      #expect(abs(stuckShare - stuck) <= 4 * (2 * stuck / Double(play.turns)).squareRoot() + 1e-6)
    }
  }
}

/// Games that nobody ends, by uniform random legal actions that the host chooses.
private struct EndlessPlay {
  /// Legal moves of a game's turns, and the share of its turns with a card at the border; one value per game.
  private(set) var moves = Sample()
  private(set) var border = Sample()
  private(set) var wins = Sample()
  private(set) var turns = 0
  /// Turns in which no card could be moved.
  private(set) var stuckTurns = 0

  mutating func play(_ game: String, games: Int, seed: UInt64) throws {
    let environment = try yokai(["game": .text(game)])
    let rules = environment.parameters
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [seed], environments: games, device: device)
    let words = environment.maskWordCount
    var random = YokaiRandom(UInt32(truncatingIfNeeded: seed))
    var moveCounts = [Int](repeating: 0, count: games)
    var borderTurns = [Int](repeating: 0, count: games)
    for step in 0..<8 * rules.hintCount {
      var masks = try play.packedMasks()
      var actions = [UInt32](repeating: UInt32(rules.noOp), count: 2 * games)
      for index in 0..<games {
        let row = 2 * index + step / 4 % 2
        masks[row * words + rules.endAction / 32] &= ~(1 << UInt32(rules.endAction % 32))
        var count = 0
        for word in row * words..<(row + 1) * words { count += masks[word].nonzeroBitCount }
        let action = Self.bit(random.next(below: count), of: masks, from: row * words)
        actions[row] = UInt32(action)
        if step % 4 == 2 {
          moveCounts[index] += action == rules.noOp ? 0 : count
          stuckTurns += action == rules.noOp ? 1 : 0
        }
      }
      try play.setActions(actions)
      try play.step()
      if step % 4 == 2 {
        for (index, words) in try play.states().enumerated() where Self.touchesBorder(words, rules) {
          borderTurns[index] += 1
        }
      }
      try play.observe()
    }
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
    #expect(try play.dones().allSatisfy { $0 })
    let rewards = try play.rewards()
    for (index, words) in try play.states().enumerated() {
      let state = YokaiState(words, rules)
      #expect(!state.endedEarly && state.placed.count == rules.hintCount)
      turns += state.turn
      moves.add(Double(moveCounts[index]) / Double(state.turn))
      border.add(Double(borderTurns[index]) / Double(state.turn))
      wins.add(state.won ? 1 : 0)
      // A won game: 5 per hint, less 3 for a reveal, 1 for a right hint and 3 for a wrong one.
      let wrong = state.placed.count - state.placedRight
      let score = 5 * rules.hintCount - 3 * state.revealed - state.placed.count - 2 * wrong
      #expect(Double(rewards[2 * index]) == (state.won ? Double(score) + rules.winBonus : 0))
    }
  }

  private static func touchesBorder(_ words: [UInt32], _ rules: YokaiParameters) -> Bool {
    let last = rules.gridSize - 1
    for slot in 0..<rules.cardCount {
      let cell = Int(words[Int(YOKAI_CELLS) + slot / 4] >> UInt32(8 * (slot % 4)) & 255)
      let (row, column) = (cell / rules.gridSize, cell % rules.gridSize)
      if row == 0 || row == last || column == 0 || column == last { return true }
    }
    return false
  }

  /// The position of set bit number `number` behind word `first`.
  private static func bit(_ number: Int, of words: [UInt32], from first: Int) -> Int {
    var (left, word) = (number, first)
    while left >= words[word].nonzeroBitCount {
      left -= words[word].nonzeroBitCount
      word += 1
    }
    var bits = words[word]
    for _ in 0..<left { bits &= bits - 1 }
    return 32 * (word - first) + bits.trailingZeroBitCount
  }
}

/// Mean of several values with its standard error.
private struct Sample: CustomStringConvertible {
  private(set) var count = 0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
  }

  var mean: Double { sum / Double(count) }
  /// Of one value.
  var deviation: Double { max(0, squares / Double(count) - mean * mean).squareRoot() }
  var description: String { "\(mean) +- \(deviation / Double(count).squareRoot()) of \(count)" }

  /// Whether the mean is within four standard errors of a reference that was rounded.
  ///
  /// - Parameter deviation: Of one value, where it is not that of the sample.
  func agrees(with reference: Double, rounding: Double = 0, deviation: Double? = nil) -> Bool {
    abs(mean - reference) <= 4 * (deviation ?? self.deviation) / Double(count).squareRoot() + rounding
  }
}
