import Foundation

/// Viridis: even steps of lightness, readable with any kind of colour vision and in grey; between nine anchors.
public enum ColorMap {
  private static let anchors: [SIMD3<Double>] = [
    SIMD3(68, 1, 84), SIMD3(71, 45, 123), SIMD3(59, 82, 139), SIMD3(44, 114, 142), SIMD3(33, 145, 140),
    SIMD3(40, 174, 128), SIMD3(94, 201, 98), SIMD3(173, 220, 48), SIMD3(253, 231, 37),
  ]

  /// The colour of a value from 0 to 1, as #rrggbb.
  public static func color(_ value: Double) -> String {
    let color = rgb(value)
    return String(format: "#%02x%02x%02x", Int(color.x.rounded()), Int(color.y.rounded()), Int(color.z.rounded()))
  }

  /// Black or white, whichever can be read on the colour of the value.
  public static func textColor(on value: Double) -> String {
    let color = rgb(value)
    return 0.299 * color.x + 0.587 * color.y + 0.114 * color.z > 140 ? "#000000" : "#ffffff"
  }

  private static func rgb(_ value: Double) -> SIMD3<Double> {
    let position = min(max(value, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(position), anchors.count - 2)
    let fraction = position - Double(index)
    return anchors[index] * (1 - fraction) + anchors[index + 1] * fraction
  }
}
