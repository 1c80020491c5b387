import Foundation

/// Records of TensorFlow's files (TFRecord), which event files of TensorBoard are made of:
///
///     length (8 bytes), checksum of the length (4), the bytes, checksum of the bytes (4)
///
/// Checksums are CRC-32C, masked as TensorFlow does, so that checksums of bytes that hold checksums stay good ones.
public enum EventRecord {
  public static func data(_ message: ProtobufMessage) -> Data {
    let length = withUnsafeBytes(of: UInt64(message.data.count).littleEndian) { Data($0) }
    return length + checksum(length) + message.data + checksum(message.data)
  }

  /// The masked checksum as it is written.
  package static func checksum(_ data: Data) -> Data {
    let checksum = CRC32C.checksum(data)
    let rotated: UInt32 = (checksum >> 15) | (checksum << 17)
    let masked = rotated &+ 0xa282_ead8
    return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
  }
}

/// CRC-32 with Castagnoli's polynomial, byte by byte.
enum CRC32C {
  private static let polynomial: UInt32 = 0x82f6_3b78
  private static let table = (UInt32(0)..<256).map { byte in
    var value = byte
    for _ in 0..<8 { value = (value >> 1) ^ (value & 1 == 1 ? polynomial : 0) }
    return value
  }

  static func checksum(_ data: Data) -> UInt32 {
    var value = ~UInt32(0)
    for byte in data {
      let place = Int((value ^ UInt32(byte)) & 255)
      value = (value >> 8) ^ table[place]
    }
    return ~value
  }
}
