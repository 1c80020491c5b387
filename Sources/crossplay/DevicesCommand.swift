import ArgumentParser
import VulkanCompute

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "Lists the Vulkan devices, how each would be used, and the default (*).")

  @Flag(help: "Print one JSON object per device.")
  var json = false

  private struct Row: Encodable {
    let index: Int
    let name: String
    let kind: String
    let apiVersion: String
    let driver: String
    let memoryBytes: Int
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
    let chosen = Device.preferred(among: devices)?.index
    for device in devices {
      let row = Row(
        index: device.index, name: device.name, kind: device.kind.rawValue, apiVersion: device.apiVersion,
        driver: device.driver, memoryBytes: device.memoryBytes, maxStorageBufferRange: device.maxStorageBufferRange,
        subgroupSize: device.subgroupSize, profile: device.profile.description,
        cooperativeMatrices: device.hasCooperativeMatrices, missing: device.missing,
        isDefault: device.index == chosen)
      if json {
        try Console.printJSON(row)
      } else {
        try Console.print(
          "\(row.isDefault ? "*" : " ") \(row.index)  \(row.name)  (\(row.kind), Vulkan \(row.apiVersion), \(row.driver))"
        )
        try Console.print(
          "     memory \(formatBytes(row.memoryBytes)), one binding \(formatBytes(row.maxStorageBufferRange)), "
            + "subgroup \(row.subgroupSize)\(row.cooperativeMatrices ? ", matrix units" : "")")
        try Console.print(
          row.missing.isEmpty ? "     \(row.profile)" : "     unusable, lacks \(row.missing.joined(separator: ", "))")
      }
    }
  }
}
