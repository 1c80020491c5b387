import CShaders

/// A kitchen: its stations and where the cooks start. Cells are numbered row by row.
///
/// As text, one character per cell, in the letters of JaxMARL or overcooked_ai (`OvercookedLetters`).
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

  /// - Parameters:
  ///   - rows: Rectangular, enclosed, with both cooks and at least one of every station.
  ///   - letters: nil for those that the rows show.
  ///   - name: What errors call the rows.
  /// - Throws: `EnvironmentParameters.Invalid`, which names row and column, counted from 1.
  public init(rows: [String], letters: OvercookedLetters? = nil, name: String = "environment.grid") throws {
    func invalid(_ problem: String, row: Int? = nil, column: Int? = nil) -> EnvironmentParameters.Invalid {
      let place = row.map { " row \($0 + 1)" + (column.map { ", column \($0 + 1)" } ?? "") + ":" } ?? ""
      return EnvironmentParameters.Invalid("\(name)\(place) \(problem)")
    }
    guard let first = rows.first, rows.count >= 3, first.count >= 3 else {
      throw invalid("needs at least 3 rows of at least 3 characters")
    }
    width = first.count
    height = rows.count
    guard width * height <= Self.mostCells else {
      throw invalid("has \(width) x \(height) = \(width * height) cells; at most \(Self.mostCells) are possible")
    }
    let letters = letters ?? rows.joined().lazy.compactMap { OvercookedLetters.owner(of: $0) }.first ?? .jaxmarl
    var cells: [Cell] = []
    var starts: [Int?] = [nil, nil]
    for (y, row) in rows.enumerated() {
      guard row.count == width else {
        throw invalid("has \(row.count) characters, row 1 has \(width); make all rows equally long", row: y)
      }
      for (x, character) in row.enumerated() {
        guard let cell = letters.cell(of: character) else {
          throw invalid(Self.problem(with: character, letters), row: y, column: x)
        }
        if cell == .floor, x == 0 || y == 0 || x == width - 1 || y == height - 1 {
          let counter = letters.letter(of: .counter)
          throw invalid(
            "there is floor at the border; enclose the kitchen with counters (\(counter))", row: y, column: x)
        }
        if let cook = letters.cooks.firstIndex(of: character) {
          guard starts[cook] == nil else {
            throw invalid("cook \(character) starts here a second time", row: y, column: x)
          }
          starts[cook] = cells.count
        }
        cells.append(cell)
      }
    }
    guard let cook0 = starts[0], let cook1 = starts[1] else {
      throw invalid(
        "has no start cell for cook \(letters.cooks[starts[0] == nil ? 0 : 1]); put a \(letters.cooks[0]) and a "
          + "\(letters.cooks[1]) on the floor")
    }
    let stations: [Cell] = [.onionPile, .platePile, .pot, .goal]
    for station in stations where !cells.contains(station) {
      let needed = stations.map { String(letters.letter(of: $0)) }
      throw invalid(
        "has no \(letters.letter(of: station)); a kitchen needs at least one each of "
          + "\(needed.dropLast().joined(separator: ", ")) and \(needed[3])")
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

  /// What to say of a character that is none of the letters.
  private static func problem(with character: Character, _ letters: OvercookedLetters) -> String {
    switch OvercookedLetters.owner(of: character) {
    case .overcookedAI where character == "T":
      "'T' is a tomato pile; there are only onions here, put an O or a counter in its place"
    case .overcookedAI where letters == .overcookedAI: "'\(character)' is a third cook; there are two here, 1 and 2"
    case .some(let owner) where owner != letters:
      "'\(character)' is a letter of \(owner.name), but the kitchen is written in those of \(letters.name) "
        + "(\(letters.list)); use either"
    default: "'\(character)' is none of \(letters.list)"
    }
  }

  /// Stations that no cook gets to, ascending.
  ///
  /// - Parameter startsAnywhere: Cooks may start on any floor.
  func unreachableStations(startsAnywhere: Bool) -> [Int] {
    func neighbours(_ cell: Int) -> [Int] {
      let (y, x) = cell.quotientAndRemainder(dividingBy: width)
      return [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].compactMap { x, y in
        (0..<width).contains(x) && (0..<height).contains(y) ? y * width + x : nil
      }
    }
    var open = startsAnywhere ? cells.indices.filter { cells[$0] == .floor } : starts
    var reached = Set(open)
    while let cell = open.popLast() {
      for next in neighbours(cell) where cells[next] == .floor && reached.insert(next).inserted { open.append(next) }
    }
    return cells.indices.filter { cell in
      cells[cell] != .floor && cells[cell] != .counter && !neighbours(cell).contains(where: reached.contains)
    }
  }

  /// The character of a cell without its cook, in JaxMARL's letters.
  public func character(of cell: Int) -> Character { OvercookedLetters.jaxmarl.letter(of: cells[cell]) }

  /// One string per row, with the cooks, in JaxMARL's letters.
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
