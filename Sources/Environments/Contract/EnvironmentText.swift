import Figures

/// What people are shown of a game.
public protocol EnvironmentText: EnvironmentSizes {
  func actionName(_ action: Int) -> String
  /// The state as text for people who see all of it; `state` has S words.
  func render(state: [UInt32]) -> String
  /// The state as text for the person in a seat: what that seat sees and knows, and nothing else.
  func render(state: [UInt32], for seat: Int) -> String
  /// The state as a drawing (SVG): for a seat, what it sees and knows; for nil, all.
  func picture(of state: [UInt32], for seat: Int?) -> String
  /// Whether seats see less than all.
  var hidesFromSeats: Bool { get }
  /// Numbers to report that are ratios of two outcomes.
  var outcomeRatios: [OutcomeRatio] { get }
}

extension EnvironmentText {
  public var outcomeRatios: [OutcomeRatio] { [] }
  /// Nothing is hidden; games that hide something say so, and what.
  public var hidesFromSeats: Bool { false }

  public func render(state: [UInt32], for seat: Int) -> String {
    precondition(!hidesFromSeats, "a game that hides something renders what a seat sees")
    return render(state: state)
  }

  /// The text as a picture, for a game without a drawing.
  public func picture(of state: [UInt32], for seat: Int?) -> String {
    let text = seat.map { render(state: state, for: $0) } ?? render(state: state)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let width = lines.map { SVGDocument.textWidth($0, size: 14) }.max() ?? 0
    var svg = SVGDocument(width: width + 24, height: Double(lines.count) * 20 + 16, label: text)
    for (number, line) in lines.enumerated() {
      svg.text(line, x: 12, y: 18 + Double(number) * 20, size: 14)
    }
    return svg.source
  }
}
