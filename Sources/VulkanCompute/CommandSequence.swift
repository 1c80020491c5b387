import CVulkan

/// Recorded commands with everything that they use; can be submitted many times.
///
/// A sequence is one command buffer, or several with steps of the host between them.
public final class CommandSequence {
  enum Part {
    case commands(CommandBuffer)
    case host(HostStep)
  }

  /// Kernel dispatches in the sequence.
  public internal(set) var dispatchCount = 0
  /// Stages: commands that run side by side, between two barriers or steps of the host.
  public internal(set) var stageCount = 0
  /// How often the host takes over: steps of the host that follow each other count once.
  public private(set) var handOverCount = 0

  /// Floating-point operations of the part that has most, if all rows were of every kind (`Work`): a part is submitted
  /// by itself.
  public internal(set) var largestSubmissionFlops = 0.0

  private(set) var parts: [Part] = []
  private let device: Device
  private var endsInHostStep = false
  private var pools: [VkDescriptorPool] = []
  private var setsLeft = 0
  private var retained: [ObjectIdentifier: AnyObject] = [:]

  init(device: Device) { self.device = device }

  deinit {
    for pool in pools { vkDestroyDescriptorPool(device.handle, pool, nil) }
  }

  func append(_ part: Part) {
    switch part {
    case .commands: countCommands()
    case .host:
      if !endsInHostStep { handOverCount += 1 }
      endsInHostStep = true
    }
    parts.append(part)
  }

  /// Commands have come that are only counted.
  func countCommands() { endsInHostStep = false }

  /// The kernels that the sequence dispatches, in no order: for tests that run other tools on them.
  public var kernels: [Kernel] { retained.values.compactMap { $0 as? Kernel } }

  /// Keeps an object alive as long as the sequence.
  func retain(_ object: AnyObject) { retained[ObjectIdentifier(object)] = object }

  /// Seconds from each timestamp to the next, as the first of the two is labelled, and seconds of every step of the host,
  /// in order. Valid after a submission was waited for.
  public func timings() throws -> [Timing] {
    try parts.flatMap { part in
      switch part {
      case .commands(let commands): try commands.timer?.read() ?? []
      case .host(let step): [step.point.timing(step.seconds, onHost: true)]
      }
    }
  }

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

/// A timestamp, or the beginning of a step of the host.
struct TimedPoint {
  let phase, label: String
  /// From here to the next point.
  let work: Work

  func timing(_ seconds: Double, onHost: Bool = false) -> Timing {
    Timing(phase: phase, label: label, seconds: seconds, work: work, isOnHost: onHost)
  }
}

/// Work of the host between two command buffers of a sequence.
final class HostStep {
  let point: TimedPoint
  /// Of the last time it ran.
  private(set) var seconds = 0.0
  private let work: @Sendable () -> Void

  init(_ point: TimedPoint, _ work: @escaping @Sendable () -> Void) {
    self.point = point
    self.work = work
  }

  func run() {
    let start = ContinuousClock.now
    work()
    seconds = (ContinuousClock.now - start).inSeconds
  }
}

/// One Vulkan command buffer of a sequence.
final class CommandBuffer {
  let handle: VkCommandBuffer
  private(set) var timer: DeviceTimer?
  private let device: Device

  /// A command buffer in recording.
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
    var begin = VkCommandBufferBeginInfo()
    begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
    begin.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT.rawValue  // the next update is queued behind this one
    try check(vkBeginCommandBuffer(handle, &begin), "beginning a command sequence")
  }

  deinit {
    var buffer: VkCommandBuffer? = handle
    vkFreeCommandBuffers(device.handle, device.commandPool, 1, &buffer)
  }

  func mark(_ point: TimedPoint) throws {
    let timer = try timer ?? DeviceTimer(device: device)
    self.timer = timer
    try timer.mark(point, in: handle)
  }

  func submit(signalling fence: VkFence?, _ label: String) throws {
    var buffer: VkCommandBuffer? = handle
    try withUnsafePointer(to: &buffer) { buffer in
      var info = VkSubmitInfo()
      info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO
      info.commandBufferCount = 1
      info.pCommandBuffers = buffer
      try check(vkQueueSubmit(device.queue, 1, &info, fence), "submitting \(label)")
    }
  }
}

/// Timestamps of one command buffer, in as many query pools as it takes.
final class DeviceTimer {
  private static let poolSize = 1024
  private let device: Device
  private var endsInHostStep = false
  private var pools: [VkQueryPool] = []
  private var points: [TimedPoint] = []

  init(device: Device) throws {
    guard device.description.timestampPeriod > 0 else {
      throw VulkanError(.unsupported, "\(device.description.name) has no timestamps")
    }
    self.device = device
  }

  deinit {
    for pool in pools { vkDestroyQueryPool(device.handle, pool, nil) }
  }

  func mark(_ point: TimedPoint, in commands: VkCommandBuffer) throws {
    let position = points.count % Self.poolSize
    if position == 0 { pools.append(try makePool(in: commands)) }
    vkCmdWriteTimestamp(
      commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pools[points.count / Self.poolSize], UInt32(position))
    points.append(point)
  }

  private func makePool(in commands: VkCommandBuffer) throws -> VkQueryPool {
    var info = VkQueryPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
    info.queryType = VK_QUERY_TYPE_TIMESTAMP
    info.queryCount = UInt32(Self.poolSize)
    var pool: VkQueryPool?
    try check(vkCreateQueryPool(device.handle, &info, nil, &pool), "creating a timestamp pool")
    guard let pool else { throw VulkanError(.other, "vkCreateQueryPool returned no pool") }
    vkCmdResetQueryPool(commands, pool, 0, UInt32(Self.poolSize))
    return pool
  }

  func read() throws -> [Timing] {
    var ticks = [UInt64](repeating: 0, count: pools.count * Self.poolSize)
    for (index, pool) in pools.enumerated() {
      let count = min(Self.poolSize, points.count - index * Self.poolSize)
      try ticks.withUnsafeMutableBytes { bytes in
        try check(
          vkGetQueryPoolResults(
            device.handle, pool, 0, UInt32(count), 8 * count, bytes.baseAddress! + 8 * index * Self.poolSize, 8,
            VK_QUERY_RESULT_64_BIT.rawValue | VK_QUERY_RESULT_WAIT_BIT.rawValue), "reading timestamps")
      }
    }
    return zip(points, zip(ticks, ticks.dropFirst())).prefix(max(points.count - 1, 0)).map { point, ticks in
      let passed = (ticks.1 &- ticks.0) & device.description.timestampMask
      return point.timing(Double(passed) * Double(device.description.timestampPeriod) * 1e-9)
    }
  }
}
