import CVulkan
import Foundation

/// A range of a buffer as a kernel sees it.
public struct BufferWindow {
  let buffer: AnyBuffer
  let byteOffset: Int
  public let byteCount: Int

  /// Where the host reads and writes the window; nil where the device's memory is not mapped. For steps of the host.
  public var mapped: UnsafeMutableRawPointer? { buffer.allocated.mapping.map { $0 + byteOffset } }

  /// The same where the device is known to work in the host's memory.
  public func address<Element>(of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let mapped else { preconditionFailure("the host cannot reach \(buffer.name)") }
    return mapped.assumingMemoryBound(to: type)
  }
}

/// Memory of the device without its element type: what tables, recorders and checkpoints handle.
public class AnyBuffer {
  public let name: String
  public let byteCount: Int
  /// Bytes per element.
  public let elementSize: Int
  /// Runs along the first axis; 1 for buffers that are not per run.
  public let runCount: Int
  /// Bytes from one run to the next.
  public let runStrideBytes: Int
  /// The axes after R with their names, for example [("T", 128), ("N", 64), ("A", 2)].
  public let shape: [(axis: String, count: Int)]
  public let elementName: String

  private(set) var storage: BufferStorage?

  init(
    name: String, elementSize: Int, elementName: String, runCount: Int, runStrideBytes: Int,
    shape: [(axis: String, count: Int)]
  ) {
    self.name = name
    self.elementSize = elementSize
    self.elementName = elementName
    self.runCount = runCount
    self.runStrideBytes = runStrideBytes
    self.shape = shape
    byteCount = runCount * runStrideBytes
  }

  func allocate(on device: Device, hostVisible: Bool = false) throws {
    storage = try BufferStorage(name: name, byteCount: byteCount, device: device, hostVisible: hostVisible)
  }

  var allocated: BufferStorage {
    guard let storage else { preconditionFailure("\(name) is used before BufferTable.allocate()") }
    return storage
  }

  /// The whole buffer.
  public var whole: BufferWindow { BufferWindow(buffer: self, byteOffset: 0, byteCount: byteCount) }

  /// The part that belongs to `runs`; the kernel's run 0 is the first of them.
  public func window(runs: Range<Int>) -> BufferWindow {
    precondition(runs.lowerBound >= 0 && runs.upperBound <= runCount && !runs.isEmpty, "\(name) has no runs \(runs)")
    return BufferWindow(
      buffer: self, byteOffset: runs.lowerBound * runStrideBytes, byteCount: runs.count * runStrideBytes)
  }

  /// Host to device.
  public func writeBytes(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) throws {
    precondition(offset >= 0 && offset + bytes.count <= byteCount, "\(name): write past the end")
    try allocated.write(bytes, at: offset)
  }

  /// Device to host.
  public func readBytes(_ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer) throws {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "\(name): read past the end")
    try allocated.read(range, into: destination)
  }

  /// Bytes of one run without the padding after it.
  public var bytesPerRun: Int { shape.reduce(elementSize) { $0 * $1.count } }
}

/// Memory of the device with elements of one type. Run-major: element (r, i) stands at `r * runStride + i`.
public final class Buffer<Element: BitwiseCopyable>: AnyBuffer {
  /// Elements in all, padding included.
  public var count: Int { byteCount / MemoryLayout<Element>.stride }
  /// Elements from one run to the next.
  public var runStride: Int { runStrideBytes / MemoryLayout<Element>.stride }

  init(name: String, runs: Int, shape: [(axis: String, count: Int)], padded: Bool) {
    let stride = MemoryLayout<Element>.stride
    let bytes = shape.reduce(stride) { $0 * $1.count }
    let alignment = padded ? BufferTable.runAlignmentBytes : stride
    super.init(
      name: name, elementSize: stride, elementName: "\(Element.self)", runCount: runs,
      runStrideBytes: max((bytes + alignment - 1) / alignment, 1) * alignment, shape: shape)
  }

  /// Host to device, from element `offset` on.
  public func write(_ values: [Element], at offset: Int = 0) throws {
    try values.withUnsafeBytes { try writeBytes($0, at: offset * MemoryLayout<Element>.stride) }
  }

  /// Device to host: elements of `range`, or all.
  public func read(_ range: Range<Int>? = nil) throws -> [Element] {
    let range = range ?? 0..<count
    let stride = MemoryLayout<Element>.stride
    return try [Element](unsafeUninitializedCapacity: range.count) { values, initialized in
      try readBytes(range.lowerBound * stride..<range.upperBound * stride, into: UnsafeMutableRawBufferPointer(values))
      initialized = range.count
    }
  }

  /// The elements of one run, without padding.
  public func read(run: Int) throws -> [Element] {
    let start = run * runStride
    return try read(start..<start + bytesPerRun / MemoryLayout<Element>.stride)
  }

  public func write(_ values: [Element], run: Int) throws {
    precondition(values.count <= runStride, "\(name): more elements than a run holds")
    try write(values, at: run * runStride)
  }
}

/// The Vulkan side of a buffer: handle, memory, mapping, texel views.
final class BufferStorage {
  let name: String
  let byteCount: Int
  let handle: VkBuffer
  private let device: Device
  private let memory: VkDeviceMemory
  let mapping: UnsafeMutableRawPointer?
  private var views: [ViewKey: VkBufferView] = [:]

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
    guard Int(requirements.size) <= device.description.maxAllocationBytes else {
      vkDestroyBuffer(device.handle, buffer, nil)
      throw VulkanError(
        .outOfMemory,
        "\(operation): \(device.description.name) takes at most \(formatBytes(device.description.maxAllocationBytes)) "
          + "in one piece; use fewer environments or runs, or see `--plan`")
    }
    let type = try device.memoryType(allowed: requirements.memoryTypeBits, hostVisible: hostVisible)
    var allocation = VkMemoryAllocateInfo()
    allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
    allocation.allocationSize = requirements.size
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
    let staging = try BufferStorage(
      name: "staging for \(name)", byteCount: bytes.count, device: device, hostVisible: true)
    try staging.write(bytes, at: 0)
    try device.run { $0.copy(staging, 0, to: self, offset, byteCount: bytes.count) }
  }

  func read(_ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer) throws {
    guard range.count > 0, let target = destination.baseAddress else { return }
    if let mapping {
      memcpy(target, mapping + range.lowerBound, range.count)
      return
    }
    let staging = try BufferStorage(
      name: "staging for \(name)", byteCount: range.count, device: device, hostVisible: true)
    try device.run { $0.copy(self, range.lowerBound, to: staging, 0, byteCount: range.count) }
    try staging.read(0..<range.count, into: destination)
  }
}

/// Bytes with a binary unit, for people.
public func formatBytes(_ count: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(count)
  var unit = 0
  while value >= 1024 && unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return unit == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[unit])
}
