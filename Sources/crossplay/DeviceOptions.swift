import ArgumentParser
import VulkanCompute

struct DeviceOptions: ParsableArguments {
  // Takes what follows as it is, so that `--device -1` is answered like every other number that does not exist.
  @Option(
    name: .customLong("device"), parsing: .unconditional,
    help: "Number of the Vulkan device, as `crossplay devices` lists them.")
  var index: Int?

  @Option(
    help: ArgumentHelp(
      "Who multiplies matrices: kernels with register tiles, kernels with shared memory, or OpenBLAS on the host.",
      discussion: "By default the fastest for the device; `crossplay devices` names it."))
  var matmul: DeviceProfile.MatrixMultiply?

  @Flag(help: "Run under the Vulkan validation layer and fail on any message.")
  var validate = false

  func open() throws -> Device {
    try Device(index: index, validation: validate ? .synchronization : .off, matrixMultiply: matmul)
  }

  /// With `--validate`, refuses to call a run good about which the validation layer had something to say.
  func finish(_ device: Device) throws {
    if let message = device.validationMessages.first { throw VulkanError(.validation, message) }
  }
}

extension DeviceProfile.MatrixMultiply: ExpressibleByArgument {}
