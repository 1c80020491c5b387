import CZlib
import Foundation

/// Expands gzip data; several members one after the other are one text.
enum Gunzip {
  enum Failure: Error { case truncated, corrupt, tooLarge }

  static let magic: [UInt8] = [0x1f, 0x8b]
  /// Far above any recorded game; guards against a file that expands without end.
  static let maximumBytes = 1 << 30

  /// - Parameter data: At most `maximumBytes`: nothing that expands to so much is longer than that.
  static func expand(_ data: Data) throws -> Data {
    guard data.count <= maximumBytes else { throw Failure.tooLarge }
    var stream = z_stream()
    // 16: a gzip header is required.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Failure.corrupt
    }
    defer { inflateEnd(&stream) }
    var input = [UInt8](data)
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var output = Data()
    let inputCount = input.count
    try input.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(inputCount)
      while true {
        let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, target.count - Int(stream.avail_out))
        }
        output.append(contentsOf: chunk[..<produced])
        guard output.count <= maximumBytes else { throw Failure.tooLarge }
        switch status {
        case Z_STREAM_END where stream.avail_in == 0: return
        case Z_STREAM_END: inflateReset(&stream)
        case Z_OK: continue
        case Z_BUF_ERROR: throw Failure.truncated
        default: throw Failure.corrupt
        }
      }
    }
    return output
  }
}
