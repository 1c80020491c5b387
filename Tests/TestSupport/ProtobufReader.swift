import Foundation

/// Reads messages of protocol buffers back: the fields of one message by their numbers, in the order of the bytes.
public struct ProtobufReader {
  public enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Data)
    case fixed32(UInt32)
  }

  public struct Malformed: Error {}

  public private(set) var fields: [(number: Int, value: Value)] = []

  public init(_ data: Data) throws {
    var rest = data[...]
    func byte() throws -> UInt8 {
      guard let first = rest.popFirst() else { throw Malformed() }
      return first
    }
    func varint() throws -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while true {
        let next = try byte()
        value |= UInt64(next & 127) << shift
        shift += 7
        if next < 128 { return value }
        guard shift < 64 else { throw Malformed() }
      }
    }
    func word(_ count: UInt64) throws -> UInt64 {
      try (0..<count).reduce(0) { value, place in try value | UInt64(byte()) << (8 * place) }
    }
    while !rest.isEmpty {
      let key = try varint()
      let value: Value
      switch key & 7 {
      case 0: value = .varint(try varint())
      case 1: value = .fixed64(try word(8))
      case 2:
        let count = Int(try varint())
        guard rest.count >= count else { throw Malformed() }
        value = .bytes(Data(rest.prefix(count)))
        rest = rest.dropFirst(count)
      case 5: value = .fixed32(UInt32(try word(4)))
      default: throw Malformed()
      }
      fields.append((Int(key >> 3), value))
    }
  }

  private func values<Result>(_ number: Int, _ convert: (Value) throws -> Result) rethrows -> [Result] {
    try fields.filter { $0.number == number }.map { try convert($0.value) }
  }

  public func integers(_ number: Int) throws -> [Int] {
    try values(number) { value in
      guard case .varint(let bits) = value else { throw Malformed() }
      return Int(Int64(bitPattern: bits))
    }
  }

  public func data(_ number: Int) throws -> [Data] {
    try values(number) { value in
      guard case .bytes(let data) = value else { throw Malformed() }
      return data
    }
  }

  public func texts(_ number: Int) throws -> [String] { try data(number).map { String(decoding: $0, as: UTF8.self) } }

  public func messages(_ number: Int) throws -> [ProtobufReader] { try data(number).map { try ProtobufReader($0) } }

  /// The message of a field that has exactly one.
  public func message(_ number: Int) throws -> ProtobufReader {
    let found = try messages(number)
    guard found.count == 1 else { throw Malformed() }
    return found[0]
  }

  public func floats(_ number: Int) throws -> [Float] {
    try values(number) { value in
      guard case .fixed32(let bits) = value else { throw Malformed() }
      return Float(bitPattern: bits)
    }
  }

  public func doubles(_ number: Int) throws -> [Double] {
    try values(number) { value in
      guard case .fixed64(let bits) = value else { throw Malformed() }
      return Double(bitPattern: bits)
    }
  }
}
