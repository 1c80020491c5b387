/// Numbers for values such that equal values, up to rounding, have equal numbers: what symmetries compare.
enum ValueClasses {
  static let tolerance = 1e-9

  /// The class of every value: values closer than the tolerance to their neighbour in size are in one class.
  static func of(_ values: [Double]) -> [Int] {
    let sorted = values.indices.sorted { values[$0] < values[$1] }
    var classes = [Int](repeating: 0, count: values.count)
    var current = 0
    for (place, index) in sorted.enumerated() {
      if place > 0, values[index] - values[sorted[place - 1]] > tolerance { current += 1 }
      classes[index] = current
    }
    return classes
  }

  /// The class of every list: lists with the same entries are in one class.
  static func of(_ lists: [[Int]]) -> [Int] {
    var numbers: [[Int]: Int] = [:]
    return lists.map { list in
      let number = numbers[list] ?? numbers.count
      numbers[list] = number
      return number
    }
  }
}
