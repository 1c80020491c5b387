import VulkanCompute

/// A kind of number that memory of the device holds.
enum NumberFormat: String, Hashable {
  case float32
  /// Two to a word; gradients are scaled by `Precision.gradientScale`.
  case float16

  var bytes: Int { self == .float16 ? 2 : 4 }
}

/// The 16-bit numbers in which hidden outputs, their gradients and a copy of the weights lie in mixed precision.
enum HalfFormat {
  /// For the host.
  case bfloat16
  /// For kernels with matrix units.
  case float16

  /// nil where a device has everything in float32.
  init?(_ precision: Precision, _ device: Device) {
    guard precision == .mixed else { return nil }
    if device.products != nil {
      self = .bfloat16
    } else if ProductFamily(device.profile, precision) == .cooperative {
      self = .float16
    } else {
      return nil
    }
  }
}

/// What the products of dense layers are made of (`Shaders/Network/precision.glsl`, `BFloat16Arithmetic`).
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32
  /// Kernels: inputs, weights and gradients are rounded to float16 where they enter a product; sums, parameters, gradients by
  /// parameters and everything between products stay float32, and so do lists of observations and the time loop of a GRU.
  /// With matrix units, x, hidden outputs, their gradients and a copy of the weights are float16 in memory as well.
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
