import COneDNN

/// Matrix products of the host by oneDNN, which is found at run time.
///
/// Calls run on the calling thread alone, so that results do not depend on the number of threads; callers share work out
/// among threads themselves. oneDNN makes its code for the instructions that the processor has, at the first product.
public struct HostProducts: Sendable {
  /// Those of this process; nil where oneDNN cannot be used.
  public static let shared = HostProducts()

  /// Why there are none, as the end of a sentence.
  static var refusal: String? { one_dnn_load().map { String(cString: $0) } }

  /// The library, its version and the instructions that it uses, for example "oneDNN 2.6.3 avx512_core_bf16".
  public let description: String

  private init?() {
    guard let text = one_dnn_description() else { return nil }
    description = String(cString: text)
  }

  /// A row-major operand: its first element and the elements from one row to the next.
  public struct Operand<Element> {
    let start: UnsafePointer<Element>
    let pitch: Int
    let isTransposed: Bool

    public init(_ start: UnsafePointer<Element>, pitch: Int, transposed: Bool = false) {
      self.start = start
      self.pitch = pitch
      isTransposed = transposed
    }
  }

  public typealias Matrix = Operand<Float>

  /// C (rows, columns) = A (rows, depth) B (depth, columns), added to C if `accumulating`; shapes are those after the
  /// transposition of A and B.
  public func multiply(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, into c: UnsafeMutablePointer<Float>, pitch: Int,
    accumulating: Bool
  ) {
    var product = OneDNNProduct(
      rows: rows, columns: columns, depth: depth, a_pitch: a.pitch, b_pitch: b.pitch, c_pitch: pitch,
      a_transposed: a.isTransposed, b_transposed: b.isTransposed, accumulates: accumulating)
    one_dnn_multiply(&product, a.start, b.start, c)
  }
}
