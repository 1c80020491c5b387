import Foundation

/// Arrays of numbers by name, in a file that another program wrote: safetensors, or numpy's npz.
public struct ArrayFile {
  public let path: String
  /// The shapes of all arrays.
  public let shapes: [String: [Int]]
  private let read: (String) throws -> [Float]

  /// - Throws: `FileFailure` for a file of another format, or a damaged one.
  public init(_ url: URL) throws {
    path = url.path
    switch url.pathExtension.lowercased() {
    case "safetensors":
      let file = try SafetensorsFile(url)
      shapes = file.entries.mapValues(\.shape)
      read = { try file.numbers($0) }
    case "npz":
      let arrays = try NPZFile.read(url)
      shapes = arrays.mapValues(\.shape)
      read = { [path] name in
        guard let array = arrays[name] else { throw FileFailure(path, "holds no array \(name)") }
        return try array.numbers(name, path: path)
      }
    default:
      throw FileFailure(
        url.path,
        "is neither .safetensors nor .npz; save the arrays by name as one of these, for example with numpy.savez")
    }
  }

  /// The values of one array, row-major, rounded to float32.
  /// - Throws: `FileFailure` where there is no such array.
  public func numbers(_ name: String) throws -> [Float] { try read(name) }
}

extension TensorType {
  /// Numbers of this type, rounded to float32.
  func numbers(_ data: Data) -> [Float] {
    func words<Word: BitwiseCopyable>(_ type: Word.Type = Word.self) -> [Word] {
      let count = data.count / MemoryLayout<Word>.stride
      return [Word](unsafeUninitializedCapacity: count) { buffer, initialized in
        data.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        initialized = count
      }
    }
    func integers<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> [Float] {
      words(type).map { Float($0) }
    }
    switch self {
    case .float64: return words(Double.self).map { Float($0) }
    case .float32: return words()
    case .float16: return words(UInt16.self).map(Float.init(halfBits:))
    case .bfloat16: return words(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .int64: return integers(Int64.self)
    case .int32: return integers(Int32.self)
    case .int16: return integers(Int16.self)
    case .int8: return integers(Int8.self)
    case .uint64: return integers(UInt64.self)
    case .uint32: return integers(UInt32.self)
    case .uint16: return integers(UInt16.self)
    case .uint8, .boolean: return integers(UInt8.self)
    }
  }
}

extension Float {
  /// The number that IEEE's binary16 writes as `bits`.
  init(halfBits bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    let magnitude: Float =
      switch exponent {
      case 0: fraction / 16_777_216
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    self = bits >> 15 == 0 ? magnitude : -magnitude
  }
}
