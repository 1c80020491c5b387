/// Joint numbers: one digit per agent, the first agent's most significant.
struct MixedRadix: Sendable, Hashable {
  let radices: [Int]
  /// What a step of each digit adds to the number.
  let strides: [Int]

  init(_ radices: [Int]) {
    self.radices = radices
    var strides = [Int](repeating: 1, count: radices.count)
    for i in radices.indices.dropLast().reversed() { strides[i] = strides[i + 1] * radices[i + 1] }
    self.strides = strides
  }

  var count: Int { radices.reduce(1, *) }

  func digits(of number: Int) -> [Int] { radices.indices.map { number / strides[$0] % radices[$0] } }

  func digit(_ position: Int, of number: Int) -> Int { number / strides[position] % radices[position] }

  func number(_ digits: [Int]) -> Int { zip(digits, strides).reduce(0) { $0 + $1.0 * $1.1 } }
}
