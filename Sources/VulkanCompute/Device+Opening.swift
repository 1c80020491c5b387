import CVulkan

extension Device {
  static func physicalDevices(
    of instance: Instance
  ) throws -> [(handle: VkPhysicalDevice, description: DeviceDescription)] {
    let handles = try enumerate("listing Vulkan devices", VkPhysicalDevice?.none) {
      let result = vkEnumeratePhysicalDevices(instance.handle, $0, $1)
      // What some drivers say where none of their hardware is there.
      return result == VK_ERROR_INITIALIZATION_FAILED ? VK_SUCCESS : result
    }
    return try handles.compactMap { $0 }.enumerated().map { index, handle in
      (handle, try DeviceDescription(index: index, physical: handle, instance: instance.handle))
    }
  }

  static func createDevice(
    _ physical: VkPhysicalDevice, family: UInt32, name: String, matrixUnits: Bool, reportsKernels: Bool
  ) throws -> VkDevice {
    let extensions = try DeviceDescription.extensions(of: physical)
    // Devices that are not fully conformant (MoltenVK) require that this extension is enabled when they list it.
    let enabled =
      ["VK_KHR_portability_subset"].filter(extensions.contains)
      + (matrixUnits ? CooperativeMatrices.extensions : []) + (reportsKernels ? [KernelStatistics.name] : [])
    guard !reportsKernels || extensions.contains(KernelStatistics.name) else {
      throw VulkanError(
        .unsupported, "the driver of \(name) does not say how it compiles kernels (\(KernelStatistics.name))")
    }
    var statistics = VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR()
    statistics.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR
    statistics.pipelineExecutableInfo = VkBool32(VK_TRUE)
    var priority: Float = 1
    var device: VkDevice?
    let result = withUnsafePointer(to: &priority) { priority in
      var queueInfo = VkDeviceQueueCreateInfo()
      queueInfo.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO
      queueInfo.queueFamilyIndex = family
      queueInfo.queueCount = 1
      queueInfo.pQueuePriorities = priority
      return withUnsafePointer(to: &queueInfo) { queueInfo in
        withCStrings(enabled) { enabled in
          var info = VkDeviceCreateInfo()
          info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO
          info.queueCreateInfoCount = 1
          info.pQueueCreateInfos = queueInfo
          info.enabledExtensionCount = UInt32(enabled.count)
          info.ppEnabledExtensionNames = enabled.baseAddress
          return withUnsafeMutablePointer(to: &statistics) { statistics in
            info.pNext = reportsKernels ? UnsafeRawPointer(statistics) : nil
            guard matrixUnits else { return vkCreateDevice(physical, &info, nil, &device) }
            return CooperativeMatrices.withFeatures { features in
              statistics.pointee.pNext = UnsafeMutableRawPointer(mutating: features)
              if !reportsKernels { info.pNext = features }
              return vkCreateDevice(physical, &info, nil, &device)
            }
          }
        }
      }
    }
    try check(result, "opening \(name)")
    guard let device else { throw VulkanError(.other, "vkCreateDevice returned no device") }
    return device
  }
}
