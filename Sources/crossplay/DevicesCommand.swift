import ArgumentParser
import Configuration
import Training
import VulkanCompute

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "Lists the Vulkan devices, how each would be used, and the default (*).",
    discussion: """
      --device of other commands takes a number of this list, a UUID or a PCI address; CROSSPLAY_DEVICE names devices \
      for commands that are not told. Vulkan takes no notice of CUDA_VISIBLE_DEVICES.
      """)

  @Flag(help: "Print one JSON object per device.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Instead, compile every kernel of a configuration and print what the driver says of its code.",
      discussion: "Registers, spills, scratch and shared memory, occupancy: as far as the driver tells. Nothing runs.",
      valueName: "config.yaml"))
  var kernels: String?

  @OptionGroup(title: "With --kernels") var overrides: OverrideOptions
  @OptionGroup(title: "With --kernels") var deviceOptions: DeviceOptions

  private struct Row: Encodable {
    let index: Int
    let uuid: String?
    let pciAddress: String?
    let name: String
    let kind: String
    let apiVersion: String
    let driver: String
    let memoryBytes: Int
    /// What a training may plan with now.
    let availableBytes: Int
    let maxStorageBufferRange: Int
    let subgroupSize: Int
    let profile: String
    let cooperativeMatrices: Bool
    let missing: [String]
    let isDefault: Bool
  }

  func run() throws {
    if let kernels { return try printKernels(of: kernels) }
    let devices = try Device.all()
    guard !devices.isEmpty else {
      throw VulkanError(.noDevice, "no Vulkan device was found; install a driver, for example mesa-vulkan-drivers")
    }
    let chosen = try DeviceOptions.defaults(among: devices)
    if let remark = HiddenGraphics.remark(offered: devices.map(\.kind)) { Console.log.warning("\(remark)") }
    for device in devices {
      let row = Row(
        index: device.index, uuid: device.uuid, pciAddress: device.pciAddress?.description, name: device.name,
        kind: device.kind.rawValue, apiVersion: device.apiVersion,
        driver: device.driver, memoryBytes: device.memoryBytes,
        availableBytes: device.availableBytes, maxStorageBufferRange: device.maxStorageBufferRange,
        subgroupSize: device.subgroupSize, profile: device.profile.description,
        cooperativeMatrices: device.hasCooperativeMatrices, missing: device.missing,
        isDefault: chosen.contains(device.index))
      if json {
        try Console.printJSON(row)
      } else {
        try Console.print(
          "\(row.isDefault ? "*" : " ") \(row.index)  \(row.name)  (\(row.kind), Vulkan \(row.apiVersion), \(row.driver))"
        )
        try Console.print(
          "     memory \(formatBytes(row.memoryBytes)), one binding \(formatBytes(row.maxStorageBufferRange)), "
            + "subgroup \(row.subgroupSize)\(row.cooperativeMatrices ? ", matrix units" : "")")
        let names = [row.uuid, row.pciAddress.map { "PCI \($0)" }].compactMap(\.self)
        if !names.isEmpty { try Console.print("     \(names.joined(separator: ", "))") }
        try Console.print(
          row.missing.isEmpty ? "     \(row.profile)" : "     unusable, lacks \(row.missing.joined(separator: ", "))")
      }
    }
  }
}

extension DevicesCommand {
  private struct KernelRow: Encodable {
    let kernel: String
    let subgroupSize: Int
    let values: [String: Double]
  }

  private func printKernels(of path: String) throws {
    let configuration = try TrainingConfiguration(contentsOf: path, overrides: overrides.overrides).checked()
    let device = try deviceOptions.open(reportsKernels: true)
    let statistics = try Trainer.kernels(configuration: configuration, device: device).map { try $0.statistics() }
    guard !json else {
      for kernel in statistics {
        let values = Dictionary(kernel.values.map { ($0.name, $0.number) }) { first, _ in first }
        try Console.printJSON(KernelRow(kernel: kernel.kernel, subgroupSize: kernel.subgroupSize, values: values))
      }
      return
    }
    try Console.print("\(device.description.name), \(device.description.driver) (\(device.profile))")
    func text(_ number: Double?) -> String { number.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "-" }
    let rows = statistics.map { kernel in
      let spilled = kernel.values.filter { $0.name.lowercased().contains("spill") }.map(\.number)
      return [
        kernel.kernel, "\(kernel.subgroupSize)", text(kernel.first("vgprs", "register")),
        text(spilled.isEmpty ? nil : spilled.reduce(0, +)), text(kernel.first("scratch", "local memory", "stack")),
        text(kernel.first("lds size", "shared memory", "workgroup memory")),
        text(kernel.first("subgroups per simd", "occupancy", "max waves")),
        text(kernel.first("code size", "binary size")),
      ]
    }
    let header = ["kernel", "subgroup", "registers", "spilled", "scratch", "shared", "occupancy", "code"]
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    for row in [header] + rows {
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      try Console.print(cells.joined(separator: "  "))
    }
  }
}
