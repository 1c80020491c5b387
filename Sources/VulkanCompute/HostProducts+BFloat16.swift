import COneDNN

extension HostProducts {
  /// Whether the processor has instructions for products of bfloat16.
  public var hasBFloat16: Bool { one_dnn_has_bfloat16() }
}

/// Matrix products of the host with operands in bfloat16 (the upper halves of float32) and sums in float32.
///
/// What oneDNN prepares for a product is kept for good, so callers bound how many there are: rows whose number depends on
/// the data come in multiples of `rowStep`.
public struct BFloat16Products: Sendable {
  /// What numbers of rows are rounded up to.
  public static let rowStep = 16

  /// Plain loops in place of the processor's instructions: for tests of all that is around them.
  private let isEmulated: Bool

  /// - Throws: `VulkanError` where the processor has no instructions for them.
  public init(_ products: HostProducts, emulated: Bool) throws {
    guard emulated || products.hasBFloat16 else {
      throw VulkanError(
        .unsuitableProducts,
        "precision: mixed multiplies bfloat16 where the host multiplies, and this processor has no instructions for it "
          + "(avx512_bf16 or AMX; \(products.description)); use precision: float32, or let kernels multiply")
    }
    isEmulated = emulated
  }

  public typealias Matrix = HostProducts.Operand<UInt16>

  /// What becomes of the sums.
  public enum Result {
    /// C = act(sums + bias), rounded to bfloat16.
    case rounded(UnsafeMutablePointer<UInt16>, bias: UnsafePointer<Float>, Activation)
    /// C = sums, rounded to bfloat16; or C += sums.
    case roundedSums(UnsafeMutablePointer<UInt16>, accumulating: Bool)
    /// C = sums + bias.
    case biased(UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>)
    /// C = sums, or C += sums.
    case sums(UnsafeMutablePointer<Float>, accumulating: Bool)
  }

  public enum Activation: Sendable { case none, relu, tanh }

  /// C (rows, columns) of A (rows, depth) B (depth, columns); shapes are those after the transposition of A and B. Columns
  /// are a multiple of 8, and so are rows where A is transposed.
  public func multiply(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, into result: Result, pitch: Int
  ) {
    var product = OneDNNBFloat16Product(
      shape: OneDNNProduct(
        rows: rows, columns: columns, depth: depth, a_pitch: a.pitch, b_pitch: b.pitch, c_pitch: pitch,
        a_transposed: a.isTransposed, b_transposed: b.isTransposed, accumulates: false),
      activation: OneDNNActivationNone, rounds: false)
    let target: UnsafeMutableRawPointer
    var addend: UnsafePointer<Float>?
    switch result {
    case .rounded(let c, let bias, let activation):
      (target, addend, product.rounds) = (UnsafeMutableRawPointer(c), bias, true)
      product.activation =
        switch activation {
        case .none: OneDNNActivationNone
        case .relu: OneDNNActivationReLU
        case .tanh: OneDNNActivationTanh
        }
    case .roundedSums(let c, let accumulating):
      (target, product.rounds, product.shape.accumulates) = (UnsafeMutableRawPointer(c), true, accumulating)
    case .biased(let c, let bias): (target, addend) = (UnsafeMutableRawPointer(c), bias)
    case .sums(let c, let accumulating):
      (target, product.shape.accumulates) = (UnsafeMutableRawPointer(c), accumulating)
    }
    if isEmulated {
      emulated_multiply_bfloat16(&product, a.start, b.start, addend, target)
    } else {
      one_dnn_multiply_bfloat16(&product, a.start, b.start, addend, target)
    }
  }
}
