import ArgumentParser
import VulkanCompute

struct DeviceOptions: ParsableArguments {
  // Takes the next argument as it is, so that `--device -1` fails like any other number that does not exist.
  @Option(
    name: .customLong("device"), parsing: .unconditional,
    help: "Number of the Vulkan device in the list of `crossplay devices`.")
  var index: Int?

  @Option(
    help: ArgumentHelp(
      "Where matrix products run: kernels with register tiles, with shared memory or on matrix units, or oneDNN on the host.",
      discussion: "The default is the fastest for the device; `crossplay devices` names it."))
  var matmul: DeviceProfile.MatrixMultiply?

  @Option(
    help: ArgumentHelp(
      "Tiles of the matrix kernels: measured (the default), standard, or a shape such as 8x4 wherever it fits.",
      discussion: "Results do not depend on the tiles. Measurements are kept per device and driver."))
  var tiles: DeviceProfile.Tiles?

  @Flag(help: "Run under the Vulkan validation layer and fail on any message.")
  var validate = false

  /// - Parameters:
  ///   - environments: How many take a step at once, over all runs; nil if unknown.
  ///   - reportsKernels: Whether kernels are compiled with statistics.
  func open(environments: Int? = nil, reportsKernels: Bool = false) throws -> Device {
    // Below this, kernels of a step take no longer than waking a thread does; matrix kernels take longer.
    let hostMultiplies = matmul.map { $0 == .host } ?? (HostProducts.shared != nil)
    let smallDispatches = hostMultiplies && (environments.map { $0 <= 2048 } ?? false)
    let device = try Device(
      index: index, validation: validate ? .synchronization : .off, matrixMultiply: matmul, tiles: tiles,
      reportsKernels: reportsKernels, smallDispatches: smallDispatches)
    if matmul == .flat, device.description.kind != .cpu {
      let name = device.description.name
      Console.log.warning("--matmul flat is made for CPUs; its kernels spill registers on \(name), so leave it out")
    }
    return device
  }

  /// With `--validate`, fails if the validation layer reported anything.
  func finish(_ device: Device) throws {
    if let message = device.validationMessages.first { throw VulkanError(.validation, message) }
  }
}

extension DeviceProfile.MatrixMultiply: ExpressibleByArgument {}

extension DeviceProfile.Tiles: ExpressibleByArgument {
  public init?(argument: String) {
    switch argument {
    case "standard": self = .standard
    case "measured": self = .measured
    default:
      guard let match = argument.wholeMatch(of: /(\d+)x(\d+)/), let rows = Int(match.1), let columns = Int(match.2),
        (1...64).contains(rows), (1...64).contains(columns)
      else { return nil }
      self = .shape(rows: rows, columns: columns)
    }
  }
}
