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

  /// - Parameters:
  ///   - keys: What to read beside the places of a line, `outcomes.NAME` for an outcome; true counts as 1.
  ///   - pieceSize: Bytes read at a time.
  public init(_ path: String, keys: [String], pieceSize: Int = 1 << 22) {
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
    try read(
      from: 0,
      { line in
        try body(line)
        return true
      }, foreign: foreign
    ).count
  }

  /// Hands over the lines that begin at a place of the file or behind it, in order.
  ///
  /// - Parameters:
  ///   - start: In bytes; a line that it is inside of is left out.
  ///   - body: Whether to go on with the next line.
  ///   - foreign: Gets the bytes of every line that is none.
  /// - Returns: What was read, its lines numbered from `start`, and where the next line begins.
  /// - Throws: `MetricsWriter.Failure` where the file cannot be read; what `body` and `foreign` throw.
  public func read(
    from start: UInt64, _ body: (Line) throws -> Bool, foreign: (_ bytes: Range<Int>) throws -> Void = { _ in }
  ) throws -> (count: Count, next: UInt64) {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw MetricsWriter.Failure(path, "cannot be read")
    }
    defer { try? handle.close() }
    // The byte before the first line ends another one. The place in the file of `rest`.
    var next = start > 0 ? start - 1 : 0
    var skips = start > 0
    try handle.seek(toOffset: next)
    var count = Count()
    var number = 0
    var rest: [UInt8] = []
    var line = Line(values: [])
    var goesOn = true
    while goesOn, let piece = try handle.read(upToCount: pieceSize), !piece.isEmpty {
      let bytes = rest + piece
      let used = try bytes.withUnsafeBufferPointer { bytes in
        var start = 0
        while goesOn, let end = Self.endOfLine(bytes, from: start) {
          let range = start..<end
          start = end + 1
          if skips {
            skips = false
            continue
          }
          number += 1
          let place = Int(next) + range.lowerBound..<Int(next) + start
          if scanner.scan(bytes, range, into: &line) {
            count.lines += 1
            line.bytes = place
            goesOn = try body(line)
          } else {
            count.invalidLines += 1
            count.firstInvalidLine = count.firstInvalidLine ?? number
            try foreign(place)
          }
        }
        return start
      }
      next += UInt64(used)
      rest = Array(bytes[used...])
    }
    count.endsInsideLine = goesOn && !rest.isEmpty
    return (count, next)
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
    var cursor = JSONCursor(bytes: bytes, position: range.lowerBound, end: range.upperBound)
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
