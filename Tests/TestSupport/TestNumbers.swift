import VulkanCompute

/// Numbers for tests: a function of (name of the tensor, position), the same in every run of the tests.
public enum TestNumbers {
  /// Uniform in -scale ... scale.
  public static func uniform(_ tensor: UInt32, _ position: Int, scale: Float = 1) -> Float {
    let words = CounterRandom.words(seed: 0x5EED, purpose: 1000, tensor, UInt32(position), 0)
    return scale * (2 * CounterRandom.unitFloat(words.x) - 1)
  }

  public static func uniform(_ tensor: UInt32, count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { uniform(tensor, $0, scale: scale) }
  }

  /// Random words.
  public static func words(_ tensor: UInt32, count: Int) -> [UInt32] {
    (0..<count).map { CounterRandom.words(seed: 0x5EED, purpose: 1000, tensor, UInt32($0), 1).x }
  }
}
