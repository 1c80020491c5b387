import ArgumentParser
import VulkanCompute

struct DeviceOptions: ParsableArguments {
  @Option(name: .customLong("device"), help: "Number of the Vulkan device, as `crossplay devices` lists them.")
  var index: Int?

  @Option(
    help: ArgumentHelp(
      "Who multiplies matrices: kernels with register tiles, kernels with shared memory, or OpenBLAS on the host.",
      discussion: "By default the fastest for the device; `crossplay devices` names it."))
  var matmul: DeviceProfile.MatrixMultiply?

  @Flag(help: "Run under the Vulkan validation layer and fail on any message.")
  var validate = false

  /// - Parameter environments: How many take a step at once, over all runs; nil for as many as there may be.
  func open(environments: Int? = nil) throws -> Device {
    // Below this, kernels of a step take no longer than waking a thread does.
    let smallDispatches = environments.map { $0 <= 512 } ?? false
    return try Device(
      index: index, validation: validate ? .synchronization : .off, matrixMultiply: matmul,
      smallDispatches: smallDispatches)
  }

  /// With `--validate`, refuses to call a run good about which the validation layer had something to say.
  func finish(_ device: Device) throws {
    if let message = device.validationMessages.first { throw VulkanError(.validation, message) }
  }
}

extension DeviceProfile.MatrixMultiply: ExpressibleByArgument {}
