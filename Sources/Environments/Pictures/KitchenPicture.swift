import Figures

/// A kitchen as a drawing: cells in a grid, what lies on them, cooks. Overcooked and OvercookedV2 draw with it.
struct KitchenPicture {
  static let side = 54.0
  private static let margin = 10.0
  private static let headHeight = 26.0
  /// Bodies of the cooks.
  private static let cookColors = ["#1f62b5", "#c8551b", "#2e8b57", "#8e44ad"]
  private static let ingredientColors = [
    "#d9a520", "#c0392b", "#4f9d4f", "#7d5ba6", "#d87ba8", "#3b8fb5", "#8a5a2b", "#9aa63a", "#5c6b73", "#e07b39",
  ]

  private var svg: SVGDocument
  private let width: Int
  private let height: Int

  /// - Parameters:
  ///   - title: Above the kitchen.
  ///   - notes: Below it, a line each.
  init(width: Int, height: Int, title: String, notes: [String], label: String) {
    (self.width, self.height) = (width, height)
    let textWidth = ([title] + notes).map { SVGDocument.textWidth($0, size: 14) }.max() ?? 0
    svg = SVGDocument(
      width: max(Double(width) * Self.side, textWidth) + 2 * Self.margin,
      height: Self.headHeight + Double(height) * Self.side + 2 * Self.margin + Double(notes.count) * 20, label: label)
    svg.text(title, x: Self.margin, y: 16, size: 14, bold: true)
    for (number, note) in notes.enumerated() {
      svg.text(
        note, x: Self.margin,
        y: Self.headHeight + Double(height) * Self.side + Self.margin + 14 + Double(number) * 20, size: 14,
        fill: "#444444")
    }
  }

  var source: String { svg.source }

  private func corner(_ cell: Int) -> (x: Double, y: Double) {
    let (y, x) = cell.quotientAndRemainder(dividingBy: width)
    return (Self.margin + Double(x) * Self.side, Self.headHeight + Double(y) * Self.side)
  }

  private func middle(_ cell: Int) -> (x: Double, y: Double) {
    let (x, y) = corner(cell)
    return (x + Self.side / 2, y + Self.side / 2)
  }

  enum Ground {
    case floor, counter, goal, pot, plates, indicator, button
    case ingredients(Int)
  }

  /// What a cell is.
  mutating func ground(_ cell: Int, _ ground: Ground) {
    let (x, y) = corner(cell)
    func square(_ fill: String) {
      svg.rectangle(x: x, y: y, width: Self.side, height: Self.side, fill: fill, stroke: "#9a8f7d")
    }
    func word(_ text: String, _ fill: String = "#2b2620") {
      svg.text(text, x: x + Self.side / 2, y: y + Self.side - 8, size: 10, anchor: .middle, fill: fill)
    }
    switch ground {
    case .floor: square("#f3ede1")
    case .counter: square("#c9b38c")
    case .goal:
      square("#7fb58b")
      word("serve", "#10331a")
    case .pot:
      square("#c9b38c")
      svg.disc(x: x + Self.side / 2, y: y + 24, radius: 20, fill: "#2f3338", stroke: "#14171a")
    case .plates:
      square("#c9b38c")
      for offset in [4.0, 0, -4] { plate(x: x + Self.side / 2, y: y + 22 + offset) }
      word("plates")
    case .indicator:
      square("#b9c7d8")
      word("recipe", "#1c2836")
    case .button:
      square("#b9c7d8")
      svg.disc(x: x + Self.side / 2, y: y + 22, radius: 10, fill: "#c0392b", stroke: "#5c1a13")
      word("button", "#1c2836")
    case .ingredients(let number):
      square("#b08d5b")
      for (dx, dy) in [(-10.0, 5.0), (10, 5), (0, -8)] {
        ingredient(number, x: x + Self.side / 2 + dx, y: y + 22 + dy, radius: 9)
      }
    }
  }

  private mutating func plate(x: Double, y: Double, radius: Double = 13) {
    svg.disc(x: x, y: y, radius: radius, fill: "#f7f7f5", stroke: "#8c8c86")
    svg.disc(x: x, y: y, radius: radius * 0.6, fill: "#e7e7e2")
  }

  private mutating func ingredient(_ number: Int, x: Double, y: Double, radius: Double) {
    svg.disc(
      x: x, y: y, radius: radius, fill: Self.ingredientColors[number % Self.ingredientColors.count], stroke: "#3a2e14")
    if radius >= 8 {
      svg.text("\(number)", x: x, y: y, size: radius + 2, anchor: .middle, fill: "#ffffff", bold: true)
    }
  }

  /// What lies somewhere or is held.
  enum Thing {
    case ingredient(Int)
    case plate
    /// A soup on a plate, of these ingredients.
    case dish([Int])
  }

  mutating func thing(_ thing: Thing, on cell: Int) {
    let (x, y) = middle(cell)
    draw(thing, x: x, y: y - 4, scale: 1)
  }

  private mutating func draw(_ thing: Thing, x: Double, y: Double, scale: Double) {
    switch thing {
    case .ingredient(let number): ingredient(number, x: x, y: y, radius: 11 * scale)
    case .plate: plate(x: x, y: y, radius: 14 * scale)
    case .dish(let contents):
      plate(x: x, y: y, radius: 15 * scale)
      soup(contents, x: x, y: y, radius: 11 * scale)
    }
  }

  private mutating func soup(_ contents: [Int], x: Double, y: Double, radius: Double) {
    let color = contents.first.map { Self.ingredientColors[$0 % Self.ingredientColors.count] } ?? "#d9a520"
    svg.disc(x: x, y: y, radius: radius, fill: color, stroke: "#3a2e14")
    for (place, number) in contents.prefix(3).enumerated() {
      let (dx, dy) = [(-0.42, 0.25), (0.42, 0.25), (0, -0.45)][place]
      ingredient(number, x: x + dx * radius, y: y + dy * radius, radius: radius * 0.36)
    }
  }

  /// - Parameters:
  ///   - contents: Ingredients in the pot.
  ///   - stepsLeft: While it cooks; nil before and after.
  mutating func pot(_ cell: Int, contents: [Int], stepsLeft: Int?, isReady: Bool) {
    let (x, y) = corner(cell)
    for (place, number) in contents.prefix(3).enumerated() {
      let (dx, dy) = [(-9.0, 5.0), (9, 5), (0, -9)][place]
      ingredient(number, x: x + Self.side / 2 + dx, y: y + 24 + dy, radius: 8)
    }
    let text =
      isReady ? "ready" : stepsLeft.map { "\($0) left" } ?? (contents.isEmpty ? "pot" : "\(contents.count) of 3")
    svg.text(
      text, x: x + Self.side / 2, y: y + Self.side - 6, size: 10, anchor: .middle,
      fill: isReady ? "#0a5c2c" : "#2b2620", bold: isReady)
  }

  /// The recipe as an indicator or a pressed button shows it.
  mutating func recipe(_ ingredients: [Int], on cell: Int) {
    let (x, y) = corner(cell)
    for (place, number) in ingredients.enumerated() {
      ingredient(number, x: x + 12 + 15 * Double(place), y: y + 20, radius: 8)
    }
  }

  /// - Parameters:
  ///   - dx: Where the cook looks: -1, 0 or 1, to the right.
  ///   - dy: The same, downwards.
  mutating func cook(_ number: Int, name: String, on cell: Int, dx: Double, dy: Double, holding thing: Thing?) {
    let (x, y) = middle(cell)
    // A nose in the direction of the look.
    let (px, py) = (-dy, dx)
    svg.polygon(
      [
        (x + dx * 25, y + dy * 25), (x + dx * 12 + px * 11, y + dy * 12 + py * 11),
        (x + dx * 12 - px * 11, y + dy * 12 - py * 11),
      ], fill: "#14171a")
    svg.disc(x: x, y: y, radius: 17, fill: Self.cookColors[number % Self.cookColors.count], stroke: "#14171a")
    svg.text(name, x: x - 7, y: y - 1, size: 15, anchor: .middle, fill: "#ffffff", bold: true)
    if let thing { draw(thing, x: x + 9, y: y + 9, scale: 0.85) }
  }

  /// A cell that the viewer does not see.
  mutating func unseen(_ cell: Int) {
    let (x, y) = corner(cell)
    svg.rectangle(x: x, y: y, width: Self.side, height: Self.side, fill: "#7d838a", stroke: "#6a7077")
    svg.text("?", x: x + Self.side / 2, y: y + Self.side / 2, size: 18, anchor: .middle, fill: "#d5d9dd")
  }

  /// A frame around a cell, for the viewer's own cook.
  mutating func mark(_ cell: Int) {
    let (x, y) = corner(cell)
    svg.tile(
      x: x + 2, y: y + 2, width: Self.side - 4, height: Self.side - 4, radius: 8, fill: "none", stroke: "#1f62b5",
      strokeWidth: 2.5, dashes: "6 3")
  }
}
