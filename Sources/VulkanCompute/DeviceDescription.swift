import CVulkan
import Foundation

/// What a Vulkan device is and what it can do, as far as the engine asks.
public struct DeviceDescription: Sendable {
  public enum Kind: String, Sendable { case discrete, integrated, virtual, cpu, other }

  /// Position in the list of all devices.
  public let index: Int
  /// Stays the same across processes, machines and starts, such as `d3b5f1c8-9e1c-4c7f-8a36-1f2e3d4c5b6a`; nil without
  /// Vulkan 1.1.
  public let uuid: String?
  /// nil where the device has none or its driver does not say (VK_EXT_pci_bus_info).
  public let pciAddress: PCIAddress?
  public let name: String
  public let kind: Kind
  public let apiVersion: String
  /// Driver name and version.
  public let driver: String
  public let subgroupSize: Int
  /// Largest range, in bytes, that one storage binding may cover.
  public let maxStorageBufferRange: Int
  /// Largest number of texels of one texel buffer binding.
  public internal(set) var maxTexelBufferElements: Int
  /// Bytes of the largest buffer.
  public internal(set) var maxAllocationBytes: Int
  public let maxGroupCount: (x: Int, y: Int, z: Int)
  public let maxGroupInvocations: Int
  /// Bindings that a kernel may have: from 16 to 20.
  public let bindingsPerKernel: Int
  public let maxSharedMemoryBytes: Int
  /// Bytes of the largest device-local heap.
  public let memoryBytes: Int
  /// Alignment, in bytes, of every window of a buffer.
  public let offsetAlignment: Int
  /// Nanoseconds per timestamp tick; 0 where the queue has no timestamps.
  public let timestampPeriod: Float
  /// The bits of a timestamp that count; it starts again at 0 after the largest.
  let timestampMask: UInt64
  /// How products of float16 fragments by matrix units can be used (`CooperativeMatrices`); nil where they cannot.
  public let matrixUnits: MatrixUnits?
  /// What the engine needs and this device lacks; empty for a usable device.
  public let missing: [String]

  /// Bytes of that heap that the driver expects to have for this process, now; nil where it does not say
  /// (VK_EXT_memory_budget).
  public let memoryBudget: Int?

  public var hasCooperativeMatrices: Bool { matrixUnits != nil }

  /// Bytes that the engine may take: the heap, or less where the driver expects less. Where device and host have the same
  /// memory, also what the machine and its control groups allow; a CPU device works in that alone, whatever heap its driver
  /// reports.
  public var availableBytes: Int {
    let own = min(memoryBytes, memoryBudget ?? .max)
    return switch kind {
    case .cpu: MachineMemory.availableBytes
    case .integrated: min(own, MachineMemory.availableBytes)
    case .discrete, .virtual, .other: own
    }
  }

  /// What may be planned with at most: the heap where `availableBytes` is more.
  public var planningBytes: Int { min(memoryBytes, availableBytes) }

  /// Bytes of the largest buffer that one binding covers.
  public func bindingBytes(_ loads: DeviceProfile.Loads) -> Int {
    min(maxAllocationBytes, loads == .texel ? 16 * maxTexelBufferElements : maxStorageBufferRange)
  }

  /// Whether operands can be read through texel buffers: one covers as much as a storage binding does on every device.
  /// Vulkan promises 1 MiB only.
  public var allowsTexelLoads: Bool { 16 * maxTexelBufferElements >= 1 << 27 }

  /// The profile that the engine uses on this device.
  public var profile: DeviceProfile {
    var profile = kind == .cpu ? (HostProducts.shared == nil ? .software : .host) : DeviceProfile.graphics
    profile.tiles = .measured
    if !allowsTexelLoads { profile.loads = .storage }
    return profile
  }

  /// Preference when no device is named: discrete, integrated, virtual, others, CPU.
  var rank: Int {
    switch kind {
    case .discrete: 0
    case .integrated: 1
    case .virtual: 2
    case .other: 3
    case .cpu: 4
    }
  }

  /// The lowest `bits` of 64.
  static func mask(bits: UInt32) -> UInt64 { bits >= 64 ? .max : 1 << UInt64(bits) - 1 }

  init(index: Int, physical: VkPhysicalDevice, instance: VkInstance) throws {
    self.index = index
    var driverProperties = VkPhysicalDeviceDriverProperties()
    driverProperties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES
    var subgroup = VkPhysicalDeviceSubgroupProperties()
    subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES
    var maintenance = VkPhysicalDeviceMaintenance3Properties()
    maintenance.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES
    var identity = VkPhysicalDeviceIDProperties()
    identity.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES
    var slot = VkPhysicalDevicePCIBusInfoPropertiesEXT()
    slot.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT
    var basic = VkPhysicalDeviceProperties()
    vkGetPhysicalDeviceProperties(physical, &basic)
    let hasVulkan11 = basic.apiVersion >= (1 << 22) | (1 << 12)
    let extensions = try Self.extensions(of: physical)
    let hasSlot = hasVulkan11 && extensions.contains("VK_EXT_pci_bus_info")
    if hasVulkan11 {
      let hasDriverProperties =
        basic.apiVersion >= (1 << 22) | (2 << 12)
        || extensions.contains("VK_KHR_driver_properties")
      withUnsafeMutablePointer(to: &driverProperties) { driver in
        withUnsafeMutablePointer(to: &maintenance) { maintenance in
          withUnsafeMutablePointer(to: &subgroup) { subgroup in
            withUnsafeMutablePointer(to: &identity) { identity in
              withUnsafeMutablePointer(to: &slot) { slot in
                subgroup.pointee.pNext = UnsafeMutableRawPointer(maintenance)
                maintenance.pointee.pNext = UnsafeMutableRawPointer(identity)
                if hasDriverProperties { identity.pointee.pNext = UnsafeMutableRawPointer(driver) }
                var properties = VkPhysicalDeviceProperties2()
                properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
                properties.pNext = UnsafeMutableRawPointer(subgroup)
                if hasSlot {
                  slot.pointee.pNext = properties.pNext
                  properties.pNext = UnsafeMutableRawPointer(slot)
                }
                vkGetPhysicalDeviceProperties2(physical, &properties)
              }
            }
          }
        }
      }
    }
    let limits = basic.limits
    uuid = hasVulkan11 ? Self.uuidText(identity) : nil
    pciAddress =
      hasSlot
      ? PCIAddress(domain: slot.pciDomain, bus: slot.pciBus, device: slot.pciDevice, function: slot.pciFunction) : nil
    name = text(of: basic.deviceName)
    kind =
      switch basic.deviceType {
      case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: .discrete
      case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: .integrated
      case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: .virtual
      case VK_PHYSICAL_DEVICE_TYPE_CPU: .cpu
      default: .other
      }
    apiVersion = "\(basic.apiVersion >> 22).\((basic.apiVersion >> 12) & 0x3FF).\(basic.apiVersion & 0xFFF)"
    let driverName = text(of: driverProperties.driverName)
    driver =
      driverName.isEmpty ? "driver \(basic.driverVersion)" : "\(driverName) \(text(of: driverProperties.driverInfo))"
    subgroupSize = Int(subgroup.subgroupSize)
    matrixUnits = hasVulkan11 ? CooperativeMatrices.units(of: physical, instance, listed: extensions) : nil
    maxStorageBufferRange = Int(limits.maxStorageBufferRange)
    maxTexelBufferElements = Int(limits.maxTexelBufferElements)
    maxAllocationBytes =
      maintenance.maxMemoryAllocationSize == 0 ? Int.max : Int(clamping: maintenance.maxMemoryAllocationSize)
    let groups = limits.maxComputeWorkGroupCount
    maxGroupCount = (Int(groups.0), Int(groups.1), Int(groups.2))
    maxGroupInvocations = Int(limits.maxComputeWorkGroupInvocations)
    bindingsPerKernel = min(Int(limits.maxPerStageDescriptorStorageBuffers), Kernel.mostBindings)
    maxSharedMemoryBytes = Int(limits.maxComputeSharedMemorySize)
    offsetAlignment = Int(max(limits.minStorageBufferOffsetAlignment, limits.minTexelBufferOffsetAlignment))
    (memoryBytes, memoryBudget) = Self.memory(
      of: physical, withBudget: hasVulkan11 && extensions.contains("VK_EXT_memory_budget"))
    let queues = Self.queueFamilies(of: physical)
    let compute = Self.computeFamily(of: queues)
    let timestampBits = compute.map { queues[$0].timestampValidBits } ?? 0
    timestampPeriod = timestampBits > 0 ? limits.timestampPeriod : 0
    timestampMask = Self.mask(bits: timestampBits)
    var missing: [String] = []
    if !hasVulkan11 { missing.append("Vulkan 1.1 (has \(apiVersion))") }
    if compute == nil { missing.append("a compute queue") }
    if limits.maxPerStageDescriptorStorageBuffers < Kernel.leastBindings {
      missing.append(
        "\(Kernel.leastBindings) storage buffers per stage (has \(limits.maxPerStageDescriptorStorageBuffers))")
    }
    if maxGroupInvocations < 256 { missing.append("workgroups of 256 invocations (has \(maxGroupInvocations))") }
    if offsetAlignment > BufferTable.runAlignmentBytes {
      missing.append("buffer offsets aligned to \(BufferTable.runAlignmentBytes) bytes (needs \(offsetAlignment))")
    }
    if maxSharedMemoryBytes < 32 << 10 {
      missing.append("32 KiB of shared memory per workgroup (has \(formatBytes(maxSharedMemoryBytes)))")
    }
    self.missing = missing
  }

  private static func uuidText(_ identity: VkPhysicalDeviceIDProperties) -> String {
    withUnsafeBytes(of: identity.deviceUUID) { bytes in
      DeviceSelector.hyphenated(
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }

  /// The largest device-local heap, and what the driver expects this process to get of it.
  private static func memory(of physical: VkPhysicalDevice, withBudget: Bool) -> (bytes: Int, budget: Int?) {
    var budget = VkPhysicalDeviceMemoryBudgetPropertiesEXT()
    budget.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT
    var memory = VkPhysicalDeviceMemoryProperties2()
    memory.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2
    if withBudget {
      withUnsafeMutablePointer(to: &budget) { budget in
        memory.pNext = UnsafeMutableRawPointer(budget)
        vkGetPhysicalDeviceMemoryProperties2(physical, &memory)
      }
    } else {
      vkGetPhysicalDeviceMemoryProperties(physical, &memory.memoryProperties)
    }
    let properties = memory.memoryProperties
    let heaps = withUnsafeBytes(of: properties.memoryHeaps) { heaps in
      Array(heaps.bindMemory(to: VkMemoryHeap.self).prefix(Int(properties.memoryHeapCount)))
    }
    let budgets = withUnsafeBytes(of: budget.heapBudget) { Array($0.bindMemory(to: VkDeviceSize.self)) }
    let own = heaps.indices.filter { heaps[$0].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT.rawValue != 0 }
    guard let largest = own.max(by: { heaps[$0].size < heaps[$1].size }) else { return (0, nil) }
    let bytes = Int(clamping: heaps[largest].size)
    return (bytes, budgets[largest] > 0 ? Int(clamping: budgets[largest]) : nil)
  }

  static func extensions(of physical: VkPhysicalDevice) throws -> Set<String> {
    let listed = try enumerate("listing device extensions", VkExtensionProperties()) {
      vkEnumerateDeviceExtensionProperties(physical, nil, $0, $1)
    }
    return Set(listed.map { text(of: $0.extensionName) })
  }

  static func queueFamilies(of physical: VkPhysicalDevice) -> [VkQueueFamilyProperties] {
    var count: UInt32 = 0
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nil)
    var families = Array(repeating: VkQueueFamilyProperties(), count: Int(count))
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, &families)
    return families
  }

  /// A family for compute alone where there is one: the desktop's graphics then do not share its watchdog.
  static func computeFamily(of families: [VkQueueFamilyProperties]) -> Int? {
    func has(_ bit: VkQueueFlagBits, _ family: VkQueueFamilyProperties) -> Bool {
      family.queueFlags & bit.rawValue != 0
    }
    let compute = families.indices.filter { has(VK_QUEUE_COMPUTE_BIT, families[$0]) }
    return compute.first { !has(VK_QUEUE_GRAPHICS_BIT, families[$0]) } ?? compute.first
  }
}
