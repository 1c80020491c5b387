import Figures

extension LeversState {
  private static let players = ["#1f62b5", "#c8551b", "#2e8b57", "#8e44ad", "#b58a00", "#3b8fb5", "#7a4b2a", "#5c6b73"]

  /// The levers with what they pay, and who pulled which in the round before; the cue as far as the viewer sees it.
  func picture(_ parameters: LeversParameters, for viewer: Int?) -> String {
    let (count, pitch) = (parameters.leverCount, 64.0)
    var lines: [String] = []
    let isShown = viewer == nil || round == 0
    if parameters.cue {
      lines.append(isShown ? "the cue pays in the last round" : "the cue was shown in the first round")
    }
    if case .pairs(let rows) = parameters.pay {
      lines += ["what a pair of levers pays: player 0's lever by rows, player 1's by columns"]
      lines += rows.enumerated().map { "lever \($0): " + $1.map { "\($0)" }.joined(separator: "  ") }
    }
    let width = max(Double(count) * pitch + 20, lines.map { SVGDocument.textWidth($0, size: 14) + 20 }.max() ?? 0, 300)
    let marks = Double(parameters.players) * 22
    var svg = SVGDocument(
      width: width, height: 150 + marks + Double(lines.count) * 20,
      label: viewer.map { text(for: $0, parameters) } ?? rendered(parameters))
    let ended = round >= parameters.rounds
    svg.text(
      "round \(ended ? round : round + 1) of \(parameters.rounds)\(ended ? ", ended" : "")   matched \(matched)", x: 10,
      y: 16, size: 14, bold: true)
    for lever in 0..<count {
      let x = 10 + (Double(lever) + 0.5) * pitch
      let isPulled = seesPulls(viewer, parameters) && (pulled?.contains(lever) ?? false)
      let isCue = parameters.cue && isShown && cue == lever
      svg.tile(
        x: x - 22, y: 92, width: 44, height: 16, radius: 5, fill: isCue ? "#e0b000" : "#777777", stroke: "#444444")
      let tip = isPulled ? (x: x + 16, y: 62.0) : (x: x, y: 48.0)
      svg.line([(x, 94), tip], stroke: "#444444", width: 5)
      svg.disc(x: tip.x, y: tip.y, radius: 9, fill: "#c62828", stroke: "#444444")
      svg.text("\(lever)", x: x, y: 100, size: 12, anchor: .middle, fill: "#ffffff", bold: true)
      if case .matching(let pays) = parameters.pay {
        svg.text("pays \(pays[lever])", x: x, y: 122, size: 12, anchor: .middle)
      }
    }
    if let pulled, seesPulls(viewer, parameters) {
      for (player, lever) in pulled.enumerated() {
        let (x, y) = (10 + (Double(lever) + 0.5) * pitch, 146 + Double(player) * 22)
        svg.disc(x: x, y: y, radius: 9, fill: Self.players[player % Self.players.count])
        svg.text(
          player == viewer ? "you" : "\(player)", x: x, y: y, size: player == viewer ? 8 : 11, anchor: .middle,
          fill: "#ffffff", bold: true)
      }
    }
    for (number, line) in lines.enumerated() {
      svg.text(line, x: 10, y: 144 + marks + Double(number) * 20, size: 14, fill: "#444444")
    }
    return svg.source
  }

  /// With a cue nobody is shown what was pulled.
  func seesPulls(_ viewer: Int?, _ parameters: LeversParameters) -> Bool { viewer == nil || !parameters.cue }
}
