/// What names one Vulkan device of a machine: its number in the list, its UUID, or the address of its slot.
///
/// Numbers change when drivers or devices come and go; UUIDs and addresses do not.
public enum DeviceSelector: Hashable, Sendable, CustomStringConvertible {
  /// Position in `Device.all()`.
  case index(Int)
  /// 32 hexadecimal digits in lower case.
  case uuid(String)
  case pci(PCIAddress)

  /// `0`, `d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6a` (with `GPU-` in front as nvidia-smi writes it, or without hyphens),
  /// `0000:3b:00.0` or `3b:00.0`; nil for anything else.
  public init?(_ text: String) {
    if let index = Int(text) {
      self = .index(index)
    } else if let address = PCIAddress(text) {
      self = .pci(address)
    } else {
      let lowercase = text.lowercased()
      let digits = (lowercase.hasPrefix("gpu-") ? lowercase.dropFirst(4) : lowercase[...]).filter { $0 != "-" }
      guard digits.count == 32, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
      self = .uuid(digits)
    }
  }

  public var description: String {
    switch self {
    case .index(let index): "\(index)"
    case .uuid(let digits): Self.hyphenated(digits)
    case .pci(let address): "\(address)"
    }
  }

  /// `d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6a`
  static func hyphenated(_ digits: String) -> String {
    var rest = Substring(digits)
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(rest.prefix(count))
    }.joined(separator: "-")
  }

  /// The device that is meant.
  /// - Throws: `VulkanError` where there is none.
  public func choose(among devices: [DeviceDescription]) throws -> DeviceDescription {
    let found = devices.first { device in
      switch self {
      case .index(let index): device.index == index
      case .uuid(let digits): device.uuid == Self.hyphenated(digits)
      case .pci(let address): device.pciAddress == address
      }
    }
    if let found { return found }
    guard !devices.isEmpty else {
      throw VulkanError(
        .noDevice, "there is no Vulkan device \(self); none was found, install a driver such as mesa-vulkan-drivers")
    }
    let choice = if case .index = self { "choose 0 to \(devices.count - 1)" } else { "no device has this name" }
    throw VulkanError(.noDevice, "there is no Vulkan device \(self); \(choice), `crossplay devices` lists them")
  }
}

/// Where a device is plugged in: `0000:3b:00.0`, that is domain:bus:device.function in hexadecimal.
public struct PCIAddress: Hashable, Sendable, CustomStringConvertible {
  public let domain, bus, device, function: UInt32

  public init(domain: UInt32, bus: UInt32, device: UInt32, function: UInt32) {
    (self.domain, self.bus, self.device, self.function) = (domain, bus, device, function)
  }

  /// nil for anything that is not `[domain:]bus:device.function`; nvidia-smi writes the domain with 8 digits.
  public init?(_ text: String) {
    let pattern = /(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\.([0-7])/
    guard let match = text.wholeMatch(of: pattern),
      let domain = UInt32(match.1 ?? "0", radix: 16), let bus = UInt32(match.2, radix: 16),
      let device = UInt32(match.3, radix: 16), let function = UInt32(match.4, radix: 16)
    else { return nil }
    self.init(domain: domain, bus: bus, device: device, function: function)
  }

  public var description: String {
    func digits(_ value: UInt32, _ count: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return "\(digits(domain, 4)):\(digits(bus, 2)):\(digits(device, 2)).\(function)"
  }
}
