import CZlib
import Foundation

/// The arrays of an `.npz` file: a zip archive with one `.npy` file each, stored or deflated.
enum NPZFile {
  /// All arrays by name, without `.npy`.
  static func read(_ url: URL) throws -> [String: NPYArray] {
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw FileFailure(url.path, "cannot be read")
    }
    var arrays: [String: NPYArray] = [:]
    for member in try ZipArchive(data, path: url.path).members where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(".npy".count))
      arrays[name] = try NPYArray(member.contents, name: name, path: url.path)
    }
    guard !arrays.isEmpty else { throw FileFailure(url.path, "holds no .npy files") }
    return arrays
  }
}

/// The files of a zip archive, all of which are in memory.
struct ZipArchive {
  let members: [(name: String, contents: Data)]

  private enum Signature {
    static let localHeader: UInt32 = 0x0403_4b50
    static let directoryEntry: UInt32 = 0x0201_4b50
    static let directoryEnd: UInt32 = 0x0605_4b50
  }

  init(_ data: Data, path: String) throws {
    let bytes = LittleEndianBytes(data)
    let damaged = FileFailure(path, "is not a zip archive, or is damaged")
    // The end of the directory is 22 bytes long, with a comment of at most 65,535 behind it.
    let last = bytes.count - 22
    let places = stride(from: last, through: max(0, last - 65_535), by: -1)
    guard let end = places.first(where: { bytes.word($0) == Signature.directoryEnd }),
      let count = bytes.halfWord(end + 10), let start = bytes.word(end + 16)
    else { throw damaged }
    guard count != 0xFFFF, start != 0xFFFF_FFFF else {
      throw FileFailure(path, "is a zip archive of more than 4 GiB; save its arrays in several files")
    }
    var members: [(name: String, contents: Data)] = []
    var place = Int(start)
    for _ in 0..<count {
      guard bytes.word(place) == Signature.directoryEntry, let flags = bytes.halfWord(place + 8),
        let method = bytes.halfWord(place + 10), let checksum = bytes.word(place + 16),
        let packed = bytes.word(place + 20), let size = bytes.word(place + 24),
        let nameLength = bytes.halfWord(place + 28), let extraLength = bytes.halfWord(place + 30),
        let commentLength = bytes.halfWord(place + 32), let local = bytes.word(place + 42),
        let nameBytes = bytes.part(place + 46, Int(nameLength)),
        bytes.word(Int(local)) == Signature.localHeader, let localName = bytes.halfWord(Int(local) + 26),
        let localExtra = bytes.halfWord(Int(local) + 28),
        let stored = bytes.part(Int(local) + 30 + Int(localName) + Int(localExtra), Int(packed))
      else { throw damaged }
      let name = String(decoding: nameBytes, as: UTF8.self)
      guard flags & 1 == 0 else { throw FileFailure(path, "\(name) is encrypted") }
      let contents: Data? =
        switch method {
        case 0: packed == size ? stored : nil
        case 8: Self.inflated(stored, size: Int(size))
        default: throw FileFailure(path, "\(name) is packed by method \(method); expected stored or deflated files")
        }
      guard let contents, Self.checksum(contents) == checksum else {
        throw FileFailure(path, "\(name) is damaged")
      }
      members.append((name, contents))
      place += 46 + Int(nameLength) + Int(extraLength) + Int(commentLength)
    }
    self.members = members
  }

  /// Raw deflate data that expand to `size` bytes; nil where they do not.
  private static func inflated(_ data: Data, size: Int) -> Data? {
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var input = [UInt8](data)
    // One byte more than there should be, so that there is always room.
    var output = [UInt8](repeating: 0, count: size + 1)
    let isWhole = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
        (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(target.count))
        return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 1
      }
    }
    return isWhole ? Data(output.dropLast()) : nil
  }

  private static func checksum(_ data: Data) -> UInt32 {
    data.withUnsafeBytes { UInt32(crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)) }
  }
}

/// Whole numbers at any place of a file; nil where it is too short.
private struct LittleEndianBytes {
  private let data: Data

  init(_ data: Data) { self.data = data }

  var count: Int { data.count }

  func part(_ place: Int, _ count: Int) -> Data? {
    guard place >= 0, count >= 0, place + count <= data.count else { return nil }
    return data.subdata(in: data.startIndex + place..<data.startIndex + place + count)
  }

  func halfWord(_ place: Int) -> UInt16? { part(place, 2).map { UInt16($0[0]) | UInt16($0[1]) << 8 } }

  func word(_ place: Int) -> UInt32? {
    part(place, 4).map { $0.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
  }
}
