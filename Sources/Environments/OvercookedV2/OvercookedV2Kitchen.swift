import CShaders

/// A kitchen of OvercookedV2: its stations, where the cooks start, and its ingredients. Cells are numbered row by row.
///
/// As text, one character per cell: `W` counter, `X` goal, `P` pot, `R` recipe indicator, `L` button that shows the recipe,
/// `B` plate pile, `0` to `9` piles of ingredients (`O` is `0`), space floor, and floor where cooks start: `a` to `d` by name,
/// or `A` in the order of reading.
public struct OvercookedV2Kitchen: Sendable, Hashable {
  public enum Cell: Sendable, Hashable {
    case floor, counter, goal, pot, indicator, button, platePile
    case pile(Int)

    /// `OVERCOOKED_V2_FLOOR` and so on.
    var number: UInt32 {
      switch self {
      case .floor: OVERCOOKED_V2_FLOOR
      case .counter: OVERCOOKED_V2_COUNTER
      case .goal: OVERCOOKED_V2_GOAL
      case .pot: OVERCOOKED_V2_POT
      case .indicator: OVERCOOKED_V2_INDICATOR
      case .button: OVERCOOKED_V2_BUTTON
      case .platePile: OVERCOOKED_V2_PLATE_PILE
      case .pile(let ingredient): OVERCOOKED_V2_PILE + UInt32(ingredient)
      }
    }

    public var character: Character {
      switch self {
      case .floor: " "
      case .counter: "W"
      case .goal: "X"
      case .pot: "P"
      case .indicator: "R"
      case .button: "L"
      case .platePile: "B"
      case .pile(let ingredient): Character("\(ingredient)")
      }
    }

    init?(_ character: Character) {
      switch character {
      case " ", "A", "a", "b", "c", "d": self = .floor
      case "W": self = .counter
      case "X": self = .goal
      case "P": self = .pot
      case "R": self = .indicator
      case "L": self = .button
      case "B": self = .platePile
      case "O": self = .pile(0)
      case "0"..."9": self = .pile(character.wholeNumberValue!)
      default: return nil
      }
    }
  }

  public let width: Int
  public let height: Int
  /// (height * width)
  public let cells: [Cell]
  /// Cell of every cook, 1 to 4.
  public let starts: [Int]

  /// Highest number of a pile + 1.
  public var ingredientCount: Int {
    1 + cells.reduce(0) { highest, cell in if case .pile(let number) = cell { max(highest, number) } else { highest } }
  }

  /// Cells of one kind, ascending.
  public func cells(of kind: Cell) -> [Int] { cells.indices.filter { cells[$0] == kind } }
  public var counters: [Int] { cells(of: .counter) }
  public var pots: [Int] { cells(of: .pot) }
  public var buttons: [Int] { cells(of: .button) }
  public var indicators: [Int] { cells(of: .indicator) }
  public var goals: [Int] { cells(of: .goal) }

  /// What the packed state has room for.
  static let mostCells = 128
  static let mostPots = 8
  static let mostButtons = 8
  static let mostCooks = 4

  /// - Parameter rows: Rectangular and enclosed, with 1 to 4 cooks, at least one pot, goal, plate pile and pile.
  /// - Throws: `EnvironmentParameters.Invalid`, which names row and column, counted from 1.
  public init(rows: [String]) throws {
    func invalid(_ problem: String, row: Int? = nil, column: Int? = nil) -> EnvironmentParameters.Invalid {
      let place = row.map { " row \($0 + 1)" + (column.map { ", column \($0 + 1)" } ?? "") + ":" } ?? ""
      return EnvironmentParameters.Invalid("environment.grid\(place) \(problem)")
    }
    guard let first = rows.first, rows.count >= 3, first.count >= 3 else {
      throw invalid("needs at least 3 rows of at least 3 characters")
    }
    let (width, height) = (first.count, rows.count)
    guard width * height <= Self.mostCells else {
      throw invalid("has \(width) x \(height) = \(width * height) cells; at most \(Self.mostCells) are possible")
    }
    var cells: [Cell] = []
    var named: [Int: Int] = [:]
    var unnamed: [Int] = []
    for (y, row) in rows.enumerated() {
      guard row.count == width else {
        throw invalid("has \(row.count) characters, row 1 has \(width); make all rows equally long", row: y)
      }
      for (x, character) in row.enumerated() {
        guard let cell = Cell(character) else {
          throw invalid("'\(character)' is none of W X P R L B 0 to 9 O A a b c d and space", row: y, column: x)
        }
        if cell == .floor, x == 0 || y == 0 || x == width - 1 || y == height - 1 {
          throw invalid("there is floor at the border; enclose the kitchen with counters (W)", row: y, column: x)
        }
        if character == "A" { unnamed.append(cells.count) }
        if let cook = "abcd".firstIndex(of: character).map({ "abcd".distance(from: "abcd".startIndex, to: $0) }) {
          guard named[cook] == nil else {
            throw invalid("cook \(character) starts here a second time", row: y, column: x)
          }
          named[cook] = cells.count
        }
        guard unnamed.isEmpty || named.isEmpty else {
          throw invalid("'\(character)' is beside cooks of the other kind; use A or a b c d alone", row: y, column: x)
        }
        cells.append(cell)
      }
    }
    let cooks = named.count + unnamed.count
    guard 1...Self.mostCooks ~= cooks else {
      throw invalid("has \(cooks) cooks; put 1 to \(Self.mostCooks) on the floor (A, or a b c d)")
    }
    for cook in 0..<named.count where named[cook] == nil {
      throw invalid("has no cook \(Array("abcd")[cook]); name the cooks a b c d without a gap")
    }
    for (cell, letter) in [(Cell.platePile, "B"), (.pot, "P"), (.goal, "X")] where !cells.contains(cell) {
      throw invalid("has no \(letter); a kitchen needs at least one each of B, P, X and a pile (0 to 9)")
    }
    guard cells.contains(where: { $0.number >= OVERCOOKED_V2_PILE }) else {
      throw invalid("has no pile of ingredients; a kitchen needs at least one each of B, P, X and a pile (0 to 9)")
    }
    for (cell, name, most) in [(Cell.pot, "pots", Self.mostPots), (.button, "buttons", Self.mostButtons)] {
      let count = cells.count { $0 == cell }
      guard count <= most else { throw invalid("has \(count) \(name); at most \(most) are possible") }
    }
    self.width = width
    self.height = height
    self.cells = cells
    starts = unnamed + named.sorted { $0.key < $1.key }.map(\.value)
  }

  /// One string per row, with the cooks by name.
  public var rows: [String] {
    (0..<height).map { y in
      String(
        (0..<width).map { x in
          let cell = y * width + x
          return starts.firstIndex(of: cell).map { Array("abcd")[$0] } ?? cells[cell].character
        })
    }
  }

  /// The floor that is connected to a cell, ascending.
  public func room(of start: Int) -> [Int] {
    var room: Set<Int> = [start]
    var edge = [start]
    while let cell = edge.popLast() {
      for next in [cell - width, cell + width, cell - 1, cell + 1] where cells[next] == .floor {
        if room.insert(next).inserted { edge.append(next) }
      }
    }
    return room.sorted()
  }
}
