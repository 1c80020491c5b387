/// What the products of dense layers are made of (`Shaders/Network/precision.glsl`, `BFloat16Arithmetic`).
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32
  /// Kernels: inputs, weights and gradients are rounded to float16 where they enter a product; sums, parameters, gradients by
  /// parameters and everything between products stay float32, and so do lists of observations and the time loop of a GRU.
  ///
  /// The host: the same in bfloat16, in which hidden outputs, their gradients and a copy of the weights also lie in memory;
  /// first layers on lists and the products of a GRU's time loop included.
  case mixed

  /// The power of two that gradients by outputs are scaled by before they are rounded to float16: as large as a minibatch of `rows`
  /// rows, over which the loss is a mean.
  public static func gradientScale(minibatchRows rows: Int) -> Float {
    var scale: Float = 1
    while Int(scale) <= rows / 2 { scale *= 2 }
    return scale
  }
}
