import CVulkan

/// Products of float16 fragments by the matrix units of a device: VK_NV_cooperative_matrix with 16 x 16 x 16 fragments of a
/// subgroup of 32, summed in float32 (`Shaders/Network/fragments.glsl`). Kernels with such products ask for subgroups of
/// that size that are full, which drivers need not choose by themselves.
enum CooperativeMatrices {
  static let name = "VK_NV_cooperative_matrix"
  /// Modules with such products are in the Vulkan memory model, and have float16 as a type.
  static let extensions = [
    name, "VK_KHR_vulkan_memory_model", "VK_KHR_shader_float16_int8", "VK_EXT_subgroup_size_control",
  ]
  static let subgroupSize: UInt32 = 32

  /// Whether a device of Vulkan 1.1 or later that lists extensions `listed` has the features and the shape.
  static func areUsable(on physical: VkPhysicalDevice, of instance: VkInstance, listed: Set<String>) -> Bool {
    extensions.allSatisfy(listed.contains) && hasFeatures(physical) && worksInKernels(physical)
      && hasShape(physical, instance)
  }

  /// Calls `body` with a chain of the features to enable.
  static func withFeatures<Result>(_ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    try withChain(enabled: VkBool32(VK_TRUE)) { chain in try body(UnsafeRawPointer(chain.matrices)) }
  }

  private struct Chain {
    let matrices: UnsafeMutablePointer<VkPhysicalDeviceCooperativeMatrixFeaturesNV>
    let memoryModel: UnsafeMutablePointer<VkPhysicalDeviceVulkanMemoryModelFeatures>
    let numbers: UnsafeMutablePointer<VkPhysicalDeviceShaderFloat16Int8Features>
    let subgroups: UnsafeMutablePointer<VkPhysicalDeviceSubgroupSizeControlFeaturesEXT>
  }

  private static func withChain<Result>(enabled: VkBool32, _ body: (Chain) throws -> Result) rethrows -> Result {
    var subgroups = VkPhysicalDeviceSubgroupSizeControlFeaturesEXT()
    subgroups.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT
    (subgroups.subgroupSizeControl, subgroups.computeFullSubgroups) = (enabled, enabled)
    var numbers = VkPhysicalDeviceShaderFloat16Int8Features()
    numbers.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES
    numbers.shaderFloat16 = enabled
    var memoryModel = VkPhysicalDeviceVulkanMemoryModelFeatures()
    memoryModel.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES
    memoryModel.vulkanMemoryModel = enabled
    var matrices = VkPhysicalDeviceCooperativeMatrixFeaturesNV()
    matrices.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV
    matrices.cooperativeMatrix = enabled
    return try withUnsafeMutablePointer(to: &subgroups) { subgroups in
      numbers.pNext = UnsafeMutableRawPointer(subgroups)
      return try withUnsafeMutablePointer(to: &numbers) { numbers in
        memoryModel.pNext = UnsafeMutableRawPointer(numbers)
        return try withUnsafeMutablePointer(to: &memoryModel) { memoryModel in
          matrices.pNext = UnsafeMutableRawPointer(memoryModel)
          return try withUnsafeMutablePointer(to: &matrices) { matrices in
            try body(Chain(matrices: matrices, memoryModel: memoryModel, numbers: numbers, subgroups: subgroups))
          }
        }
      }
    }
  }

  private static func hasFeatures(_ physical: VkPhysicalDevice) -> Bool {
    withChain(enabled: VkBool32(VK_FALSE)) { chain in
      var features = VkPhysicalDeviceFeatures2()
      features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
      features.pNext = UnsafeMutableRawPointer(chain.matrices)
      vkGetPhysicalDeviceFeatures2(physical, &features)
      return chain.matrices.pointee.cooperativeMatrix != 0 && chain.memoryModel.pointee.vulkanMemoryModel != 0
        && chain.numbers.pointee.shaderFloat16 != 0 && chain.subgroups.pointee.subgroupSizeControl != 0
        && chain.subgroups.pointee.computeFullSubgroups != 0
    }
  }

  private static func worksInKernels(_ physical: VkPhysicalDevice) -> Bool {
    var sizes = VkPhysicalDeviceSubgroupSizeControlPropertiesEXT()
    sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT
    var stages = VkPhysicalDeviceCooperativeMatrixPropertiesNV()
    stages.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_PROPERTIES_NV
    return withUnsafeMutablePointer(to: &sizes) { sizes in
      stages.pNext = UnsafeMutableRawPointer(sizes)
      return withUnsafeMutablePointer(to: &stages) { stages in
        var properties = VkPhysicalDeviceProperties2()
        properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
        properties.pNext = UnsafeMutableRawPointer(stages)
        vkGetPhysicalDeviceProperties2(physical, &properties)
        let compute = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
        let possible = sizes.pointee.minSubgroupSize...max(sizes.pointee.minSubgroupSize, sizes.pointee.maxSubgroupSize)
        return stages.pointee.cooperativeMatrixSupportedStages & compute != 0
          && sizes.pointee.requiredSubgroupSizeStages & compute != 0 && possible.contains(subgroupSize)
      }
    }
  }

  private static func hasShape(_ physical: VkPhysicalDevice, _ instance: VkInstance) -> Bool {
    guard let address = vkGetInstanceProcAddr(instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesNV") else {
      return false
    }
    let list = unsafeBitCast(address, to: PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV.self)
    var blank = VkCooperativeMatrixPropertiesNV()
    blank.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV
    let shapes = try? enumerate("listing shapes of cooperative matrices", blank) { list(physical, $0, $1) }
    return (shapes ?? []).contains { shape in
      (shape.MSize, shape.NSize, shape.KSize) == (16, 16, 16) && shape.scope == VK_SCOPE_SUBGROUP_NV
        && shape.AType == VK_COMPONENT_TYPE_FLOAT16_NV && shape.BType == VK_COMPONENT_TYPE_FLOAT16_NV
        && shape.CType == VK_COMPONENT_TYPE_FLOAT32_NV && shape.DType == VK_COMPONENT_TYPE_FLOAT32_NV
    }
  }
}
