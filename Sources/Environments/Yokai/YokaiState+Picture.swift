import Figures

extension YokaiState {
  private static let side = 46.0
  private static let left = 34.0
  private static let top = 66.0
  private static let colors = ["#c62828", "#2e8b57", "#1f62b5", "#e0b000"]

  /// The grid with cards, hints and the last peeks and move as a drawing.
  ///
  /// - Parameter viewer: The seat that sees the colours of its own peeks alone, as far as it remembers them; nil for all colours.
  func picture(_ parameters: YokaiParameters, for viewer: Int?) -> String {
    let size = Double(parameters.gridSize) * Self.side
    let hintsLeft = Self.left + size + 24
    var svg = SVGDocument(
      width: hintsLeft + 200, height: Self.top + max(size, Double(hints.count) * 34 + 30) + 46,
      label: viewer.map { text(for: $0, parameters) } ?? rendered(parameters))
    let lines = rendered(parameters, for: viewer).split(separator: "\n").prefix(2)
    for (number, line) in lines.enumerated() {
      svg.text(String(line), x: 10, y: 16 + Double(number) * 20, size: 14, bold: number == 0)
    }
    for place in 0..<parameters.gridSize {
      let middle = (Double(place) + 0.5) * Self.side
      svg.text("\(place)", x: Self.left + middle, y: Self.top - 10, size: 11, anchor: .middle, fill: "#777777")
      svg.text("\(place)", x: Self.left - 10, y: Self.top + middle, size: 11, anchor: .middle, fill: "#777777")
      for row in 0..<parameters.gridSize {
        svg.rectangle(
          x: Self.left + Double(place) * Self.side, y: Self.top + Double(row) * Self.side, width: Self.side,
          height: Self.side, fill: "#ffffff", stroke: "#e4e4e4")
      }
    }
    if let lastMove, let lastMoveSource {
      let (from, to) = (middle(lastMoveSource, parameters), middle(cells[lastMove.slot], parameters))
      svg.line([from, to], stroke: "#888888", width: 2.5, dashes: "5 4")
    }
    for slot in cells.indices { draw(slot, parameters, isOpen: knows(viewer, slot, parameters), &svg) }
    drawHints(&svg, x: hintsLeft, isSpectator: viewer == nil)
    if viewer != nil {
      svg.text(
        "bright cards: colours that this seat has peeked at and is shown", x: 10, y: Self.top + size + 24, size: 13,
        fill: "#444444")
    }
    return svg.source
  }

  /// Whether a viewer is shown the colour of a slot.
  func knows(_ viewer: Int?, _ slot: Int, _ parameters: YokaiParameters) -> Bool {
    guard let viewer else { return true }
    return (parameters.memory == .perfect ? seen : inView)[viewer] >> UInt32(slot) & 1 == 1
  }

  private func middle(_ cell: Int, _ parameters: YokaiParameters) -> (x: Double, y: Double) {
    let (row, column) = cell.quotientAndRemainder(dividingBy: parameters.gridSize)
    return (Self.left + (Double(column) + 0.5) * Self.side, Self.top + (Double(row) + 0.5) * Self.side)
  }

  private func draw(_ slot: Int, _ parameters: YokaiParameters, isOpen: Bool, _ svg: inout SVGDocument) {
    let (x, y) = middle(cells[slot], parameters)
    let half = Self.side / 2 - 3
    let color = Self.colors[colors[slot]]
    svg.tile(
      x: x - half, y: y - half, width: 2 * half, height: 2 * half, radius: 6, fill: isOpen ? color : "#8a9099",
      stroke: "#444444", strokeWidth: 1.2)
    let ink = isOpen && colors[slot] == 3 ? "#000000" : "#ffffff"
    svg.text("\(slot)", x: x - half + 5, y: y - half + 9, size: 11, fill: ink)
    svg.text(
      isOpen ? Self.colorName(colors[slot]) : "?", x: x, y: y + 2, size: 17, anchor: .middle, fill: ink, bold: true)
    if [firstPeek?.slot, secondPeek].contains(slot) {
      svg.tile(
        x: x - half - 2, y: y - half - 2, width: 2 * half + 4, height: 2 * half + 4, radius: 8, fill: "none",
        stroke: "#0072b2", strokeWidth: 2.5, dashes: "5 3")
    }
    if let hint = hintOnSlot[slot] { drawHint(hint, x: x - 9, y: y + half - 13, size: 12, &svg) }
  }

  /// The colours of a hint side by side, its letter before them.
  private func drawHint(_ hint: Int, x: Double, y: Double, size: Double, _ svg: inout SVGDocument) {
    let shown = (0..<4).filter { hints[hint] >> UInt32($0) & 1 == 1 }
    let width = 18 / Double(max(shown.count, 1))
    for (place, color) in shown.enumerated() {
      svg.tile(
        x: x + Double(place) * width, y: y, width: width, height: size, radius: 2, fill: Self.colors[color],
        stroke: "#ffffff")
    }
  }

  private func drawHints(_ svg: inout SVGDocument, x: Double, isSpectator: Bool) {
    svg.text("hints", x: x, y: Self.top + 8, size: 14, bold: true)
    for hint in hints.indices {
      let y = Self.top + 34 + Double(hint) * 34
      let isOpen = hint < revealed
      svg.text("\(letter(hint))", x: x, y: y, size: 14)
      if isOpen || isSpectator {
        let shown = (0..<4).filter { hints[hint] >> UInt32($0) & 1 == 1 }
        for (place, color) in shown.enumerated() {
          svg.tile(
            x: x + 20 + Double(place) * 24, y: y - 11, width: 22, height: 22, radius: 4, fill: Self.colors[color],
            stroke: "#444444", opacity: isOpen ? 1 : 0.35)
          svg.text(
            Self.colorName(color), x: x + 31 + Double(place) * 24, y: y, size: 12, anchor: .middle,
            fill: color == 3 || !isOpen ? "#000000" : "#ffffff")
        }
      } else {
        svg.tile(x: x + 20, y: y - 11, width: 22, height: 22, radius: 4, fill: "#8a9099", stroke: "#444444")
        svg.text("?", x: x + 31, y: y, size: 12, anchor: .middle, fill: "#ffffff")
      }
      let state =
        hintOnSlot.firstIndex(of: hint).map { "on card \($0)" }
        ?? (isOpen ? (hint == chosenHint ? "chosen" : "open") : "hidden")
      svg.text(state, x: x + 98, y: y, size: 12, fill: "#777777")
    }
  }
}
