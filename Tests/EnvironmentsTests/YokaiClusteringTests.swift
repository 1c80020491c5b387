import Environments
import TestSupport
import Testing

/// How many moves a start is from being won, for someone who sees all colours and peeks at nothing: beam search, so an
/// upper bound, as in the reference.
@Suite(.enabled(if: yokaiLongGames != nil, "set CROSSPLAY_YOKAI_GAMES")) struct YokaiClusteringTests {
  @Test(arguments: [("yokai_9", 300, 2.5, 4), ("yokai_16", 60, 5.6, 8)])
  func aStartIsAFewMovesFromAWin(game: String, starts: Int, mean: Double, most: Int) throws {
    let rules = try yokai(["game": .text(game)]).parameters
    let moves = (0..<starts).map { start in
      let game = YokaiGame.dealt(rules: rules, seed: 24, environment: start, episode: 0)
      return Clustering(game).moves(beamWidth: 400)
    }
    let found = Double(moves.reduce(0, +)) / Double(starts)
    print("\(game): \(found) moves to a win in the mean, \(moves.max() ?? 0) at most, of \(starts) starts")
    #expect(abs(found - mean) < 0.5)
    #expect(moves.allSatisfy { $0 <= most + 1 })
  }
}

/// The search: layouts are cells of slots, sets of cells are bits.
private struct Clustering {
  typealias Cells = UInt128

  struct Layout: Hashable {
    var cells: [UInt8]
  }

  let size: Int
  let colors: [Int]
  let start: Layout
  private let notFirst: Cells
  private let notLast: Cells
  private let all: Cells

  init(_ game: YokaiGame) {
    let size = game.rules.gridSize
    self.size = size
    colors = game.cards.map(\.color)
    start = Layout(cells: game.cards.map { UInt8($0.place.row * size + $0.place.column) })
    func board(_ includes: (Int) -> Bool) -> Cells {
      (0..<size * size).filter(includes).reduce(0) { $0 | (1 as Cells) << $1 }
    }
    all = board { _ in true }
    notFirst = board { $0 % size > 0 }
    notLast = board { $0 % size < size - 1 }
  }

  private func beside(_ cells: Cells) -> Cells {
    ((cells & notFirst) >> 1 | (cells & notLast) << 1 | cells >> size | cells << size) & all
  }

  private func group(_ cell: Cells, in cells: Cells) -> Cells {
    var group = cell
    while true {
      let grown = group | beside(group) & cells
      if grown == group { return group }
      group = grown
    }
  }

  private func set(_ cells: some Sequence<UInt8>) -> Cells { cells.reduce(0) { $0 | (1 as Cells) << Int($1) } }

  /// Groups of colours beyond one each; 0 is a win.
  private func excess(_ layout: Layout) -> Int {
    (0...(colors.max() ?? 0)).reduce(0) { excess, color in
      var left = set(colors.indices.lazy.filter { colors[$0] == color }.map { layout.cells[$0] })
      var groups = -1
      while left != 0 {
        left &= ~group(left & (0 &- left), in: left)
        groups += 1
      }
      return excess + groups
    }
  }

  /// Steps between cards of one colour, all pairs.
  private func spread(_ layout: Layout) -> Int {
    var sum = 0
    for i in colors.indices {
      for j in 0..<i where colors[i] == colors[j] {
        let (a, b) = (Int(layout.cells[i]), Int(layout.cells[j]))
        sum += abs(a / size - b / size) + abs(a % size - b % size)
      }
    }
    return sum
  }

  private func next(_ layout: Layout) -> [Layout] {
    let occupied = set(layout.cells)
    return layout.cells.indices.flatMap { slot in
      let own = (1 as Cells) << Int(layout.cells[slot])
      let others = occupied & ~own
      var targets = beside(others) & ~occupied
      var layouts: [Layout] = []
      while targets != 0 {
        let target = targets & (0 &- targets)
        targets &= ~target
        guard group(target, in: others | target) == others | target else { continue }
        var moved = layout
        moved.cells[slot] = UInt8(target.trailingZeroBitCount)
        layouts.append(moved)
      }
      return layouts
    }
  }

  func moves(beamWidth: Int) -> Int {
    var beam = [start]
    var known: Set<Layout> = [start]
    var count = 0
    while beam.allSatisfy({ excess($0) > 0 }) {
      let found = beam.flatMap(next).filter { known.insert($0).inserted }
      let ranked = found.map { (rank: 100 * excess($0) + spread($0), layout: $0) }.sorted { $0.rank < $1.rank }
      beam = ranked.prefix(beamWidth).map(\.layout)
      count += 1
    }
    return count
  }
}
