import Foundation

/// Reads `metrics.jsonl` line by line, in pieces of a few MB: a file of a million lines takes seconds and no memory.
///
/// Tolerant: keys that it does not know are passed over, a last line that was cut short is left out, and so is a line
/// that is not an object with `run`, `update` and `env_steps`; `Count` says how many there were.
public struct MetricsReader {
  /// One update of one run, or several.
  public struct Line {
    public var run = 0
    public var update = 0
    /// How many updates, up to `update`, the line is about.
    public var updates = 1
    public var envSteps = 0
    public var episodes = 0
    /// In the order of the reader's keys; not a number where the line has none or null.
    public var values: [Double]
    /// The line's bytes in the file, with the line feed at its end.
    public var bytes: Range<Int> = 0..<0
  }

  /// What a file held.
  public struct Count: Sendable, Hashable, Codable {
    public var lines = 0
    /// Lines that are not metrics, and the number of the first, from 1.
    public var invalidLines = 0
    public var firstInvalidLine: Int?
    /// Whether the last line had no end and was left out.
    public var endsInsideLine = false

    public init() {}

    enum CodingKeys: String, CodingKey {
      case lines
      case invalidLines = "invalid_lines"
      case firstInvalidLine = "first_invalid_line"
      case endsInsideLine = "ends_inside_line"
    }
  }

  private let path: String
  private let scanner: MetricsScanner
  private let pieceSize: Int

  /// - Parameter keys: What to read beside the places of a line, `outcomes.NAME` for an outcome.
  public init(_ path: String, keys: [String]) { self.init(path, keys: keys, pieceSize: 1 << 22) }

  /// - Parameter pieceSize: Bytes read at a time.
  init(_ path: String, keys: [String], pieceSize: Int) {
    self.path = path
    self.pieceSize = pieceSize
    scanner = MetricsScanner(keys: keys)
  }

  /// Hands over every line of metrics, in the order of the file.
  ///
  /// - Parameter foreign: Gets the bytes of every line that is none.
  /// - Throws: `MetricsWriter.Failure` where the file cannot be read; what `body` and `foreign` throw.
  public func read(
    _ body: (Line) throws -> Void, foreign: (_ bytes: Range<Int>) throws -> Void = { _ in }
  ) throws -> Count {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw MetricsWriter.Failure(path, "cannot be read")
    }
    defer { try? handle.close() }
    var count = Count()
    var number = 0
    /// Bytes of the file before `rest`.
    var passed = 0
    var rest: [UInt8] = []
    var line = Line(values: [])
    while let piece = try handle.read(upToCount: pieceSize), !piece.isEmpty {
      let bytes = rest + piece
      let used = try bytes.withUnsafeBufferPointer { bytes in
        var start = 0
        while let end = Self.endOfLine(bytes, from: start) {
          number += 1
          if scanner.scan(bytes, start..<end, into: &line) {
            count.lines += 1
            line.bytes = passed + start..<passed + end + 1
            try body(line)
          } else {
            count.invalidLines += 1
            count.firstInvalidLine = count.firstInvalidLine ?? number
            try foreign(passed + start..<passed + end + 1)
          }
          start = end + 1
        }
        return start
      }
      rest = Array(bytes[used...])
      passed += used
    }
    count.endsInsideLine = !rest.isEmpty
    return count
  }

  private static func endOfLine(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count else { return nil }
    let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
    return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
  }
}

/// The JSON of one line, read in place: only the numbers that are wanted are converted.
private struct MetricsScanner {
  private static let places = ["run", "update", "env_steps", "episodes", "updates"].map { Array($0.utf8) }
  private let keys: [[UInt8]]
  private let outcomeKeys: [(place: Int, name: [UInt8])]
  private static let outcomes = Array("outcomes".utf8)

  init(keys: [String]) {
    let prefix = "outcomes."
    self.keys = keys.map { $0.hasPrefix(prefix) ? [] : Array($0.utf8) }
    outcomeKeys = keys.enumerated().filter { $0.element.hasPrefix(prefix) }.map { place, key in
      (place, Array(key.dropFirst(prefix.count).utf8))
    }
  }

  /// - Returns: Whether `range` is an object with the numbers that every line has.
  func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into line: inout MetricsReader.Line) -> Bool {
    line = MetricsReader.Line(values: Array(repeating: .nan, count: keys.count))
    var cursor = Cursor(bytes: bytes, position: range.lowerBound, end: range.upperBound)
    var found = 0
    let isObject = cursor.object { cursor, key in
      if let place = Self.places.firstIndex(where: { cursor.equal(key, $0) }) {
        // Counts that no training reaches, and that many sums of them cannot overflow.
        guard let value = cursor.number(), (0...0x1p53).contains(value), place < 3 || value <= 0x1p40,
          let whole = Int(exactly: value)
        else { return false }
        switch place {
        case 0: line.run = whole
        case 1: line.update = whole
        case 2: line.envSteps = whole
        case 3: line.episodes = whole
        default: line.updates = max(1, whole)
        }
        if place < 3 { found |= 1 << place }
        return true
      }
      if let place = keys.firstIndex(where: { !$0.isEmpty && cursor.equal(key, $0) }) {
        guard let value = cursor.numberOrNull() else { return false }
        line.values[place] = value
        return true
      }
      guard cursor.equal(key, Self.outcomes), cursor.peek == UInt8(ascii: "{") else { return cursor.skipValue() }
      return cursor.object { cursor, name in
        guard let outcome = outcomeKeys.first(where: { cursor.equal(name, $0.name) }) else { return cursor.skipValue() }
        guard let value = cursor.numberOrNull() else { return false }
        line.values[outcome.place] = value
        return true
      }
    }
    cursor.skipSpace()
    line.updates = min(line.updates, max(1, line.update))
    return isObject && cursor.position == cursor.end && found == 0b111
  }
}

/// A place in a line of JSON.
private struct Cursor {
  let bytes: UnsafeBufferPointer<UInt8>
  var position: Int
  let end: Int
  /// Values inside values around the place.
  private var depth = 0
  /// Far more than a line of metrics has; deeper ones would use up the stack.
  private static let mostDepth = 32

  init(bytes: UnsafeBufferPointer<UInt8>, position: Int, end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  var peek: UInt8? { position < end ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  func equal(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    range.count == text.count && memcmp(bytes.baseAddress! + range.lowerBound, text, text.count) == 0
  }

  /// The bytes between quotes.
  mutating func string() -> Range<Int>? {
    guard take("\"") else { return nil }
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
    guard position < end else { return nil }
    position += 1
    return start..<position - 1
  }

  /// `entry` reads the value behind each key; false where the text is no object or `entry` says so.
  mutating func object(_ entry: (inout Cursor, Range<Int>) -> Bool) -> Bool {
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

  /// The byte after the line is a line feed, which ends a number.
  mutating func number() -> Double? {
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

  /// Not a number for null, and beyond what float32 holds.
  mutating func numberOrNull() -> Double? {
    if takeWord("null") { return .nan }
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

  mutating func skipValue() -> Bool {
    switch peek {
    case UInt8(ascii: "\""): return string() != nil
    case UInt8(ascii: "{"): return object { cursor, _ in cursor.skipValue() }
    case UInt8(ascii: "["):
      guard take("["), depth < Self.mostDepth else { return false }
      if take("]") { return true }
      depth += 1
      defer { depth -= 1 }
      repeat {
        skipSpace()
        guard skipValue() else { return false }
      } while take(",")
      return take("]")
    default: return takeWord("true") || takeWord("false") || numberOrNull() != nil
    }
  }
}
