/// Counter-based random numbers on the host: the twin of `Shaders/Common/random.glsl` (Philox-4x32-10).
///
/// A number is a function of (seed, purpose, position) and of nothing else. Source: Salmon et al., SC 2011.
public enum CounterRandom {
  public static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      let product0 = UInt64(counter.x) * 0xD251_1F53
      let product1 = UInt64(counter.z) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(truncatingIfNeeded: product1 >> 32) ^ counter.y ^ key.x, UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ counter.w ^ key.y, UInt32(truncatingIfNeeded: product0))
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }

  /// Four random words for position (a, b, c); `purpose` is one of the `PURPOSE_…` constants of `Shaders/Common/purposes.h`.
  public static func words(seed: UInt64, purpose: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> SIMD4<UInt32> {
    philox(counter: SIMD4(a, b, c, purpose), key: words(of: seed))
  }

  /// The seed as the two words that kernels read: low, high.
  public static func words(of seed: UInt64) -> SIMD2<UInt32> {
    SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// Uniform in 0 ..< count, as `to_index` in random.glsl.
  public static func index(_ bits: UInt32, below count: Int) -> Int {
    Int((UInt64(bits) * UInt64(count)) >> 32)
  }

  /// Uniform in [0, 1) with 24 bits, as `to_unit_float` in random.glsl.
  public static func unitFloat(_ bits: UInt32) -> Float { Float(bits >> 8) * 0x1p-24 }
}
