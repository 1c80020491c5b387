import Figures

// A game of Hanabi as a drawing: tokens, fireworks, every hand with what its player knows, discards, the last move.
extension HanabiState {
  private static let cardColors = ["#c62828", "#f2c200", "#2e8b57", "#f1f1ee", "#1f62b5", "#8e44ad"]
  private static let inks = ["#ffffff", "#000000", "#ffffff", "#000000", "#ffffff", "#ffffff"]
  private static let cardWidth = 46.0
  private static let cardHeight = 62.0

  /// - Parameter viewer: The seat whose cards are shown from behind; nil for all cards from the front.
  func picture(for viewer: Int?) -> String {
    let knowledgeWidth = max(64, 14 + 9 * Double(parameters.colors + parameters.ranks))
    let slotWidth = max(Self.cardWidth + 12, knowledgeWidth)
    let handWidth = 110 + Double(parameters.handSize) * slotWidth
    let width = max(560, handWidth + 12, 110 + Double(parameters.colors) * (Self.cardWidth + 10))
    let handTop = 148.0
    let handHeight = Self.cardHeight + 40
    let discardTop = handTop + Double(parameters.players) * handHeight + 6
    let perRow = max(1, Int((width - 120) / 30))
    let discardRows = max(1, (discards.count + perRow - 1) / perRow)
    var svg = SVGDocument(
      width: width, height: discardTop + Double(discardRows) * 30 + 40, label: viewer.map { text(for: $0) } ?? rendered)
    drawTokens(&svg)
    drawFireworks(&svg)
    for player in hands.indices {
      let y = handTop + Double(player) * handHeight
      let isOnTurn = player == seat && !ended
      if isOnTurn { svg.polygon([(8, y + 20), (8, y + 36), (20, y + 28)], fill: "#0072b2") }
      svg.text(player == viewer ? "you" : "player \(player)", x: 26, y: y + 28, size: 14, bold: isOnTurn)
      if isOnTurn { svg.text("on turn", x: 26, y: y + 46, size: 12, fill: "#777777") }
      for (number, slot) in hands[player].enumerated() {
        let x = 110 + Double(number) * slotWidth
        guard let card = slot.card else {
          svg.tile(
            x: x, y: y, width: Self.cardWidth, height: Self.cardHeight, radius: 6, fill: "none", stroke: "#888888",
            dashes: "4 4")
          continue
        }
        draw(player == viewer ? nil : card, x: x, y: y, &svg)
        drawKnowledge(slot, x: x, y: y + Self.cardHeight + 12, &svg)
      }
    }
    svg.text("discards", x: 12, y: discardTop + 13, size: 14)
    let sorted = discards.sorted { ($0.color, $0.rank) < ($1.color, $1.rank) }
    for (number, card) in sorted.enumerated() {
      let (row, column) = number.quotientAndRemainder(dividingBy: perRow)
      drawSmall(card, x: 110 + Double(column) * 30, y: discardTop + Double(row) * 30, &svg)
    }
    if discards.isEmpty { svg.text("none", x: 110, y: discardTop + 13, size: 14, fill: "#777777") }
    if let lastMove {
      svg.text(
        "last: \(text(lastMove))", x: 12, y: discardTop + Double(discardRows) * 30 + 22, size: 14, fill: "#444444")
    }
    return svg.source
  }

  private func drawTokens(_ svg: inout SVGDocument) {
    func row(_ title: String, _ left: Int, of all: Int, x: Double, color: String) {
      svg.text("\(title) \(left)/\(all)", x: x, y: 16, size: 14)
      for token in 0..<all {
        svg.disc(
          x: x + 7 + Double(token) * 17, y: 38, radius: 6, fill: token < left ? color : "#ffffff", stroke: color)
      }
    }
    row("information", information, of: parameters.informationTokens, x: 12, color: "#0072b2")
    let lives = 12 + max(130, Double(parameters.informationTokens) * 17 + 26)
    row("lives", self.lives, of: parameters.lifeTokens, x: lives, color: "#d55e00")
    let rest = lives + max(90, Double(parameters.lifeTokens) * 17 + 30)
    svg.text("deck \(deckLeft)", x: rest, y: 16, size: 14)
    svg.text("score \(score)/\(parameters.maximumScore)", x: rest, y: 38, size: 14, bold: true)
    svg.text("move \(step)\(ended ? ", ended" : "")", x: rest + 110, y: 16, size: 14)
  }

  private func drawFireworks(_ svg: inout SVGDocument) {
    svg.text("fireworks", x: 12, y: 96, size: 14)
    for color in 0..<parameters.colors {
      let x = 110 + Double(color) * (Self.cardWidth + 10)
      if fireworks[color] > 0 {
        draw(Card(color: color, rank: fireworks[color] - 1), x: x, y: 62, &svg)
      } else {
        svg.tile(
          x: x, y: 62, width: Self.cardWidth, height: Self.cardHeight, radius: 6, fill: "none",
          stroke: Self.cardColors[color] == "#f1f1ee" ? "#888888" : Self.cardColors[color], strokeWidth: 2,
          dashes: "4 4")
        svg.text(Self.colorName(color), x: x + Self.cardWidth / 2, y: 93, size: 15, anchor: .middle, fill: "#777777")
      }
    }
  }

  /// - Parameter card: nil for one seen from behind.
  private func draw(_ card: Card?, x: Double, y: Double, _ svg: inout SVGDocument) {
    guard let card else {
      svg.tile(
        x: x, y: y, width: Self.cardWidth, height: Self.cardHeight, radius: 6, fill: "#8a9099", stroke: "#444444",
        strokeWidth: 1.5)
      svg.text("?", x: x + Self.cardWidth / 2, y: y + 31, size: 24, anchor: .middle, fill: "#ffffff", bold: true)
      return
    }
    svg.tile(
      x: x, y: y, width: Self.cardWidth, height: Self.cardHeight, radius: 6, fill: Self.cardColors[card.color],
      stroke: "#444444", strokeWidth: 1.5)
    let ink = Self.inks[card.color]
    svg.text("\(card.rank + 1)", x: x + Self.cardWidth / 2, y: y + 26, size: 26, anchor: .middle, fill: ink, bold: true)
    svg.text(Self.colorName(card.color), x: x + Self.cardWidth / 2, y: y + 50, size: 13, anchor: .middle, fill: ink)
  }

  private func drawSmall(_ card: Card, x: Double, y: Double, _ svg: inout SVGDocument) {
    svg.tile(x: x, y: y, width: 26, height: 26, radius: 4, fill: Self.cardColors[card.color], stroke: "#444444")
    svg.text(card.name, x: x + 13, y: y + 13, size: 12, anchor: .middle, fill: Self.inks[card.color])
  }

  /// Colours as discs and ranks as numbers that are still possible as far as its player knows; bold where a hint named one.
  private func drawKnowledge(_ slot: Slot, x: Double, y: Double, _ svg: inout SVGDocument) {
    let (colors, ranks) = possible(slot)
    for (number, color) in colors.enumerated() {
      svg.disc(
        x: x + 4 + Double(number) * 9, y: y, radius: slot.hintedColor == color ? 5 : 3.5,
        fill: Self.cardColors[color], stroke: "#888888")
    }
    svg.text(
      ranks.map { "\($0 + 1)" }.joined(separator: parameters.ranks > 9 ? "," : ""), x: x + 8 + Double(colors.count) * 9,
      y: y, size: 12, fill: "#444444",
      bold: slot.hintedRank != nil)
  }
}
