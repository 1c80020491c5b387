/// A named array to be written: its shape and a way to get its bytes, in pieces if it is large.
public struct Tensor {
  public let name: String
  public let type: TensorType
  public let shape: [Int]
  /// Hands the bytes to the given function, in order.
  let pieces: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// A tensor with its values in memory; `values` are row-major and as many as the shape says.
  public init<Element: TensorElement>(_ name: String, shape: [Int], _ values: [Element]) {
    precondition(shape.reduce(1, *) == values.count, "tensor \(name): \(values.count) values for shape \(shape)")
    self.name = name
    type = Element.tensorType
    self.shape = shape
    pieces = { consume in try values.withUnsafeBytes(consume) }
  }

  /// A tensor that is read piece by piece while the file is written, such as one run's part of a device buffer at a
  /// time; `read` gives piece i of `count`, all together as many values as the shape says.
  public init<Element: TensorElement>(
    _ name: String, shape: [Int], pieces count: Int, read: @escaping (Int) throws -> [Element]
  ) {
    self.name = name
    type = Element.tensorType
    self.shape = shape
    pieces = { consume in for i in 0..<count { try read(i).withUnsafeBytes(consume) } }
  }

  var byteCount: Int { shape.reduce(1, *) * type.size }
}
