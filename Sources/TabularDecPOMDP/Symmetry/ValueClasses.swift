/// Numbers for values such that equal values, up to rounding, have equal numbers: what symmetries compare.
enum ValueClasses {
  static let tolerance = 1e-9

  /// The class of every value, numbered from the smallest value on: values closer than the tolerance to their neighbour in
  /// size are in one class.
  ///
  /// - Parameter zeroIsApart: Nothing but 0 is in the class of 0: what is impossible stays so, however rare other things are.
  static func of(_ values: [Double], zeroIsApart: Bool = false) -> [Int32] {
    var classes: [Double: Int32] = [:]
    for value in values { classes[value] = 0 }
    var current: Int32 = 0
    var before: Double?
    for value in classes.keys.sorted() {
      if let before {
        let isApart = value - before > tolerance || (zeroIsApart && (value == 0 || before == 0))
        if isApart { current += 1 }
      }
      classes[value] = current
      before = value
    }
    return values.map { classes[$0] ?? 0 }
  }

  /// The class of which there are most, the first of them where several are equally frequent.
  static func mostFrequent(_ classes: [Int32]) -> Int32 {
    var counts = [Int](repeating: 0, count: Int(classes.max() ?? -1) + 1)
    for number in classes { counts[Int(number)] += 1 }
    return Int32(counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0)
  }
}
