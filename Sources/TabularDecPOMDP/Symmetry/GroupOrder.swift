/// How many elements a group has: a positive whole number of any size, for orders reach factorials.
///
/// Orders are only multiplied up, orbit by orbit, and printed; that needs no library for large numbers.
public struct GroupOrder: Hashable, Sendable, CustomStringConvertible {
  private static let base: UInt64 = 1_000_000_000
  /// Base 10^9, the least significant digit first; the last is not 0.
  private var digits: [UInt64]

  public static let one = GroupOrder(1)

  /// - Parameter value: At least 1.
  public init(_ value: Int) {
    precondition(value >= 1, "a group has at least one element")
    var (digits, rest): ([UInt64], UInt64) = ([], UInt64(value))
    while rest > 0 {
      digits.append(rest % Self.base)
      rest /= Self.base
    }
    self.digits = digits
  }

  /// - Parameter factor: From 1 to 2^32.
  public static func *= (order: inout GroupOrder, factor: Int) {
    precondition((1...1 << 32).contains(factor), "the size of an orbit")
    var carry: UInt64 = 0
    for place in order.digits.indices {
      let product = order.digits[place] * UInt64(factor) + carry
      order.digits[place] = product % base
      carry = product / base
    }
    while carry > 0 {
      order.digits.append(carry % base)
      carry /= base
    }
  }

  /// Exact up to 2^53; infinite beyond 1.8e308.
  public var rounded: Double { Double(description) ?? .infinity }

  /// All decimal digits.
  public var description: String {
    let leading = digits.last.map { "\($0)" } ?? ""
    return digits.dropLast().reversed().reduce(leading) { text, digit in
      let nine = "\(digit)"
      return text + String(repeating: "0", count: 9 - nine.count) + nine
    }
  }
}
