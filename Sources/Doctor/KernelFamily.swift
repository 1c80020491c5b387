import Networks
import VulkanCompute

/// Who computes a network and its learning on a device, and how exactly.
struct KernelFamily {
  let name: String
  let profile: DeviceProfile
  let precision: Precision
  /// How far results may be from those of float64, as a share of the largest of them.
  let tolerance: Double

  /// Sums of a few hundred float32 products, and exp, log and tanh as far off as Vulkan allows.
  private static let float32 = 1e-4
  /// Operands have 11 bits, and 8.
  private static let (float16, bfloat16) = (5e-3, 5e-2)

  /// Products on the matrix units of a device.
  static let matrixUnits = KernelFamily(
    "matrix units, mixed precision",
    DeviceProfile(loads: .storage, matrixMultiply: .cooperative, stateLayout: .structureOfArrays), .mixed, float16)
  /// The same roundings by ordinary instructions.
  static let sharedMixed = KernelFamily("shared kernels, mixed precision", .graphics, .mixed, float16)

  private init(_ name: String, _ profile: DeviceProfile, _ precision: Precision, _ tolerance: Double) {
    (self.name, self.profile, self.precision, self.tolerance) = (name, profile, precision, tolerance)
  }

  /// All that can run on a device. A CPU emulates matrix units.
  static func all(on device: DeviceDescription) -> [KernelFamily] {
    var families = [
      KernelFamily("shared kernels", .graphics, .float32, float32),
      KernelFamily("flat kernels", .software, .float32, float32), sharedMixed,
    ]
    if device.kind == .cpu || device.hasCooperativeMatrices { families.append(matrixUnits) }
    if device.profile.hostComputes {
      families.append(KernelFamily("products on the host", .host, .float32, float32))
      if HostProducts.shared?.hasBFloat16 == true {
        families.append(KernelFamily("products on the host, mixed precision", .host, .mixed, bfloat16))
      }
    }
    return families
  }

  /// Overrides of a configuration.
  var overrides: [String] { precision == .mixed ? ["precision=mixed"] : [] }
}
