import CVulkan
import Dispatch
import Foundation

/// Work handed to the device. `wait()` before reading what it wrote.
///
/// Sequences of commands alone go to the queue at once, one submission each, so that none keeps the device from other
/// work for longer than drivers allow. Where a sequence has steps of the host, a queue of the device hands over part by
/// part: commands, wait, host step, commands, … Submissions run in the order in which they were made.
public final class Submission {
  private let device: Device
  private let sequences: [CommandSequence]
  private let label: String
  private let fence: Fence
  /// Work on the queue of the device; nil where Vulkan has everything.
  private var hostWork: HostWork?
  private var isPending = false

  init(_ sequences: [CommandSequence], label: String, device: Device) throws {
    precondition(!sequences.isEmpty, "nothing to submit")
    self.label = label
    self.device = device
    self.sequences = sequences
    fence = try Fence(device: device)
    let parts = sequences.flatMap(\.parts)
    if sequences.contains(where: { $0.handOverCount > 0 }) {
      hostWork = HostWork(parts, fence: fence, label: label, on: device)
    } else {
      device.hostQueue.drain()  // what was submitted before comes first
      do {
        for (index, part) in parts.enumerated() {
          guard case .commands(let commands) = part else { continue }
          try commands.submit(signalling: index == parts.count - 1 ? fence.handle : nil, label)
        }
      } catch {
        vkQueueWaitIdle(device.queue)  // the parts before the one that failed are under way
        throw error
      }
    }
    isPending = true
  }

  deinit {
    guard isPending else { return }
    if let hostWork { _ = hostWork.wait() } else { try? fence.wait(label) }
  }

  /// Blocks until the device has finished.
  public func wait() throws {
    guard isPending else { return }
    isPending = false
    if let hostWork { try hostWork.wait().get() } else { try fence.wait(label) }
  }
}

/// The parts of a submission, run in order on the queue of the device.
private final class HostWork: @unchecked Sendable {
  private let done = DispatchGroup()
  private var result: Result<Void, any Error> = .success(())
  private var parts: [CommandSequence.Part]
  private var fence: Fence?

  init(_ parts: [CommandSequence.Part], fence: Fence, label: String, on device: Device) {
    self.parts = parts
    self.fence = fence
    done.enter()
    nonisolated(unsafe) let queue = device.queue
    device.hostQueue.perform { [self] in
      if let fence = self.fence { result = Result { try Self.run(self.parts, fence, label, queue) } }
      // Vulkan objects are released where they were made, by the caller, who still holds them.
      (self.parts, self.fence) = ([], nil)
      done.leave()
    }
  }

  /// Blocks until all parts have run, or one has failed.
  func wait() -> Result<Void, any Error> {
    done.wait()
    return result
  }

  private static func run(_ parts: [CommandSequence.Part], _ fence: Fence, _ label: String, _ queue: VkQueue) throws {
    // Commands alone may be under way.
    if case .host = parts.first { try check(vkQueueWaitIdle(queue), "working on \(label)") }
    for part in parts {
      switch part {
      case .commands(let commands):
        try commands.submit(signalling: fence.handle, label)
        try fence.waitAwake(label)
        try fence.reset()
      case .host(let step): step.run()
      }
    }
  }
}

private final class Fence {
  let handle: VkFence
  private let device: Device

  init(device: Device) throws {
    self.device = device
    var info = VkFenceCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO
    var fence: VkFence?
    try check(vkCreateFence(device.handle, &info, nil, &fence), "creating a fence")
    guard let fence else { throw VulkanError(.other, "vkCreateFence returned no fence") }
    handle = fence
  }

  deinit { vkDestroyFence(device.handle, handle, nil) }

  func wait(_ label: String) throws {
    try check(vkWaitForFences(device.handle, 1, [handle], 1, UInt64.max), "working on \(label)")
  }

  /// Looks out for the end for as long as short commands take, before it sleeps: waking up takes as long as they do.
  func waitAwake(_ label: String) throws {
    let end = ContinuousClock.now + .microseconds(100)
    repeat {
      let status = vkGetFenceStatus(device.handle, handle)
      if status == VK_SUCCESS { return }
      if status != VK_NOT_READY { try check(status, "working on \(label)") }
      sched_yield()  // to the thread of the device, where there are few processors
    } while ContinuousClock.now < end
    try wait(label)
  }

  func reset() throws { try check(vkResetFences(device.handle, 1, [handle]), "resetting a fence") }
}
