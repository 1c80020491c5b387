import Testing

@testable import VulkanCompute

/// Devices by number, UUID and address, and what is said where a graphics processor is hidden.
@Suite struct DeviceSelectorTests {
  @Test(
    arguments: [
      ("0", .index(0)), ("-1", .index(-1)), ("12", .index(12)),
      ("d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6a", .uuid("d3b5f1c89e1c4c7f8a361f2e3d4c5b6a")),
      ("GPU-D3B5F1C8-9e1c-4c7f-8a36-1f2e3d4c5b6a", .uuid("d3b5f1c89e1c4c7f8a361f2e3d4c5b6a")),
      ("d3b5f1c89e1c4c7f8a361f2e3d4c5b6a", .uuid("d3b5f1c89e1c4c7f8a361f2e3d4c5b6a")),
      ("0000:3b:00.0", .pci(PCIAddress(domain: 0, bus: 0x3b, device: 0, function: 0))),
      ("00000001:C1:1f.7", .pci(PCIAddress(domain: 1, bus: 0xc1, device: 0x1f, function: 7))),
      ("3b:00.0", .pci(PCIAddress(domain: 0, bus: 0x3b, device: 0, function: 0))),
    ] as [(String, DeviceSelector)])
  func namesAreUnderstood(text: String, selector: DeviceSelector) {
    #expect(DeviceSelector(text) == selector)
    #expect(DeviceSelector(selector.description) == selector)
  }

  @Test(arguments: [
    "", "first", "0.5", "3b:00", "3b:00.8", "3b:00.0 ", "GPU-", "d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6", "0x10",
  ])
  func otherNamesAreNot(text: String) { #expect(DeviceSelector(text) == nil) }

  @Test func everyDeviceIsFoundByAllItsNames() throws {
    let devices = try Device.all()
    #expect(Set(devices.map(\.index)) == Set(devices.indices))
    for device in devices where device.missing.isEmpty {
      #expect(try DeviceSelector.index(device.index).choose(among: devices).index == device.index)
      let uuid = try #require(device.uuid)
      // The first of several with the same UUID.
      #expect(try #require(DeviceSelector(uuid)).choose(among: devices).uuid == uuid)
      #expect(try Device(DeviceSelector(uuid)).description.uuid == uuid)
      if let address = device.pciAddress {
        #expect(try DeviceSelector.pci(address).choose(among: devices).pciAddress == address)
      }
    }
  }

  @Test(arguments: ["99", "d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6a", "ffff:ff:1f.7"])
  func aDeviceThatIsNotThereIsNamed(name: String) throws {
    let selector = try #require(DeviceSelector(name))
    let error = #expect(throws: VulkanError.self) { try Device(selector) }
    #expect(error?.kind == .noDevice)
    #expect(error?.description.contains("there is no Vulkan device \(name)") == true, "\(String(describing: error))")
  }

  // MARK: Hidden graphics processors

  private func remark(
    _ kinds: [DeviceDescription.Kind], _ files: [String: [String]], environment: [String: String] = [:]
  ) -> String? {
    HiddenGraphics.remark(offered: kinds, files: { files[$0] ?? [] }, environment: environment)
  }

  @Test func aGraphicsProcessorThatVulkanDoesNotOfferIsNamed() throws {
    let nvidia = try #require(remark([.cpu], ["/dev": ["nvidia1", "nvidiactl", "nvidia0", "null"], "/dev/dri": []]))
    #expect(nvidia.contains("(/dev/nvidia0)") && nvidia.contains("NVIDIA_DRIVER_CAPABILITIES=all"))
    let other = try #require(remark([.cpu, .cpu], ["/dev": ["nvidiactl"], "/dev/dri": ["card0", "renderD129"]]))
    #expect(other.contains("(/dev/dri/renderD129)") && other.contains("mesa-vulkan-drivers"))
  }

  @Test func nothingIsSaidWhereThereIsNothingToMend() {
    let files = ["/dev": ["nvidia0"], "/dev/dri": ["renderD128"]]
    #expect(remark([.cpu, .discrete], files) == nil)
    #expect(remark([.integrated], files) == nil)
    #expect(remark([], files) == nil)
    #expect(remark([.cpu], ["/dev": ["nvidiactl", "nvidia-uvm"], "/dev/dri": ["card0"]]) == nil)
    // Somebody has chosen the driver.
    #expect(remark([.cpu], files, environment: ["VK_DRIVER_FILES": "/usr/share/vulkan/icd.d/lvp_icd.json"]) == nil)
    #expect(remark([.cpu], files, environment: ["VK_DRIVER_FILES": ""]) != nil)
  }
}
