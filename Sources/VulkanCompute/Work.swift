/// What a dispatch, a copy or a step of the host has to do at least: floating-point operations of sums and products (2 per
/// multiply-add), and bytes of memory if every operand is read once and every result written once.
///
/// Counted from shapes where the work is recorded. Work on rows of which only the device knows how many there are is
/// counted as if all rows were of that kind; a reader scales it by the share of such rows.
public struct Work: Sendable {
  /// By kind of row; kind 0 is work on all rows.
  private(set) var flops: SIMD4<Double>
  private(set) var bytes: SIMD4<Double>

  /// - Parameter kind: From 0 to 3; what the kinds are is the caller's affair.
  public init(flops: Double = 0, bytes: Double = 0, kind: Int = 0) {
    (self.flops, self.bytes) = (SIMD4(), SIMD4())
    self.flops[kind] = flops
    self.bytes[kind] = bytes
  }

  /// The work of kernels that pass over all that is bound to them once.
  init(passingOver windows: some Sequence<BufferWindow>) {
    self.init(bytes: windows.reduce(0) { $0 + Double($1.byteCount) })
  }

  public static func + (a: Work, b: Work) -> Work {
    var sum = a
    sum.flops += b.flops
    sum.bytes += b.bytes
    return sum
  }

  /// A part of it.
  public func scaled(by share: Double) -> Work {
    var part = self
    part.flops *= share
    part.bytes *= share
    return part
  }

  /// The work if all rows were of every kind.
  var upperBound: (flops: Double, bytes: Double) { total(SIMD4(repeating: 1)) }

  /// - Parameter shares: Of all rows, those of every kind; 1 for kind 0.
  func total(_ shares: SIMD4<Double>) -> (flops: Double, bytes: Double) {
    ((flops * shares).sum(), (bytes * shares).sum())
  }
}

extension Sequence<Work> {
  public func sum() -> Work { reduce(Work()) { $0 + $1 } }
}

/// One dispatch, copy, fill or step of the host, and the time that it took.
public struct Timing: Sendable {
  /// `CommandRecorder.phase` when it was recorded.
  public let phase: String
  /// Name of the kernel or of the step.
  public let label: String
  public let seconds: Double
  public let work: Work
  public let isOnHost: Bool
}
