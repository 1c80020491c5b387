import Foundation

/// A drawing: rectangles, lines and text in pixels, y growing downwards.
public struct SVGDocument {
  public enum Anchor: String { case start, middle, end }

  public let width: Double
  public let height: Double
  private var elements: [String] = []

  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
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

  public mutating func line(
    _ points: [(x: Double, y: Double)], stroke: String, width: Double = 1, dashes: String? = nil, opacity: Double = 1
  ) {
    let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    let pattern = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    let strength = opacity < 1 ? " stroke-opacity=\"\(n(opacity))\"" : ""
    elements.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(n(width))\"\(pattern)\(strength)/>"
    )
  }

  public mutating func polygon(_ points: [(x: Double, y: Double)], fill: String, opacity: Double) {
    let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    elements.append("<polygon points=\"\(list)\" fill=\"\(fill)\" fill-opacity=\"\(n(opacity))\"/>")
  }

  public mutating func circle(x: Double, y: Double, radius: Double, fill: String, opacity: Double = 1) {
    let strength = opacity < 1 ? " fill-opacity=\"\(n(opacity))\"" : ""
    elements.append("<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"\(strength)/>")
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
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
    viewBox="0 0 \(n(width)) \(n(height))" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  /// Roughly how wide a text of this size is.
  public static func textWidth(_ text: String, size: Double) -> Double { Double(text.count) * size * 0.58 }

  public static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private func n(_ number: Double) -> String {
    let text = String(format: "%.2f", number)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }
}
