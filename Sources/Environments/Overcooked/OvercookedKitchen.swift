import CShaders

/// A kitchen: what stands where and where the cooks start. Cells are numbered row by row.
///
/// As text, one character per cell: `W` counter, `O` onion pile, `B` plate pile, `P` pot, `X` goal, space floor, `0` and
/// `1` floor where a cook starts.
public struct OvercookedKitchen: Sendable, Hashable {
  public enum Cell: UInt32, Sendable, CaseIterable {
    case floor = 0  // OVERCOOKED_FLOOR and so on
    case counter, onionPile, platePile, pot, goal

    /// The channel of the observation that shows this kind of cell.
    var staticChannel: Int? {
      switch self {
      case .floor: nil
      case .counter: Int(OVERCOOKED_COUNTER_CHANNEL)
      case .onionPile: Int(OVERCOOKED_ONION_PILE_CHANNEL)
      case .platePile: Int(OVERCOOKED_PLATE_PILE_CHANNEL)
      case .pot: Int(OVERCOOKED_POT_CHANNEL)
      case .goal: Int(OVERCOOKED_GOAL_CHANNEL)
      }
    }
  }

  public let width: Int
  public let height: Int
  /// (height * width)
  public let cells: [Cell]
  /// Cells of cook 0 and cook 1.
  public let starts: [Int]

  /// Cells of the pots, ascending.
  public var pots: [Int] { cells.indices.filter { cells[$0] == .pot } }
  public var floorCount: Int { cells.count { $0 == .floor } }

  /// What the packed state has room for.
  static let mostCells = 128
  static let mostPots = 8

  /// - Parameter rows: Rectangular, enclosed, with both cooks and at least one of every station.
  /// - Throws: `EnvironmentParameters.Invalid`, which names row and column, counted from 1.
  public init(rows: [String]) throws {
    func invalid(_ problem: String, row: Int? = nil, column: Int? = nil) -> EnvironmentParameters.Invalid {
      let place = row.map { " row \($0 + 1)" + (column.map { ", column \($0 + 1)" } ?? "") + ":" } ?? ""
      return EnvironmentParameters.Invalid("environment.grid\(place) \(problem)")
    }
    guard let first = rows.first, rows.count >= 3, first.count >= 3 else {
      throw invalid("needs at least 3 rows of at least 3 characters")
    }
    width = first.count
    height = rows.count
    guard width * height <= Self.mostCells else {
      throw invalid("has \(width) x \(height) = \(width * height) cells; at most \(Self.mostCells) are possible")
    }
    var cells: [Cell] = []
    var starts: [Int?] = [nil, nil]
    for (y, row) in rows.enumerated() {
      guard row.count == width else {
        throw invalid("has \(row.count) characters, row 1 has \(width); make all rows equally long", row: y)
      }
      for (x, character) in row.enumerated() {
        guard let cell = Self.cell(of: character) else {
          throw invalid("'\(character)' is none of W O B P X 0 1 and space", row: y, column: x)
        }
        if cell == .floor, x == 0 || y == 0 || x == width - 1 || y == height - 1 {
          throw invalid("there is floor at the border; enclose the kitchen with counters (W)", row: y, column: x)
        }
        if let cook = character.wholeNumberValue {
          guard starts[cook] == nil else {
            throw invalid("cook \(cook) starts here a second time", row: y, column: x)
          }
          starts[cook] = cells.count
        }
        cells.append(cell)
      }
    }
    guard let cook0 = starts[0], let cook1 = starts[1] else {
      throw invalid("has no start cell for cook \(starts[0] == nil ? 0 : 1); put a 0 and a 1 on the floor")
    }
    for (cell, letter) in [(Cell.onionPile, "O"), (.platePile, "B"), (.pot, "P"), (.goal, "X")]
    where !cells.contains(cell) {
      throw invalid("has no \(letter); a kitchen needs at least one each of O, B, P and X")
    }
    let pots = cells.count { $0 == .pot }
    guard pots <= Self.mostPots else { throw invalid("has \(pots) pots; at most \(Self.mostPots) are possible") }
    self.cells = cells
    self.starts = [cook0, cook1]
  }

  private init(_ other: OvercookedKitchen, starts: [Int]) {
    width = other.width
    height = other.height
    cells = other.cells
    self.starts = starts
  }

  /// The same kitchen with other start cells, each [x, y].
  func starting(at places: [[Int]]) -> OvercookedKitchen {
    OvercookedKitchen(self, starts: places.map { $0[1] * width + $0[0] })
  }

  private static func cell(of character: Character) -> Cell? {
    switch character {
    case " ", "0", "1": .floor
    case "W": .counter
    case "O": .onionPile
    case "B": .platePile
    case "P": .pot
    case "X": .goal
    default: nil
    }
  }

  /// The character of a cell without its cook.
  public func character(of cell: Int) -> Character {
    switch cells[cell] {
    case .floor: " "
    case .counter: "W"
    case .onionPile: "O"
    case .platePile: "B"
    case .pot: "P"
    case .goal: "X"
    }
  }

  /// One string per row, with the cooks.
  public var rows: [String] {
    (0..<height).map { y in
      String(
        (0..<width).map { x in
          let cell = y * width + x
          return starts.firstIndex(of: cell).map { $0 == 0 ? "0" : "1" } ?? character(of: cell)
        })
    }
  }
}
