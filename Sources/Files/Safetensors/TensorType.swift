/// An element type of the safetensors format.
public enum TensorType: String, Sendable, Hashable, CaseIterable, Codable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case boolean = "BOOL"

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .boolean: 1
    }
  }
}

/// A Swift type with the same bytes as an element type of the format (little-endian machines).
public protocol TensorElement: BitwiseCopyable, Sendable {
  static var tensorType: TensorType { get }
}

extension Double: TensorElement { public static var tensorType: TensorType { .float64 } }
extension Float: TensorElement { public static var tensorType: TensorType { .float32 } }
extension Int64: TensorElement { public static var tensorType: TensorType { .int64 } }
extension Int32: TensorElement { public static var tensorType: TensorType { .int32 } }
extension UInt64: TensorElement { public static var tensorType: TensorType { .uint64 } }
extension UInt32: TensorElement { public static var tensorType: TensorType { .uint32 } }
extension UInt8: TensorElement { public static var tensorType: TensorType { .uint8 } }
