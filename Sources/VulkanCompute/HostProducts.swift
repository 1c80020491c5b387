import CHostLayers

/// Matrix products of the host, each on the calling thread alone; callers share work out among threads themselves.
///
/// Every element is one chain of multiply-adds, first to last: bytes do not depend on the shape of the rest.
public enum HostProducts {
  /// The instruction set that the products use on this processor, for example "x86-64-v4". Another one may round
  /// differently.
  public static let instructionSet = String(cString: host_instruction_set())

  /// A row-major operand: its first element and the elements from one row to the next.
  public struct Matrix {
    let start: UnsafePointer<Float>
    let pitch: Int
    let isTransposed: Bool

    public init(_ start: UnsafePointer<Float>, pitch: Int, transposed: Bool = false) {
      self.start = start
      self.pitch = pitch
      isTransposed = transposed
    }
  }

  /// C (rows, columns) = A (rows, depth) B (depth, columns), added to C if `accumulating`; shapes are those after the
  /// transposition of A and B.
  public static func multiply(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, into c: UnsafeMutablePointer<Float>, pitch: Int,
    accumulating: Bool
  ) {
    var product = HostProduct(
      a: a.start, b: b.start, c: c, a_pitch: a.pitch, b_pitch: b.pitch, c_pitch: pitch, rows: rows, columns: columns,
      depth: depth, a_transposed: a.isTransposed, b_transposed: b.isTransposed, accumulating: accumulating)
    host_multiply(&product)
  }
}
