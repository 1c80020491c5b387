import CVulkan

/// What went wrong in Vulkan, with what was being done. Every `VkResult` of the engine ends here.
public struct VulkanError: Error, CustomStringConvertible, Equatable {
  public enum Kind: Sendable, Equatable {
    case outOfMemory, deviceLost, noDevice, unsupported, shaderCompilation, validation, other
    /// The choice of who multiplies matrices, and by which kernels, does not suit the device or the rest of what was asked.
    case unsuitableProducts
  }

  public let kind: Kind
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The error of a failed call: `operation` says what the engine was doing, for example "allocating 3 GiB for observations".
  init(_ operation: String, _ result: VkResult) {
    switch result {
    case VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_POOL_MEMORY:
      self.init(
        .outOfMemory,
        "out of memory while \(operation) (\(name(of: result))); use fewer environments or runs")
    case VK_ERROR_DEVICE_LOST:
      self.init(
        .deviceLost,
        "the device was lost while \(operation); run the command again")
    default:
      self.init(.other, "\(operation) failed: \(name(of: result))")
    }
  }
}

/// The one funnel from status codes to errors.
func check(_ result: VkResult, _ operation: @autoclosure () -> String) throws {
  if result != VK_SUCCESS && result != VK_INCOMPLETE { throw VulkanError(operation(), result) }
}

private func name(of result: VkResult) -> String {
  switch result {
  case VK_NOT_READY: "VK_NOT_READY"
  case VK_TIMEOUT: "VK_TIMEOUT"
  case VK_ERROR_OUT_OF_HOST_MEMORY: "VK_ERROR_OUT_OF_HOST_MEMORY"
  case VK_ERROR_OUT_OF_DEVICE_MEMORY: "VK_ERROR_OUT_OF_DEVICE_MEMORY"
  case VK_ERROR_INITIALIZATION_FAILED: "VK_ERROR_INITIALIZATION_FAILED"
  case VK_ERROR_DEVICE_LOST: "VK_ERROR_DEVICE_LOST"
  case VK_ERROR_MEMORY_MAP_FAILED: "VK_ERROR_MEMORY_MAP_FAILED"
  case VK_ERROR_LAYER_NOT_PRESENT: "VK_ERROR_LAYER_NOT_PRESENT"
  case VK_ERROR_EXTENSION_NOT_PRESENT: "VK_ERROR_EXTENSION_NOT_PRESENT"
  case VK_ERROR_FEATURE_NOT_PRESENT: "VK_ERROR_FEATURE_NOT_PRESENT"
  case VK_ERROR_INCOMPATIBLE_DRIVER: "VK_ERROR_INCOMPATIBLE_DRIVER"
  case VK_ERROR_TOO_MANY_OBJECTS: "VK_ERROR_TOO_MANY_OBJECTS"
  case VK_ERROR_OUT_OF_POOL_MEMORY: "VK_ERROR_OUT_OF_POOL_MEMORY"
  case VK_ERROR_INVALID_SHADER_NV: "VK_ERROR_INVALID_SHADER_NV"
  default: "VkResult \(result.rawValue)"
  }
}
