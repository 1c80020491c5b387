import CHostSupport
import Foundation

/// Matrix products by a BLAS of the host, found at run time: OpenBLAS, where it is installed in the build for POSIX threads
/// with 32-bit integers (Debian's libopenblas0-pthread).
///
/// Calls run on the calling thread alone, so that results do not depend on the number of threads; callers share work out
/// among threads themselves. Other builds are not taken: that for OpenMP forgets the limit of one thread in other threads,
/// that without threads may not be called from several.
///
/// Which of its kernels it uses is decided by the instructions of the processor, unless `OPENBLAS_CORETYPE` says otherwise:
/// by itself OpenBLAS goes by the processor's name, and takes kernels without AVX where it does not know that.
public struct HostBLAS: Sendable {
  /// The BLAS of this process; nil where none is installed.
  public static let shared = HostBLAS()

  /// How the library describes itself, for example "OpenBLAS 0.3.21 … SkylakeX …".
  public let description: String

  private typealias SGEMM =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void
  private let sgemm: SGEMM

  private init?() {
    if let core = crossplay_openblas_core() { setenv("OPENBLAS_CORETYPE", core, 0) }
    let names = ["libopenblas.so.0", "libopenblas.so", "libopenblas.0.dylib"]
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
      let sgemm = dlsym(library, "cblas_sgemm"), let setThreads = dlsym(library, "openblas_set_num_threads"),
      let parallel = dlsym(library, "openblas_get_parallel"), let configuration = dlsym(library, "openblas_get_config")
    else { return nil }
    let text = unsafeBitCast(configuration, to: (@convention(c) () -> UnsafePointer<CChar>?).self)()
    description = text.map { String(cString: $0) } ?? "OpenBLAS"
    let posixThreads: Int32 = 1
    guard unsafeBitCast(parallel, to: (@convention(c) () -> Int32).self)() == posixThreads,
      !description.contains("USE64BITINT")
    else { return nil }
    unsafeBitCast(setThreads, to: (@convention(c) (Int32) -> Void).self)(1)
    self.sgemm = unsafeBitCast(sgemm, to: SGEMM.self)
  }

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
  public func multiply(
    _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, into c: UnsafeMutablePointer<Float>, pitch: Int,
    accumulating: Bool
  ) {
    let (rowMajor, plain, transposed): (Int32, Int32, Int32) = (101, 111, 112)  // of the C interface to BLAS
    sgemm(
      rowMajor, a.isTransposed ? transposed : plain, b.isTransposed ? transposed : plain, Int32(rows), Int32(columns),
      Int32(depth), 1, a.start, Int32(a.pitch), b.start, Int32(b.pitch), accumulating ? 1 : 0, c, Int32(pitch))
  }
}
