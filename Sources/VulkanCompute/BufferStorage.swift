import CVulkan
import Foundation

/// The Vulkan side of a buffer: handle, memory, mapping, texel views.
final class BufferStorage {
  let name: String
  let byteCount: Int
  let handle: VkBuffer
  private let device: Device
  private let memory: VkDeviceMemory
  let mapping: UnsafeMutableRawPointer?
  private var views: [ViewKey: VkBufferView] = [:]

  /// Bytes that allocations are multiples of.
  private static let allocationStep = 256
  /// The most bytes of one staged copy.
  private static let stagedBytes = 64 << 20

  private struct ViewKey: Hashable {
    let format: UInt32
    let offset: Int
    let range: Int
  }

  /// - Parameter hostVisible: true for staging memory, which is always mapped.
  init(name: String, byteCount: Int, device: Device, hostVisible: Bool = false) throws {
    self.name = name
    self.byteCount = byteCount
    self.device = device
    var info = VkBufferCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO
    info.size = VkDeviceSize(byteCount)
    info.usage =
      VK_BUFFER_USAGE_STORAGE_BUFFER_BIT.rawValue | VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT.rawValue
      | VK_BUFFER_USAGE_TRANSFER_SRC_BIT.rawValue | VK_BUFFER_USAGE_TRANSFER_DST_BIT.rawValue
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE
    var buffer: VkBuffer?
    try check(vkCreateBuffer(device.handle, &info, nil, &buffer), "creating the buffer \(name)")
    var requirements = VkMemoryRequirements()
    vkGetBufferMemoryRequirements(device.handle, buffer, &requirements)
    let operation = "allocating \(formatBytes(byteCount)) for \(name)"
    // A kernel that writes a little past the end of a short buffer spoils nothing else.
    let allocated = (Int(requirements.size) + Self.allocationStep - 1) / Self.allocationStep * Self.allocationStep
    guard Int(requirements.size) <= device.description.maxAllocationBytes else {
      vkDestroyBuffer(device.handle, buffer, nil)
      throw VulkanError(
        .outOfMemory,
        "\(operation): \(device.description.name) takes at most \(formatBytes(device.description.maxAllocationBytes)) "
          + "in one piece; use fewer environments or runs")
    }
    let type = try device.memoryType(allowed: requirements.memoryTypeBits, hostVisible: hostVisible)
    var allocation = VkMemoryAllocateInfo()
    allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
    allocation.allocationSize = VkDeviceSize(allocated)
    allocation.memoryTypeIndex = type.index
    var memory: VkDeviceMemory?
    let result = vkAllocateMemory(device.handle, &allocation, nil, &memory)
    guard result == VK_SUCCESS, let memory, let buffer else {
      vkDestroyBuffer(device.handle, buffer, nil)
      throw VulkanError(operation, result)
    }
    (handle, self.memory) = (buffer, memory)
    var pointer: UnsafeMutableRawPointer?
    let bound = vkBindBufferMemory(device.handle, buffer, memory, 0)
    let mapped = type.mapped ? vkMapMemory(device.handle, memory, 0, VK_WHOLE_SIZE, 0, &pointer) : VK_SUCCESS
    mapping = pointer
    try check(bound, operation)
    try check(mapped, operation)
    if let pointer {
      memset(pointer, 0, byteCount)
    } else {
      try device.run { $0.fill(self, offset: 0, byteCount: byteCount, with: 0) }
    }
  }

  deinit {
    for view in views.values { vkDestroyBufferView(device.handle, view, nil) }
    vkDestroyBuffer(device.handle, handle, nil)
    vkFreeMemory(device.handle, memory, nil)
  }

  /// The texel view of a window; views live as long as the buffer.
  func view(format: VkFormat, offset: Int, range: Int) throws -> VkBufferView {
    let key = ViewKey(format: format.rawValue, offset: offset, range: range)
    if let view = views[key] { return view }
    var info = VkBufferViewCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO
    info.buffer = handle
    info.format = format
    info.offset = VkDeviceSize(offset)
    info.range = VkDeviceSize(range)
    var view: VkBufferView?
    try check(vkCreateBufferView(device.handle, &info, nil, &view), "creating a texel view of \(name)")
    guard let view else { throw VulkanError(.other, "no texel view of \(name)") }
    views[key] = view
    return view
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    guard bytes.count > 0, let source = bytes.baseAddress else { return }
    if let mapping {
      memcpy(mapping + offset, source, bytes.count)
      return
    }
    let staging = try staging(for: bytes.count)
    for start in stride(from: 0, to: bytes.count, by: staging.byteCount) {
      let part = bytes[start..<min(start + staging.byteCount, bytes.count)]
      try staging.write(UnsafeRawBufferPointer(rebasing: part), at: 0)
      try device.run { $0.copy(staging, 0, to: self, offset + start, byteCount: part.count) }
    }
  }

  func read(_ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer) throws {
    guard range.count > 0, let target = destination.baseAddress else { return }
    if let mapping {
      memcpy(target, mapping + range.lowerBound, range.count)
      return
    }
    let staging = try staging(for: range.count)
    for start in stride(from: 0, to: range.count, by: staging.byteCount) {
      let count = min(staging.byteCount, range.count - start)
      try device.run { $0.copy(self, range.lowerBound + start, to: staging, 0, byteCount: count) }
      try staging.read(0..<count, into: UnsafeMutableRawBufferPointer(start: target + start, count: count))
    }
  }

  /// Mapped memory through which the host reads or writes up to `byteCount` bytes at a time.
  private func staging(for byteCount: Int) throws -> BufferStorage {
    try BufferStorage(
      name: "staging for \(name)", byteCount: min(byteCount, Self.stagedBytes), device: device, hostVisible: true)
  }
}
