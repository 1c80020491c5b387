/// Numbers for tests: a function of (tensor, position), the same in every run of the tests. A plain integer hash
/// (SplitMix64), because tests ask for millions of them in debug builds.
public enum TestNumbers {
  /// Uniform in -scale ..< scale.
  public static func uniform(_ tensor: UInt32, _ position: Int, scale: Float = 1) -> Float {
    scale * (Float(hash(tensor, position) >> 40) * 0x1p-23 - 1)
  }

  /// The first `count` of them.
  public static func uniform(_ tensor: UInt32, count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { uniform(tensor, $0, scale: scale) }
  }

  /// Random words.
  public static func words(_ tensor: UInt32, count: Int) -> [UInt32] {
    (0..<count).map { UInt32(truncatingIfNeeded: hash(tensor, $0)) }
  }

  private static func hash(_ tensor: UInt32, _ position: Int) -> UInt64 {
    var bits = (UInt64(tensor) << 40 | UInt64(position)) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
