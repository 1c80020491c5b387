import ArgumentParser
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
