import CVulkan

/// Recorded commands with everything that they use; can be submitted many times.
public final class CommandSequence {
  /// Kernel dispatches in the sequence.
  public internal(set) var dispatchCount = 0

  let handle: VkCommandBuffer
  private let device: Device
  private var pools: [VkDescriptorPool] = []
  private var setsLeft = 0
  private var retained: [ObjectIdentifier: AnyObject] = [:]
  private var deviceTimer: DeviceTimer?

  init(device: Device) throws {
    self.device = device
    var info = VkCommandBufferAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO
    info.commandPool = device.commandPool
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY
    info.commandBufferCount = 1
    var buffer: VkCommandBuffer?
    try check(vkAllocateCommandBuffers(device.handle, &info, &buffer), "allocating a command buffer")
    guard let buffer else { throw VulkanError(.other, "vkAllocateCommandBuffers returned no command buffer") }
    handle = buffer
  }

  deinit {
    for pool in pools { vkDestroyDescriptorPool(device.handle, pool, nil) }
    var buffer: VkCommandBuffer? = handle
    vkFreeCommandBuffers(device.handle, device.commandPool, 1, &buffer)
  }

  /// The kernels that the sequence dispatches, in no order: for tests that run other tools on them.
  public var kernels: [Kernel] { retained.values.compactMap { $0 as? Kernel } }

  /// Keeps an object alive as long as the sequence.
  func retain(_ object: AnyObject) { retained[ObjectIdentifier(object)] = object }

  func timer() throws -> DeviceTimer {
    if let deviceTimer { return deviceTimer }
    let timer = try DeviceTimer(device: device, commands: handle)
    deviceTimer = timer
    return timer
  }

  /// Seconds from each timestamp to the next, with the label of the first of the two. Valid after a submission was waited for.
  public func timings() throws -> [(label: String, seconds: Double)] { try deviceTimer?.read() ?? [] }

  func allocateSet(layout: VkDescriptorSetLayout) throws -> VkDescriptorSet {
    let setsPerPool = 256
    if setsLeft == 0 {
      let types = [VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER]
      let sizes = types.map {
        VkDescriptorPoolSize(type: $0, descriptorCount: UInt32(setsPerPool * Kernel.mostBindings))
      }
      var pool: VkDescriptorPool?
      try sizes.withUnsafeBufferPointer { sizes in
        var info = VkDescriptorPoolCreateInfo()
        info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO
        info.maxSets = UInt32(setsPerPool)
        info.poolSizeCount = UInt32(sizes.count)
        info.pPoolSizes = sizes.baseAddress
        try check(vkCreateDescriptorPool(device.handle, &info, nil, &pool), "creating a descriptor pool")
      }
      if let pool { pools.append(pool) }
      setsLeft = setsPerPool
    }
    var set: VkDescriptorSet?
    var layout: VkDescriptorSetLayout? = layout
    try withUnsafePointer(to: &layout) { layout in
      var info = VkDescriptorSetAllocateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO
      info.descriptorPool = pools[pools.count - 1]
      info.descriptorSetCount = 1
      info.pSetLayouts = layout
      try check(vkAllocateDescriptorSets(device.handle, &info, &set), "allocating a descriptor set")
    }
    guard let set else { throw VulkanError(.other, "vkAllocateDescriptorSets returned no set") }
    setsLeft -= 1
    return set
  }
}

/// Work handed to the device. `wait()` before reading what it wrote.
public final class Submission {
  private let device: Device
  private let fence: VkFence
  private let sequences: [CommandSequence]
  private let label: String
  private var isPending = false

  /// One submission per sequence, so that none keeps the device from other work for longer than drivers allow.
  init(_ sequences: [CommandSequence], label: String, device: Device) throws {
    precondition(!sequences.isEmpty, "nothing to submit")
    self.label = label
    self.device = device
    self.sequences = sequences
    var fenceInfo = VkFenceCreateInfo()
    fenceInfo.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO
    var fence: VkFence?
    try check(vkCreateFence(device.handle, &fenceInfo, nil, &fence), "creating a fence")
    guard let fence else { throw VulkanError(.other, "vkCreateFence returned no fence") }
    self.fence = fence
    for (index, sequence) in sequences.enumerated() {
      let isLast = index == sequences.count - 1
      var buffer: VkCommandBuffer? = sequence.handle
      try withUnsafePointer(to: &buffer) { buffer in
        var info = VkSubmitInfo()
        info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO
        info.commandBufferCount = 1
        info.pCommandBuffers = buffer
        try check(vkQueueSubmit(device.queue, 1, &info, isLast ? fence : nil), "submitting \(label)")
      }
    }
    isPending = true
  }

  deinit {
    if isPending { vkWaitForFences(device.handle, 1, [fence], 1, UInt64.max) }
    vkDestroyFence(device.handle, fence, nil)
  }

  /// Blocks until the device has finished.
  public func wait() throws {
    guard isPending else { return }
    isPending = false
    try check(vkWaitForFences(device.handle, 1, [fence], 1, UInt64.max), "working on \(label)")
  }
}

/// Timestamps of one command sequence.
final class DeviceTimer {
  private static let capacity = 4096
  private let device: Device
  private let pool: VkQueryPool
  private var labels: [String] = []

  init(device: Device, commands: VkCommandBuffer) throws {
    guard device.description.timestampPeriod > 0 else {
      throw VulkanError(.unsupported, "\(device.description.name) has no timestamps")
    }
    self.device = device
    var info = VkQueryPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
    info.queryType = VK_QUERY_TYPE_TIMESTAMP
    info.queryCount = UInt32(Self.capacity)
    var pool: VkQueryPool?
    try check(vkCreateQueryPool(device.handle, &info, nil, &pool), "creating a timestamp pool")
    guard let pool else { throw VulkanError(.other, "vkCreateQueryPool returned no pool") }
    self.pool = pool
    vkCmdResetQueryPool(commands, pool, 0, UInt32(Self.capacity))
  }

  deinit { vkDestroyQueryPool(device.handle, pool, nil) }

  func mark(_ label: String, in commands: VkCommandBuffer) throws {
    guard labels.count < Self.capacity else {
      throw VulkanError(.other, "more than \(Self.capacity) timestamps in one command sequence")
    }
    vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, UInt32(labels.count))
    labels.append(label)
  }

  func read() throws -> [(label: String, seconds: Double)] {
    var ticks = [UInt64](repeating: 0, count: labels.count)
    try ticks.withUnsafeMutableBytes { bytes in
      try check(
        vkGetQueryPoolResults(
          device.handle, pool, 0, UInt32(labels.count), bytes.count, bytes.baseAddress, 8,
          VK_QUERY_RESULT_64_BIT.rawValue | VK_QUERY_RESULT_WAIT_BIT.rawValue), "reading timestamps")
    }
    return zip(labels, zip(ticks, ticks.dropFirst())).map { label, ticks in
      (label, Double(ticks.1 &- ticks.0) * Double(device.description.timestampPeriod) * 1e-9)
    }
  }
}
