import CVulkan

/// How the matrix units of a device multiply: subgroups of a size compute C (rows, columns) += A (rows, depth) B (depth,
/// columns), float16 operands and float32 sums.
public struct MatrixUnits: Hashable, Sendable {
  public let rows, columns, depth: Int
  public let subgroupSize: Int

  public init(rows: Int, columns: Int, depth: Int, subgroupSize: Int) {
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    self.subgroupSize = subgroupSize
  }

  /// What CPU devices emulate.
  public static let emulated = MatrixUnits(rows: 16, columns: 16, depth: 16, subgroupSize: 32)
}

/// Products of float16 fragments by the matrix units of a device: VK_KHR_cooperative_matrix
/// (`Shaders/Network/fragments.glsl`). Kernels with such products ask for full subgroups of one size, which drivers need
/// not choose by themselves, and round fragments to float16 with ties to even.
enum CooperativeMatrices {
  static let name = "VK_KHR_cooperative_matrix"
  /// Modules with such products are in the Vulkan memory model, and have float16 as a type.
  static let extensions = [
    name, "VK_KHR_vulkan_memory_model", "VK_KHR_shader_float16_int8", "VK_EXT_subgroup_size_control",
    "VK_KHR_shader_float_controls",
  ]
  /// Rows, columns and depth that kernels can be made for, the best first.
  private static let shapes = [(16, 16, 16), (16, 8, 16), (8, 16, 16), (8, 8, 16)]
  private static let preferredSubgroupSize: UInt32 = 32

  // Of VkStructureType, which headers may be too old for.
  private static let featuresType = VkStructureType(rawValue: 1_000_506_000)
  private static let shapeType = VkStructureType(rawValue: 1_000_506_001)
  private static let propertiesType = VkStructureType(rawValue: 1_000_506_002)

  /// What a device of Vulkan 1.1 or later that lists extensions `listed` has; nil where kernels cannot use it.
  static func units(of physical: VkPhysicalDevice, _ instance: VkInstance, listed: Set<String>) -> MatrixUnits? {
    guard extensions.allSatisfy(listed.contains), hasFeatures(physical), let subgroupSize = subgroupSize(physical),
      let (rows, columns, depth) = shape(physical, instance)
    else { return nil }
    return MatrixUnits(rows: rows, columns: columns, depth: depth, subgroupSize: subgroupSize)
  }

  /// Calls `body` with a chain of the features to enable.
  static func withFeatures<Result>(_ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    try withChain(enabled: VkBool32(VK_TRUE)) { chain in try body(UnsafeRawPointer(chain.matrices)) }
  }

  private struct Chain {
    let matrices: UnsafeMutablePointer<VkPhysicalDeviceCooperativeMatrixFeaturesKHR>
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
    var matrices = VkPhysicalDeviceCooperativeMatrixFeaturesKHR()
    matrices.sType = featuresType
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

  /// Invocations of the subgroups to ask for: 32, or the nearest that there is; nil where compute kernels have no matrix
  /// units, cannot ask, or cannot round to float16.
  private static func subgroupSize(_ physical: VkPhysicalDevice) -> Int? {
    var rounding = VkPhysicalDeviceFloatControlsProperties()
    rounding.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES
    var sizes = VkPhysicalDeviceSubgroupSizeControlPropertiesEXT()
    sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT
    var stages = VkPhysicalDeviceCooperativeMatrixPropertiesKHR()
    stages.sType = propertiesType
    return withUnsafeMutablePointer(to: &rounding) { rounding in
      sizes.pNext = UnsafeMutableRawPointer(rounding)
      return withUnsafeMutablePointer(to: &sizes) { sizes in
        stages.pNext = UnsafeMutableRawPointer(sizes)
        return withUnsafeMutablePointer(to: &stages) { stages in
          var properties = VkPhysicalDeviceProperties2()
          properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
          properties.pNext = UnsafeMutableRawPointer(stages)
          vkGetPhysicalDeviceProperties2(physical, &properties)
          let compute = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
          guard stages.pointee.cooperativeMatrixSupportedStages & compute != 0,
            sizes.pointee.requiredSubgroupSizeStages & compute != 0,
            rounding.pointee.shaderRoundingModeRTEFloat16 != 0
          else { return nil }
          return Int(min(max(preferredSubgroupSize, sizes.pointee.minSubgroupSize), sizes.pointee.maxSubgroupSize))
        }
      }
    }
  }

  private static func shape(_ physical: VkPhysicalDevice, _ instance: VkInstance) -> (Int, Int, Int)? {
    guard let address = vkGetInstanceProcAddr(instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR") else {
      return nil
    }
    let list = unsafeBitCast(address, to: PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR.self)
    var blank = VkCooperativeMatrixPropertiesKHR()
    blank.sType = shapeType
    let listed = (try? enumerate("listing shapes of cooperative matrices", blank) { list(physical, $0, $1) }) ?? []
    func has(_ shape: (Int, Int, Int), sums: VkComponentTypeKHR) -> Bool {
      listed.contains { one in
        (Int(one.MSize), Int(one.NSize), Int(one.KSize)) == shape && one.scope == VK_SCOPE_SUBGROUP_KHR
          && one.AType == VK_COMPONENT_TYPE_FLOAT16_KHR && one.BType == VK_COMPONENT_TYPE_FLOAT16_KHR
          && one.CType == sums && one.ResultType == sums
      }
    }
    // Sums of float16 are not used, but make fragments of C possible that are float16, as they are in memory.
    return shapes.first { has($0, sums: VK_COMPONENT_TYPE_FLOAT32_KHR) && has($0, sums: VK_COMPONENT_TYPE_FLOAT16_KHR) }
  }
}
