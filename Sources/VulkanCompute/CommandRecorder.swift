import CVulkan

/// Records dispatches and copies into one command sequence, or only counts what it would record.
///
/// Commands take effect as if each waited for all before it. Where a command really has to wait, because it touches memory
/// that an earlier one writes, or writes what an earlier one touches, the recorder puts a barrier before it; all others run
/// side by side ([decision 33](../../docs/decisions/0033-derived-barriers.md)). Commands between two barriers are a stage.
public final class CommandRecorder {
  let device: Device
  /// nil where commands are only counted.
  private var buffer: CommandBuffer?
  let sequence: CommandSequence
  /// Whether buffers may lack memory and no commands are recorded.
  public let onlyCounts: Bool
  /// Whether the command buffer in recording has neither dispatches nor copies.
  private var isEmpty = true
  /// What the commands recorded from now on are a part of, for timings: "rollout".
  public var phase = ""
  private var failure: (any Error)?
  /// What the commands of the stage in recording use.
  private var pending = PendingAccesses()
  /// Whether the stage in recording has no command.
  private var stageIsEmpty = true
  /// What the command buffer in recording has to do.
  private var work = Work()
  var sets: [SetKey: VkDescriptorSet] = [:]

  struct SetKey: Hashable {
    let kernel: ObjectIdentifier
    let windows: [Window]

    struct Window: Hashable {
      let buffer: ObjectIdentifier
      let offset: Int
      let count: Int
    }
  }

  init(device: Device, onlyCounts: Bool = false) throws {
    self.device = device
    self.onlyCounts = onlyCounts
    sequence = CommandSequence(device: device)
    try beginBuffer()
    barrier()  // after whatever the sequence submitted before this one wrote
  }

  /// Runs a kernel over a grid of workgroups.
  ///
  /// - Parameter work: What it has to do, for timings; nil where it passes over everything that is bound once.
  public func dispatch<Push: BitwiseCopyable>(
    _ kernel: Kernel, _ bindings: [String: BufferWindow], push: Push, groups x: Int, _ y: Int = 1, _ z: Int = 1,
    work: Work? = nil
  ) {
    withUnsafeBytes(of: push) { dispatch(kernel, bindings, pushBytes: $0, x, y, z, work) }
  }

  public func dispatch(
    _ kernel: Kernel, _ bindings: [String: BufferWindow], groups x: Int, _ y: Int = 1, _ z: Int = 1, work: Work? = nil
  ) {
    dispatch(kernel, bindings, pushBytes: UnsafeRawBufferPointer(start: nil, count: 0), x, y, z, work)
  }

  func dispatch(
    _ kernel: Kernel, _ bindings: [String: BufferWindow], pushBytes: UnsafeRawBufferPointer, _ x: Int, _ y: Int,
    _ z: Int, _ work: Work?
  ) {
    kernel.reflection.check(kernel.name, bindings, pushBytes: pushBytes.count)
    guard failure == nil, x > 0, y > 0, z > 0 else { return }
    begin(
      kernel.label, work ?? Work(passingOver: bindings.values),
      kernel.reflection.bindings.compactMap { binding in
        bindings[binding.name].map { PendingAccesses.Access(window: $0, isWritten: binding.isWritten) }
      })
    guard failure == nil else { return }
    do {
      try requireLimits(kernel, bindings, x, y, z)
      sequence.dispatchCount += 1
      sequence.retain(kernel)
      guard let commands = buffer?.handle else { return }
      var set: VkDescriptorSet? = try descriptorSet(kernel, bindings)
      vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel.pipeline)
      vkCmdBindDescriptorSets(
        commands, VK_PIPELINE_BIND_POINT_COMPUTE, kernel.pipelineLayout, 0, 1, &set, 0, nil)
      if pushBytes.count > 0 {
        vkCmdPushConstants(
          commands, kernel.pipelineLayout, VK_SHADER_STAGE_COMPUTE_BIT.rawValue, 0, UInt32(pushBytes.count),
          pushBytes.baseAddress)
      }
      vkCmdDispatch(commands, UInt32(x), UInt32(y), UInt32(z))
    } catch {
      failure = error
    }
  }

  /// What follows sees what came before: compute and transfer, all memory. Where the commands since the last submission
  /// take about as long as one may, what follows is the next.
  private func barrier() {
    pending.removeAll()
    stageIsEmpty = true
    if let bound = device.submissionBound, bound.isReached(by: work) {
      do {
        try endBuffer()
        try beginBuffer()
      } catch {
        failure = error
        return
      }
    }
    let stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue
    memoryBarrier(
      from: stages, VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue, to: stages,
      VK_ACCESS_SHADER_READ_BIT.rawValue | VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_READ_BIT.rawValue
        | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue)
  }

  /// Copies bytes between windows of equal size.
  public func copy(from source: BufferWindow, to target: BufferWindow) {
    guard failure == nil else { return }
    precondition(source.byteCount == target.byteCount, "copy between windows of different size")
    begin(
      "copy", Work(passingOver: [source, target]),
      [.init(window: source, isWritten: false), .init(window: target, isWritten: true)])
    guard failure == nil, buffer != nil else { return }
    sequence.retain(source.buffer)
    sequence.retain(target.buffer)
    copy(
      source.buffer.allocated, source.byteOffset, to: target.buffer.allocated, target.byteOffset,
      byteCount: source.byteCount)
  }

  /// Sets every word of the window.
  public func fill(_ window: BufferWindow, with word: UInt32) {
    guard failure == nil else { return }
    begin("fill", Work(passingOver: [window]), [.init(window: window, isWritten: true)])
    guard failure == nil, buffer != nil else { return }
    sequence.retain(window.buffer)
    fill(window.buffer.allocated, offset: window.byteOffset, byteCount: window.byteCount, with: word)
  }

  func copy(_ source: BufferStorage, _ sourceOffset: Int, to target: BufferStorage, _ targetOffset: Int, byteCount: Int)
  {
    var region = VkBufferCopy()
    region.srcOffset = VkDeviceSize(sourceOffset)
    region.dstOffset = VkDeviceSize(targetOffset)
    region.size = VkDeviceSize(byteCount)
    isEmpty = false
    guard let commands = buffer?.handle else { return }
    vkCmdCopyBuffer(commands, source.handle, target.handle, 1, &region)
  }

  func fill(_ storage: BufferStorage, offset: Int, byteCount: Int, with word: UInt32) {
    isEmpty = false
    guard let commands = buffer?.handle else { return }
    // vkCmdFillBuffer writes whole words; allocations are at least that long.
    vkCmdFillBuffer(commands, storage.handle, VkDeviceSize(offset), VkDeviceSize(byteCount & ~3), word)
  }

  /// Accounts for a command, which waits for those before it where it has to, and times it where all are timed.
  private func begin(_ label: String, _ work: Work, _ accesses: [PendingAccesses.Access]) {
    if pending.mustPrecede(accesses) { barrier() }
    guard failure == nil else { return }
    pending.insert(accesses)
    if stageIsEmpty { sequence.stageCount += 1 }
    stageIsEmpty = false
    if device.timesEveryDispatch { timestamp(label, work: work) }
    self.work = self.work + work
    isEmpty = false
  }

  /// Marks this point; `CommandSequence.timings()` gives the time between points after a submission.
  ///
  /// - Parameter work: What is done from here to the next point.
  public func timestamp(_ label: String, work: Work = Work()) {
    guard failure == nil else { return }
    do {
      try buffer?.mark(TimedPoint(phase: phase, label: label, work: work))
      isEmpty = false
    } catch {
      failure = error
    }
  }

  /// Runs `step` on the host after everything before it and before everything behind it. It finds what kernels wrote in
  /// `BufferWindow.mapped`, and they find what it writes there. It must not submit anything itself.
  ///
  /// - Parameters:
  ///   - label: What the step does, for timings.
  ///   - buffers: What the step uses; they live as long as the sequence.
  ///   - work: What it has to do, for timings.
  public func host(
    _ label: String, using buffers: [BufferWindow], work: Work = Work(), _ step: @escaping @Sendable () -> Void
  ) {
    guard failure == nil else { return }
    do {
      try endBuffer(beforeHostStep: true)
      sequence.append(.host(HostStep(TimedPoint(phase: phase, label: label, work: work), step)))
      for window in buffers { sequence.retain(window.buffer) }
      try beginBuffer()
      barrier()  // after whatever kernels wrote before the step
    } catch {
      failure = error
    }
  }

  func finish() throws -> CommandSequence {
    if failure == nil { try endBuffer() }
    if let failure { throw failure }
    return sequence
  }

  private func beginBuffer() throws {
    buffer = onlyCounts ? nil : try CommandBuffer(device: device)
    isEmpty = true
    work = Work()
  }

  /// Ends the command buffer in recording and appends it, unless it is empty beside a step of the host.
  private func endBuffer(beforeHostStep: Bool = false) throws {
    sequence.largestSubmissionFlops = max(sequence.largestSubmissionFlops, work.upperBound.flops)
    let isSuperfluous = isEmpty && (beforeHostStep || sequence.handOverCount > 0)
    guard let buffer else {
      if !isSuperfluous { sequence.countCommands() }
      return
    }
    if device.timesEveryDispatch, !isEmpty { try buffer.mark(TimedPoint(phase: "", label: "", work: Work())) }
    memoryBarrier(
      from: VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue,
      VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue,
      to: VK_PIPELINE_STAGE_HOST_BIT.rawValue, VK_ACCESS_HOST_READ_BIT.rawValue)
    try check(vkEndCommandBuffer(buffer.handle), "ending a command sequence")
    if !isSuperfluous { sequence.append(.commands(buffer)) }
  }

  private func memoryBarrier(
    from sourceStages: UInt32, _ sourceAccess: UInt32, to targetStages: UInt32, _ targetAccess: UInt32
  ) {
    guard let commands = buffer?.handle else { return }
    var barrier = VkMemoryBarrier()
    barrier.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER
    barrier.srcAccessMask = sourceAccess
    barrier.dstAccessMask = targetAccess
    vkCmdPipelineBarrier(commands, sourceStages, targetStages, 0, 1, &barrier, 0, nil, 0, nil)
  }
}
