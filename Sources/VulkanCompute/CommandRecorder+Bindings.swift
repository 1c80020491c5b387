import CVulkan

// What a dispatch binds: within the limits of the device, in descriptor sets that dispatches of a sequence share.
extension CommandRecorder {
  func descriptorSet(_ kernel: Kernel, _ bindings: [String: BufferWindow]) throws -> VkDescriptorSet {
    let ordered = ordered(kernel, bindings)
    let key = SetKey(
      kernel: ObjectIdentifier(kernel),
      windows: ordered.map {
        SetKey.Window(
          buffer: ObjectIdentifier($0.window.buffer), offset: $0.window.byteOffset, count: $0.window.byteCount)
      })
    if let set = sets[key] { return set }
    let set = try sequence.allocateSet(layout: kernel.setLayout)
    for (binding, window) in ordered {
      let storage = window.buffer.allocated
      sequence.retain(window.buffer)
      var write = VkWriteDescriptorSet()
      write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET
      write.dstSet = set
      write.dstBinding = binding.number
      write.descriptorCount = 1
      write.descriptorType = binding.kind.descriptorType
      if binding.kind == .storageBuffer {
        var info = VkDescriptorBufferInfo()
        info.buffer = storage.handle
        info.offset = VkDeviceSize(window.byteOffset)
        info.range = VkDeviceSize(window.byteCount)
        withUnsafePointer(to: &info) { info in
          write.pBufferInfo = info
          vkUpdateDescriptorSets(device.handle, 1, &write, 0, nil)
        }
      } else {
        let range = window.byteCount & ~15
        var view: VkBufferView? = try storage.view(
          format: binding.kind.texelFormat, offset: window.byteOffset, range: range)
        withUnsafePointer(to: &view) { view in
          write.pTexelBufferView = view
          vkUpdateDescriptorSets(device.handle, 1, &write, 0, nil)
        }
      }
    }
    sets[key] = set
    return set
  }

  /// - Throws: `VulkanError` where the device does not allow the grid or the size of a binding.
  func requireLimits(_ kernel: Kernel, _ bindings: [String: BufferWindow], _ x: Int, _ y: Int, _ z: Int) throws {
    let limit = device.description.maxGroupCount
    guard x <= limit.x, y <= limit.y, z <= limit.z else {
      throw VulkanError(
        .unsupported,
        "\(kernel.name) over \(x) x \(y) x \(z) workgroups exceeds this device's "
          + "\(limit.x) x \(limit.y) x \(limit.z); use fewer environments or runs")
    }
    for (binding, window) in ordered(kernel, bindings) {
      let limit =
        binding.kind == .storageBuffer
        ? device.description.maxStorageBufferRange : device.description.maxTexelBufferElements * 16
      guard window.byteCount <= limit else {
        throw VulkanError(
          .unsupported,
          "\(kernel.name) would bind \(formatBytes(window.byteCount)) of \(window.buffer.name), and "
            + "\(device.description.name) allows \(formatBytes(limit)) in one binding; use fewer environments or a "
            + "shorter rollout")
      }
    }
  }

  private func ordered(_ kernel: Kernel, _ bindings: [String: BufferWindow]) -> [(
    binding: SPIRV.Binding, window: BufferWindow
  )] { kernel.reflection.bindings.map { ($0, bindings[$0.name]!) } }
}
