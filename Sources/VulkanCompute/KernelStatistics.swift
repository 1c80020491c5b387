import CVulkan

/// What a driver says of the machine code of a kernel (VK_KHR_pipeline_executable_properties): registers, spills, scratch
/// and shared memory, occupancy. Which of these it says, and what it calls them, is up to the driver.
public struct KernelStatistics: Sendable {
  static let name = "VK_KHR_pipeline_executable_properties"

  public struct Value: Sendable {
    public let name: String
    /// 0 or 1 for what is true or false.
    public let number: Double
  }

  /// Name and variant.
  public let kernel: String
  public let subgroupSize: Int
  public let values: [Value]

  /// The first value whose name contains one of `words`, in lower case.
  public func first(_ words: String...) -> Double? {
    values.first { value in words.contains { value.name.lowercased().contains($0) } }?.number
  }
}

extension Kernel {
  /// - Throws: `VulkanError` where the device was not opened with `reportsKernels`.
  public func statistics() throws -> KernelStatistics {
    guard
      let list = device.function("vkGetPipelineExecutablePropertiesKHR", PFN_vkGetPipelineExecutablePropertiesKHR.self),
      let read = device.function("vkGetPipelineExecutableStatisticsKHR", PFN_vkGetPipelineExecutableStatisticsKHR.self)
    else { throw VulkanError(.unsupported, "\(device.description.name) does not say how it compiles kernels") }
    var pipelineInfo = VkPipelineInfoKHR()
    pipelineInfo.sType = VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR
    pipelineInfo.pipeline = pipeline
    var blankProperties = VkPipelineExecutablePropertiesKHR()
    blankProperties.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR
    let executables = try enumerate("reading what \(name) was compiled to", blankProperties) {
      list(device.handle, &pipelineInfo, $0, $1)
    }
    var info = VkPipelineExecutableInfoKHR()
    info.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR
    info.pipeline = pipeline
    var blank = VkPipelineExecutableStatisticKHR()
    blank.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR
    let statistics = try enumerate("reading what \(name) was compiled to", blank) {
      read(device.handle, &info, $0, $1)
    }
    return KernelStatistics(
      kernel: label, subgroupSize: Int(executables.first?.subgroupSize ?? 0),
      values: statistics.map { .init(name: text(of: $0.name), number: Self.number($0)) })
  }

  private static func number(_ statistic: VkPipelineExecutableStatisticKHR) -> Double {
    switch statistic.format {
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR: statistic.value.b32 != 0 ? 1 : 0
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR: Double(statistic.value.i64)
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR: Double(statistic.value.u64)
    default: statistic.value.f64
    }
  }
}
