import Foundation

/// A message of protocol buffers as it is written: fields one after the other, each by its number in the message's schema.
///
/// Wire format: https://protobuf.dev/programming-guides/encoding. Fields are written as they are set, also where their
/// value is 0.
public struct ProtobufMessage: Sendable, Equatable {
  public private(set) var data = Data()

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  public init() {}

  /// int32, int64, bool and enumerations.
  public mutating func add(_ field: Int, _ value: Int) {
    key(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  public mutating func add(_ field: Int, _ value: Float) {
    key(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  public mutating func add(_ field: Int, _ value: Double) {
    key(field, .fixed64)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  public mutating func add(_ field: Int, _ value: Data) {
    key(field, .bytes)
    varint(UInt64(value.count))
    data.append(value)
  }

  public mutating func add(_ field: Int, _ text: String) { add(field, Data(text.utf8)) }

  public mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.data) }

  private mutating func key(_ field: Int, _ type: WireType) {
    precondition(field > 0, "fields are numbered from 1")
    varint(UInt64(field) << 3 | type.rawValue)
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 127 {
      data.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }
}
