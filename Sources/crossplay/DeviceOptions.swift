import ArgumentParser
import Foundation
import VulkanCompute

struct DeviceOptions: ParsableArguments {
  // Takes the next argument as it is, so that `--device -1` fails like any other number that does not exist.
  @Option(
    name: .customLong("device"), parsing: .unconditional,
    help: ArgumentHelp(
      "Vulkan device: its number in the list of `crossplay devices`, its UUID or its PCI address.",
      discussion: """
        train and experiment take several, separated by commas; each trains a share of the runs. The default is \
        CROSSPLAY_DEVICE, or else the best device.
        """,
      valueName: "device"))
  var names: String?

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

  /// The environment variable that names devices where `--device` does not.
  static let variable = "CROSSPLAY_DEVICE"

  /// What the user has named; empty for the best device.
  func selectors() throws -> [DeviceSelector] {
    if let names { return try Self.selectors(names, of: "--device \(names)") }
    return try Self.selectorsOfEnvironment()
  }

  private static func selectorsOfEnvironment() throws -> [DeviceSelector] {
    guard let names = ProcessInfo.processInfo.environment[variable], !names.isEmpty else { return [] }
    return try selectors(names, of: "\(variable)=\(names)")
  }

  /// Places of the devices that are used where a command is not told.
  static func defaults(among devices: [DeviceDescription]) throws -> Set<Int> {
    let selectors = try selectorsOfEnvironment()
    guard selectors.isEmpty else { return Set(try selectors.map { try $0.choose(among: devices).index }) }
    return Set([Device.preferred(among: devices)?.index].compactMap(\.self))
  }

  private static func selectors(_ names: String, of option: String) throws -> [DeviceSelector] {
    try names.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let selector = DeviceSelector(String(name)) else {
        throw UsageError(
          "\(option): expected a device's number in the list of `crossplay devices`, its UUID or its PCI address")
      }
      return selector
    }
  }

  /// The first device alone, for a step that works on one.
  var first: DeviceOptions {
    var options = self
    options.names = names.map { String($0.prefix { $0 != "," }) }
    return options
  }

  /// The device that is named, or the first of `CROSSPLAY_DEVICE`.
  ///
  /// - Parameters:
  ///   - environments: How many take a step at once, over all runs; nil if unknown.
  ///   - reportsKernels: Whether kernels are compiled with statistics.
  func open(environments: Int? = nil, reportsKernels: Bool = false) throws -> Device {
    if let names, names.contains(",") {
      throw UsageError("--device \(names): this command works on one device; train and experiment take several")
    }
    return try open(selectors().first, environments: environments, reportsKernels: reportsKernels)
  }

  /// All devices that are named.
  ///
  /// - Parameter environments: How many take a step at once, over all runs of all devices.
  func openAll(environments: Int) throws -> [Device] {
    let selectors = try selectors()
    guard !selectors.isEmpty else { return [try open(nil, environments: environments)] }
    return try selectors.map { try open($0, environments: environments / selectors.count) }
  }

  private func open(
    _ selector: DeviceSelector?, environments: Int?, reportsKernels: Bool = false
  ) throws -> Device {
    // Below this, kernels of a step take no longer than waking a thread does; matrix kernels take longer.
    let hostMultiplies = matmul.map { $0 == .host } ?? (HostProducts.shared != nil)
    let smallDispatches = hostMultiplies && (environments.map { $0 <= 2048 } ?? false)
    let device = try Device(
      selector, validation: validate ? .synchronization : .off, matrixMultiply: matmul, tiles: tiles,
      reportsKernels: reportsKernels, smallDispatches: smallDispatches)
    // Where nobody names a device, a CPU is taken only for want of others.
    if selector == nil, device.description.kind == .cpu { Self.remarkOnHiddenGraphics }
    if matmul == .flat, device.description.kind != .cpu {
      let name = device.description.name
      Console.log.warning("--matmul flat is made for CPUs; its kernels spill registers on \(name), so leave it out")
    }
    return device
  }

  /// Once per process.
  private static let remarkOnHiddenGraphics: Void = {
    if let remark = HiddenGraphics.remark(offered: [.cpu]) { Console.log.warning("\(remark)") }
  }()

  /// With `--validate`, fails if the validation layer reported anything.
  func finish(_ devices: Device...) throws { try finish(devices) }

  func finish(_ devices: [Device]) throws {
    if let message = devices.lazy.compactMap(\.validationMessages.first).first {
      throw VulkanError(.validation, message)
    }
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
