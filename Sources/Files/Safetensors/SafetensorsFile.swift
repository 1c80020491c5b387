import Foundation

/// A safetensors file that was checked from end to end of its header; tensors are read on demand.
///
/// Strict: the tensors must fill the file without gaps, overlaps or bytes left over.
public final class SafetensorsFile {
  public struct Entry: Sendable, Hashable {
    public let type: TensorType
    public let shape: [Int]
    /// Place in the file.
    let bytes: Range<Int>
  }

  public let path: String
  public let metadata: [String: String]
  public let entries: [String: Entry]
  private let handle: FileHandle

  /// The format's own bound of the header.
  private static let maxHeaderLength = 100_000_000

  public init(_ url: URL) throws {
    path = url.path
    guard let handle = FileHandle(forReadingAtPath: url.path) else { throw FileFailure(url.path, "cannot be opened") }
    self.handle = handle
    let length = Int(try handle.seekToEnd())
    let (header, dataStart) = try Self.readHeader(handle, path: url.path, length: length)
    metadata = header.metadata
    entries = try Self.check(header, path: url.path, dataStart: dataStart, length: length)
  }

  deinit { try? handle.close() }

  /// The values of a tensor, row-major; throws if it is absent or of another type.
  public func read<Element: TensorElement>(_ name: String, as: Element.Type = Element.self) throws -> [Element] {
    try read(name, as: Element.self, in: 0..<(try entry(name, as: Element.self)).shape.reduce(1, *))
  }

  /// The values of a tensor in a shape that must be the given one.
  public func read<Element: TensorElement>(
    _ name: String, as: Element.Type = Element.self, shape: [Int]
  ) throws -> [Element] {
    let found = try entry(name, as: Element.self).shape
    guard found == shape else {
      throw FileFailure(path, "tensor \(name) has the shape \(found); expected \(shape)")
    }
    return try read(name, as: Element.self)
  }

  /// Some of a tensor's values: a range of row-major positions.
  public func read<Element: TensorElement>(
    _ name: String, as: Element.Type = Element.self, in positions: Range<Int>
  ) throws -> [Element] {
    let entry = try entry(name, as: Element.self)
    precondition(positions.lowerBound >= 0 && positions.upperBound <= entry.shape.reduce(1, *))
    let size = MemoryLayout<Element>.stride
    try handle.seek(toOffset: UInt64(entry.bytes.lowerBound + positions.lowerBound * size))
    let data = try handle.read(upToCount: positions.count * size) ?? Data()
    guard data.count == positions.count * size else { throw FileFailure(path, "ended while \(name) was read") }
    return [Element](unsafeUninitializedCapacity: positions.count) { buffer, count in
      data.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      count = positions.count
    }
  }

  /// The values of a tensor of any type, row-major, rounded to float32.
  func numbers(_ name: String) throws -> [Float] {
    guard let entry = entries[name] else { throw FileFailure(path, "holds no tensor \(name)") }
    try handle.seek(toOffset: UInt64(entry.bytes.lowerBound))
    let data = try handle.read(upToCount: entry.bytes.count) ?? Data()
    guard data.count == entry.bytes.count else { throw FileFailure(path, "ended while \(name) was read") }
    return entry.type.numbers(data)
  }

  /// The content hash of the whole file, as `SafetensorsWriter.write` gave it.
  public func contentHash() throws -> String {
    let hash = StreamingHash()
    try handle.seek(toOffset: 0)
    while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty {
      piece.withUnsafeBytes { hash.update($0) }
    }
    return hash.digits
  }

  private func entry<Element: TensorElement>(_ name: String, as: Element.Type) throws -> Entry {
    guard let entry = entries[name] else { throw FileFailure(path, "holds no tensor \(name)") }
    guard entry.type == Element.tensorType else {
      throw FileFailure(path, "tensor \(name) is \(entry.type.rawValue); expected \(Element.tensorType.rawValue)")
    }
    return entry
  }

  private static func readHeader(
    _ handle: FileHandle, path: String, length: Int
  ) throws -> (SafetensorsHeader, dataStart: Int) {
    try handle.seek(toOffset: 0)
    guard let prefix = try handle.read(upToCount: 8), prefix.count == 8 else {
      throw FileFailure(path, "is cut short: \(length) bytes do not hold the header's length")
    }
    let count = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard count <= maxHeaderLength else {
      throw FileFailure(path, "is not a safetensors file: its header would be \(count) bytes long")
    }
    guard Int(count) + 8 <= length, let json = try handle.read(upToCount: Int(count)), json.count == Int(count) else {
      throw FileFailure(path, "is cut short: the header has \(count) bytes, the file only \(length)")
    }
    guard json.first == UInt8(ascii: "{"), let header = try? JSONDecoder().decode(SafetensorsHeader.self, from: json)
    else { throw FileFailure(path, "is not a safetensors file: its header is not JSON of the right form") }
    return (header, Int(count) + 8)
  }

  private static func check(
    _ header: SafetensorsHeader, path: String, dataStart: Int, length: Int
  ) throws -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for (name, entry) in header.entries {
      guard let type = TensorType(rawValue: entry.dtype) else {
        throw FileFailure(path, "tensor \(name) has the unknown type \(entry.dtype)")
      }
      guard entry.dataOffsets.count == 2, let start = entry.dataOffsets.first, let end = entry.dataOffsets.last,
        start >= 0, start <= end, let size = byteCount(entry.shape, type)
      else { throw FileFailure(path, "tensor \(name) has impossible offsets \(entry.dataOffsets) or shape") }
      guard end - start == size else {
        throw FileFailure(path, "tensor \(name) has \(end - start) bytes; its shape \(entry.shape) needs \(size)")
      }
      guard end <= length - dataStart else {
        throw FileFailure(
          path, "is cut short: tensor \(name) ends at byte \(end) of the data, which has \(length - dataStart)")
      }
      entries[name] = Entry(type: type, shape: entry.shape, bytes: dataStart + start..<dataStart + end)
    }
    var position = dataStart
    let placed = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound) < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound)
    }
    for (name, entry) in placed {
      guard entry.bytes.lowerBound == position else {
        let problem = entry.bytes.lowerBound < position ? "overlaps the one before it" : "leaves a gap before it"
        throw FileFailure(path, "tensor \(name) \(problem)")
      }
      position = entry.bytes.upperBound
    }
    guard position == length else {
      throw FileFailure(path, "has \(length - position) bytes that belong to no tensor")
    }
    return entries
  }

  /// nil where the shape is negative or overflows.
  private static func byteCount(_ shape: [Int], _ type: TensorType) -> Int? {
    shape.reduce(Optional(type.size)) { product, extent in
      guard let product, extent >= 0 else { return nil }
      let (result, overflow) = product.multipliedReportingOverflow(by: extent)
      return overflow ? nil : result
    }
  }
}
