import Foundation

/// A drawing: rectangles, lines and text in pixels, y growing downwards.
public struct SVGDocument {
  public enum Anchor: String { case start, middle, end }

  public let width: Double
  public let height: Double
  private let label: String
  private var elements: [String] = []

  /// - Parameter label: what readers of the page hear instead of the drawing.
  public init(width: Double, height: Double, label: String = "") {
    self.width = width
    self.height = height
    self.label = label
    rectangle(x: 0, y: 0, width: width, height: height, fill: "#ffffff")
  }

  public mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, stroke: String? = nil, tooltip: String? = nil
  ) {
    let border = stroke.map { " stroke=\"\($0)\"" } ?? ""
    let shape =
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" fill=\"\(fill)\"\(border) "
      + "shape-rendering=\"crispEdges\""
    elements.append(tooltip.map { "\(shape)><title>\(Self.escaped($0))</title></rect>" } ?? "\(shape)/>")
  }

  /// A rectangle with round corners, for pictures.
  public mutating func tile(
    x: Double, y: Double, width: Double, height: Double, radius: Double = 4, fill: String, stroke: String? = nil,
    strokeWidth: Double = 1, dashes: String? = nil, opacity: Double = 1
  ) {
    let border = stroke.map { " stroke=\"\($0)\" stroke-width=\"\(n(strokeWidth))\"" } ?? ""
    let pattern = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    let strength = opacity < 1 ? " fill-opacity=\"\(n(opacity))\"" : ""
    elements.append(
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" rx=\"\(n(radius))\" "
        + "fill=\"\(fill)\"\(border)\(pattern)\(strength)/>")
  }

  /// A disc, for pictures.
  public mutating func disc(x: Double, y: Double, radius: Double, fill: String, stroke: String? = nil) {
    let border = stroke.map { " stroke=\"\($0)\" stroke-width=\"1.5\"" } ?? ""
    elements.append("<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"\(border)/>")
  }

  /// Many rectangles of one height and colour in one element, which is a tenth as long as an element for each.
  public mutating func rectangles(_ places: [(x: Double, y: Double, width: Double)], height: Double, fill: String) {
    let path = places.map { "M\(n($0.x)) \(n($0.y))h\(n($0.width))v\(n(height))h\(n(-$0.width))z" }.joined()
    elements.append("<path d=\"\(path)\" fill=\"\(fill)\" shape-rendering=\"crispEdges\"/>")
  }

  public mutating func line(
    _ points: [(x: Double, y: Double)], stroke: String, width: Double = 1, dashes: String? = nil, opacity: Double = 1
  ) {
    let pattern = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    let strength = opacity < 1 ? " stroke-opacity=\"\(n(opacity))\"" : ""
    elements.append(
      "<polyline points=\"\(list(points))\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(n(width))\""
        + "\(pattern)\(strength)/>")
  }

  public mutating func polygon(
    _ points: [(x: Double, y: Double)], fill: String, opacity: Double = 1, stroke: String? = nil
  ) {
    let strength = opacity < 1 ? " fill-opacity=\"\(n(opacity))\"" : ""
    let border = stroke.map { " stroke=\"\($0)\" stroke-width=\"1.5\"" } ?? ""
    elements.append("<polygon points=\"\(list(points))\" fill=\"\(fill)\"\(strength)\(border)/>")
  }

  /// A dot of a curve.
  public mutating func marker(
    _ marker: LinePlot.Marker, x: Double, y: Double, radius: Double, color: String, isHollow: Bool = false,
    opacity: Double = 1
  ) {
    let (fill, stroke) = (isHollow ? "#ffffff" : color, isHollow ? color : nil)
    func shape(_ corners: [(Double, Double)]) {
      let points = corners.map { (x: x + $0.0 * radius, y: y + $0.1 * radius) }
      polygon(points, fill: fill, opacity: opacity, stroke: stroke)
    }
    switch marker {
    case .circle:
      let strength = opacity < 1 ? " fill-opacity=\"\(n(opacity))\"" : ""
      let border = stroke.map { " stroke=\"\($0)\" stroke-width=\"1.5\"" } ?? ""
      elements.append("<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"\(strength)\(border)/>")
    case .square: shape([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .triangle: shape([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)])
    case .diamond: shape([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .cross:
      shape([
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2),
        (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
      ])
    }
  }

  /// Text whose vertical middle is at `y`, turned by `rotation` degrees around (x, y).
  public mutating func text(
    _ content: String, x: Double, y: Double, size: Double, anchor: Anchor = .start, fill: String = "#222222",
    rotation: Double = 0, bold: Bool = false
  ) {
    let turn = rotation == 0 ? "" : " transform=\"rotate(\(n(rotation)) \(n(x)) \(n(y)))\""
    let weight = bold ? " font-weight=\"bold\"" : ""
    elements.append(
      "<text x=\"\(n(x))\" y=\"\(n(y))\" dy=\"0.35em\" font-size=\"\(n(size))\" text-anchor=\"\(anchor.rawValue)\" "
        + "fill=\"\(fill)\"\(weight)\(turn)>\(Self.escaped(content))</text>")
  }

  public var source: String {
    let role = label.isEmpty ? "" : " role=\"img\" aria-label=\"\(Self.escaped(label))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
      viewBox="0 0 \(n(width)) \(n(height))" class="scheme" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif"\(role)>
      <style>\(DarkScheme.style)</style>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  /// About as wide as a text of this size is in a wide sans-serif type.
  public static func textWidth(_ text: String, size: Double) -> Double { Double(text.count) * size * 0.6 }

  /// Lines no wider than `width`, broken at spaces, and inside a word that is wider than a line.
  public static func wrapped(_ text: String, width: Double, size: Double) -> [String] {
    let most = max(4, Int(width / textWidth("x", size: size)))
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      var word = Substring(word)
      if !line.isEmpty, line.count + 1 + word.count > most {
        lines.append(line)
        line = ""
      }
      while word.count > most {
        lines.append(String(word.prefix(most)))
        word = word.dropFirst(most)
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// As the content of an element or attribute; control characters, which XML does not allow, are left out.
  public static func escaped(_ text: String) -> String {
    text.filter { !($0.isASCII && $0 < " " && $0 != "\n" && $0 != "\t") }
      .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private func list(_ points: [(x: Double, y: Double)]) -> String {
    points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
  }

  /// With at most two decimals.
  private func n(_ number: Double) -> String {
    // What is not a number, or beyond any page, is at its edge.
    let hundredths = number.isNaN ? 0 : Int((min(max(number, -1e9), 1e9) * 100).rounded())
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    let tens = rest / 10
    return rest % 10 == 0 ? "\(sign)\(whole).\(tens)" : "\(sign)\(whole).\(tens)\(rest % 10)"
  }
}
