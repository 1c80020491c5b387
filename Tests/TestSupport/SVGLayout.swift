import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Where the texts of a drawing stand, by their attributes and a wide type: what must hold so that all can be read.
public struct SVGLayout {
  public struct Text {
    public let content: String
    /// Corners of its box, in order.
    let corners: [SIMD2<Double>]
  }

  public let texts: [Text]
  public let width: Double
  public let height: Double
  /// What is said instead of the drawing.
  public let label: String?

  /// - Throws: for what is not well-formed XML.
  public init(_ svg: String) throws {
    // Elements do not keep their document alive.
    let document = try XMLDocument(xmlString: svg)
    defer { withExtendedLifetime(document) {} }
    let root = try #require(document.rootElement())
    func attribute(_ element: XMLElement, _ name: String) -> String? {
      element.attributes?.first { $0.name == name }?.stringValue
    }
    func number(_ element: XMLElement, _ name: String) throws -> Double {
      try #require(attribute(element, name).flatMap(Double.init), "\(name)")
    }
    width = try number(root, "width")
    height = try number(root, "height")
    label = attribute(root, "aria-label")
    let elements = (root.children ?? []).compactMap { $0 as? XMLElement }.filter { $0.name == "text" }
    texts = try elements.map { element in
      let content = element.stringValue ?? ""
      let (x, y) = (try number(element, "x"), try number(element, "y"))
      let size = try number(element, "font-size")
      let isBold = attribute(element, "font-weight") != nil
      let length = Double(content.count) * size * (isBold ? 0.6 : 0.56)
      let start =
        switch attribute(element, "text-anchor") {
        case "middle": -length / 2
        case "end": -length
        default: 0.0
        }
      let turn = attribute(element, "transform")
      let angle = turn.flatMap { Double($0.dropFirst("rotate(".count).prefix { $0 != " " }) } ?? 0
      let (cosine, sine) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
      let box = [(start, -size / 2), (start + length, -size / 2), (start + length, size / 2), (start, size / 2)]
      return Text(
        content: content,
        corners: box.map { along, across in
          SIMD2(x + along * cosine - across * sine, y + along * sine + across * cosine)
        })
    }
  }

  public var contents: [String] { texts.map(\.content) }

  /// Pairs of texts that touch, and texts that leave the drawing.
  public var problems: [String] {
    var problems: [String] = []
    for (i, text) in texts.enumerated() {
      if text.corners.contains(where: { $0.x < 0 || $0.y < 0 || $0.x > width || $0.y > height }) {
        problems.append("\"\(text.content)\" leaves the drawing")
      }
      for other in texts[(i + 1)...] where Self.overlap(text.corners, other.corners) {
        problems.append("\"\(text.content)\" touches \"\(other.content)\"")
      }
    }
    return problems
  }

  /// Two rectangles are apart where a side of one of them separates them.
  private static func overlap(_ a: [SIMD2<Double>], _ b: [SIMD2<Double>]) -> Bool {
    for corners in [a, b] {
      for (first, second) in [(0, 1), (1, 2)] {
        let axis = corners[second] - corners[first]
        func extent(_ corners: [SIMD2<Double>]) -> ClosedRange<Double> {
          let places = corners.map { ($0 * axis).sum() }
          return (places.min() ?? 0)...(places.max() ?? 0)
        }
        let (left, right) = (extent(a), extent(b))
        if left.upperBound <= right.lowerBound || right.upperBound <= left.lowerBound { return false }
      }
    }
    return true
  }
}
