import CVulkan

/// Products of float16 fragments by the matrix units of a device: VK_NV_cooperative_matrix with 16 x 16 x 16 fragments of a
/// subgroup of 32, summed in float32 (`Shaders/Network/fragments.glsl`).
enum CooperativeMatrices {
  static let name = "VK_NV_cooperative_matrix"
  static let extensions = [name, "VK_KHR_shader_float16_int8"]

  /// Whether the device has the extensions, the features and the shape.
  static func areUsable(on physical: VkPhysicalDevice, of instance: VkInstance, subgroupSize: Int) throws -> Bool {
    let listed = try enumerate("listing device extensions", VkExtensionProperties()) {
      vkEnumerateDeviceExtensionProperties(physical, nil, $0, $1)
    }
    let names = Set(listed.map { text(of: $0.extensionName) })
    return try subgroupSize == 32 && extensions.allSatisfy(names.contains) && hasFeatures(physical)
      && hasShape(physical, instance)
  }

  /// Calls `body` with a chain of the features to enable.
  static func withFeatures<Result>(_ body: (UnsafeRawPointer) throws -> Result) rethrows -> Result {
    try withChain(enabled: VkBool32(VK_TRUE)) { matrices, _ in try body(UnsafeRawPointer(matrices)) }
  }

  private typealias MatrixFeatures = VkPhysicalDeviceCooperativeMatrixFeaturesNV
  private typealias NumberFeatures = VkPhysicalDeviceShaderFloat16Int8Features

  private static func withChain<Result>(
    enabled: VkBool32,
    _ body: (UnsafeMutablePointer<MatrixFeatures>, UnsafeMutablePointer<NumberFeatures>) throws -> Result
  ) rethrows -> Result {
    var numbers = NumberFeatures()
    numbers.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES
    numbers.shaderFloat16 = enabled
    var matrices = MatrixFeatures()
    matrices.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV
    matrices.cooperativeMatrix = enabled
    return try withUnsafeMutablePointer(to: &numbers) { numbers in
      matrices.pNext = UnsafeMutableRawPointer(numbers)
      return try withUnsafeMutablePointer(to: &matrices) { try body($0, numbers) }
    }
  }

  private static func hasFeatures(_ physical: VkPhysicalDevice) -> Bool {
    withChain(enabled: VkBool32(VK_FALSE)) { matrices, numbers in
      var features = VkPhysicalDeviceFeatures2()
      features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
      features.pNext = UnsafeMutableRawPointer(matrices)
      vkGetPhysicalDeviceFeatures2(physical, &features)
      return matrices.pointee.cooperativeMatrix != 0 && numbers.pointee.shaderFloat16 != 0
    }
  }

  private static func hasShape(_ physical: VkPhysicalDevice, _ instance: VkInstance) throws -> Bool {
    guard let address = vkGetInstanceProcAddr(instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesNV") else {
      return false
    }
    let list = unsafeBitCast(address, to: PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesNV.self)
    var blank = VkCooperativeMatrixPropertiesNV()
    blank.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV
    return try enumerate("listing shapes of cooperative matrices", blank) { list(physical, $0, $1) }
      .contains { shape in
        (shape.MSize, shape.NSize, shape.KSize) == (16, 16, 16) && shape.scope == VK_SCOPE_SUBGROUP_NV
          && shape.AType == VK_COMPONENT_TYPE_FLOAT16_NV && shape.BType == VK_COMPONENT_TYPE_FLOAT16_NV
          && shape.CType == VK_COMPONENT_TYPE_FLOAT32_NV && shape.DType == VK_COMPONENT_TYPE_FLOAT32_NV
      }
  }
}
