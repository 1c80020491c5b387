import Foundation

/// How values become places along an axis.
public enum AxisScale: Sendable, Hashable {
  case linear
  case logarithmic
  /// Logarithmic above 0; 0 itself is placed left of a break.
  case logarithmicWithZero
  /// Equal distances in rising order, for names and for values that would touch on any numeric axis.
  case ranks

  /// What shows these values apart: logarithmic where they span decades, linear where that is even enough, else ranks.
  public static func fitting(_ values: [Double]) -> AxisScale {
    let distinct = Set(values).sorted()
    guard let first = distinct.first, let last = distinct.last, first < last else { return .ranks }
    var scale = AxisScale.linear
    if let smallest = distinct.first(where: { $0 > 0 }), first >= 0, last / smallest >= 8 {
      scale = first == 0 ? .logarithmicWithZero : .logarithmic
    }
    let places = distinct.map { scale.place(of: $0, among: distinct) }
    return zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 0.045 } ? scale : .ranks
  }

  /// Where the part above the break begins.
  static let zeroShare = 0.14

  /// From 0 for the first to 1 for the last of `values`, which rise.
  func place(of value: Double, among values: [Double]) -> Double {
    guard let first = values.first, let last = values.last, first < last else { return 0.5 }
    func part(_ scaled: (Double) -> Double, from low: Double) -> Double {
      scaled(last) > scaled(low) ? (scaled(value) - scaled(low)) / (scaled(last) - scaled(low)) : 1
    }
    switch self {
    case .linear: return part({ $0 }, from: first)
    case .logarithmic: return part(log, from: first)
    case .logarithmicWithZero:
      guard value > 0, let smallest = values.first(where: { $0 > 0 }) else { return 0 }
      return Self.zeroShare + (1 - Self.zeroShare) * part(log, from: smallest)
    case .ranks:
      let rank = values.firstIndex { $0 >= value } ?? values.count - 1
      return Double(rank) / Double(values.count - 1)
    }
  }

  /// What an axis title adds.
  var remark: String {
    switch self {
    case .linear: ""
    case .logarithmic: " (logarithmic)"
    case .logarithmicWithZero: " (logarithmic, 0 apart)"
    case .ranks: ""
    }
  }
}
