import Foundation

/// A place in a text of JSON that is read in place, without making anything of what is not wanted.
package struct JSONCursor {
  package let bytes: UnsafeBufferPointer<UInt8>
  package var position: Int
  package let end: Int
  /// Values inside values around the place.
  private var depth = 0
  /// Far more than a line of metrics has; deeper ones would use up the stack.
  private static let mostDepth = 32

  package init(bytes: UnsafeBufferPointer<UInt8>, position: Int, end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  package var peek: UInt8? { position < end ? bytes[position] : nil }

  package mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { position += 1 }
  }

  package mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  package func equal(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    range.count == text.count && memcmp(bytes.baseAddress! + range.lowerBound, text, text.count) == 0
  }

  /// The bytes between quotes.
  package mutating func string() -> Range<Int>? {
    guard take("\"") else { return nil }
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
    guard position < end else { return nil }
    position += 1
    return start..<position - 1
  }

  /// `entry` reads the value behind each key; false where the text is no object or `entry` says so.
  package mutating func object(_ entry: (inout JSONCursor, Range<Int>) -> Bool) -> Bool {
    guard take("{"), depth < Self.mostDepth else { return false }
    depth += 1
    defer { depth -= 1 }
    if take("}") { return true }
    repeat {
      guard let key = string(), take(":") else { return false }
      skipSpace()
      guard entry(&self, key) else { return false }
    } while take(",")
    return take("}")
  }

  /// `element` reads every value; false where the text is no array or `element` says so.
  package mutating func array(_ element: (inout JSONCursor) -> Bool) -> Bool {
    guard take("["), depth < Self.mostDepth else { return false }
    if take("]") { return true }
    depth += 1
    defer { depth -= 1 }
    repeat {
      skipSpace()
      guard element(&self) else { return false }
    } while take(",")
    return take("]")
  }

  /// A text does not end with a number: the byte behind the last one is there, and is none of a number.
  package mutating func number() -> Double? {
    guard let byte = peek, byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte), let base = bytes.baseAddress
    else { return nil }
    return (base + position).withMemoryRebound(to: CChar.self, capacity: end - position + 1) { start in
      var stop: UnsafeMutablePointer<CChar>?
      let value = strtod(start, &stop)
      guard let stop, stop > UnsafeMutablePointer(mutating: start) else { return nil }
      position += stop - UnsafeMutablePointer(mutating: start)
      return position <= end ? value : nil
    }
  }

  /// Not a number for null, and beyond what float32 holds; 1 and 0 for true and false.
  package mutating func numberOrNull() -> Double? {
    if takeWord("null") { return .nan }
    if takeWord("true") { return 1 }
    if takeWord("false") { return 0 }
    return number().map { abs($0) <= Double(Float.greatestFiniteMagnitude) ? $0 : .nan }
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= end, memcmp(bytes.baseAddress! + position, word.utf8Start, length) == 0 else {
      return false
    }
    position += length
    return true
  }

  package mutating func skipValue() -> Bool {
    switch peek {
    case UInt8(ascii: "\""): return string() != nil
    case UInt8(ascii: "{"): return object { cursor, _ in cursor.skipValue() }
    case UInt8(ascii: "["): return array { cursor in cursor.skipValue() }
    default: return numberOrNull() != nil
    }
  }
}
