import Foundation

/// One array in numpy's own format: a magic text, a header in Python's notation, the numbers.
struct NPYArray {
  let shape: [Int]
  /// nil for what is not among the types that safetensors has.
  private let type: TensorType?
  /// What numpy calls the type, such as `<f4`.
  private let typeName: String
  /// Whether the first axis changes fastest.
  private let isColumnMajor: Bool
  private let data: Data

  private static let magic = Data([0x93] + Array("NUMPY".utf8))

  /// - Parameter contents: Of the `.npy` file.
  init(_ contents: Data, name: String, path: String) throws {
    let bytes = [UInt8](contents.prefix(12))
    let damaged = FileFailure(path, "\(name) is not an array of numpy, or is damaged")
    guard contents.starts(with: Self.magic), bytes.count == 12 else { throw damaged }
    // Version 1 writes the header's length in 2 bytes, later ones in 4.
    let (start, lengthBytes) = bytes[6] == 1 ? (10, bytes[8..<10]) : (12, bytes[8..<12])
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard contents.count >= start + length else { throw damaged }
    let text = String(decoding: contents.dropFirst(start).prefix(length), as: UTF8.self)
    guard let described = text.firstMatch(of: /'descr':\s*'([^']*)'/),
      let order = text.firstMatch(of: /'fortran_order':\s*(True|False)/),
      let extents = text.firstMatch(of: /'shape':\s*\(([0-9, ]*)\)/)
    else { throw FileFailure(path, "\(name) is an array of something else than numbers") }
    typeName = String(described.1)
    type = Self.types[typeName]
    isColumnMajor = order.1 == "True"
    shape = extents.1.split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
    data = Data(contents.dropFirst(start + length))
    let count = shape.reduce(Optional(1)) { product, extent in
      product.flatMap { $0.multipliedReportingOverflow(by: extent) }.flatMap { $0.overflow ? nil : $0.partialValue }
    }
    guard let count, type.map({ data.count / $0.size == count && data.count % $0.size == 0 }) ?? true else {
      throw FileFailure(path, "\(name) has \(data.count) bytes; its shape \(shape) of \(typeName) does not fit them")
    }
  }

  private static let types: [String: TensorType] = [
    "<f8": .float64, "<f4": .float32, "<f2": .float16, "<i8": .int64, "<i4": .int32, "<i2": .int16, "|i1": .int8,
    "<u8": .uint64, "<u4": .uint32, "<u2": .uint16, "|u1": .uint8, "|b1": .boolean,
  ]

  /// Row-major, rounded to float32.
  func numbers(_ name: String, path: String) throws -> [Float] {
    guard let values = type?.numbers(data) else {
      throw FileFailure(path, "\(name) holds numbers of the type \(typeName); save it as float32")
    }
    guard isColumnMajor, shape.count > 1 else { return values }
    // The distance between neighbours on each axis, where the first changes fastest.
    var strides = [1]
    for extent in shape.dropLast() { strides.append(strides[strides.count - 1] * extent) }
    return values.indices.map { place in
      var (rest, source) = (place, 0)
      for axis in shape.indices.reversed() {
        source += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return values[source]
    }
  }
}
