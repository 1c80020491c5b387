import Foundation

/// Damages files at random: bytes, words, numbers, pieces of other files. The same seed gives the same files.
public struct Mutator {
  private var state: UInt64
  /// What readers are known to trip over.
  private static let words = [
    "0", "-1", "1e308", "-1e308", "1e-400", "nan", "inf", "null", "true", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "4294967296", "2147483648", "1000000000000", "\"\"", "[]", "{}", "[[[[", "{\"a\":", "\u{0}",
    "\n", "\r\n", " ", ":", ",", "*", "&a", "<<", "%", "\u{FEFF}", "\u{1F600}", "//", "#", "'", "\"",
  ].map { Array($0.utf8) }

  public init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// A few damages to one of `seeds`, which are not empty; at most `limit` bytes.
  public mutating func damage(_ seeds: [Data], limit: Int = 1 << 16) -> Data {
    var bytes = [UInt8](seeds[below(seeds.count)])
    for _ in 0...below(4) { damageOnce(&bytes, seeds) }
    return Data(bytes.prefix(limit))
  }

  private mutating func damageOnce(_ bytes: inout [UInt8], _ seeds: [Data]) {
    let place = below(bytes.count + 1)
    let end = min(bytes.count, place + 1 + below(16))
    switch below(8) {
    case 0 where !bytes.isEmpty: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
    case 1 where !bytes.isEmpty: bytes[below(bytes.count)] = UInt8(below(256))
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4: bytes.insert(contentsOf: Self.words[below(Self.words.count)], at: place)
    case 5:
      let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
      guard !digits.isEmpty else { return }
      let first = digits[below(digits.count)]
      let last = bytes[first...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
      bytes.replaceSubrange(first..<last, with: Self.words[below(Self.words.count)])
    case 6:
      let other = [UInt8](seeds[below(seeds.count)])
      let start = below(other.count + 1)
      bytes.replaceSubrange(place..<end, with: other[start..<min(other.count, start + 1 + below(64))])
    default: bytes.removeLast(min(bytes.count, below(bytes.count + 1)))
    }
  }
}
