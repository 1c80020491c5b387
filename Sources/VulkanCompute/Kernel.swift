import CVulkan

/// A compute pipeline whose bindings are known by name.
public final class Kernel {
  public let name: String
  /// What tells it from others of its name, in timings; may be empty.
  public let variant: String
  public let reflection: SPIRV
  /// The module, for tests that run other tools on it.
  public let words: [UInt32]

  let pipeline: VkPipeline
  let pipelineLayout: VkPipelineLayout
  let setLayout: VkDescriptorSetLayout
  private let module: VkShaderModule
  let device: Device

  /// Bindings that every kernel may have: devices are asked for as many storage buffers per stage.
  static let leastBindings = 16
  /// Bindings that a kernel may have on a device that allows as many (`DeviceDescription.bindingsPerKernel`).
  static let mostBindings = 20

  public var localSize: (x: Int, y: Int, z: Int) { reflection.localSize }

  /// Name and variant.
  var label: String { variant.isEmpty ? name : "\(name) \(variant)" }

  /// Workgroups along x for `count` invocations.
  public func groups(for count: Int) -> Int { (count + localSize.x - 1) / localSize.x }

  /// - Parameters:
  ///   - constants: Specialisation constants, by number; others have the values that the module gives them.
  ///   - subgroupSize: Of full subgroups; nil for what the driver chooses.
  init(
    name: String, variant: String = "", words: [UInt32], constants: [UInt32: UInt32] = [:], subgroupSize: Int? = nil,
    device: Device
  ) throws {
    self.name = name
    self.variant = variant
    self.words = words
    self.device = device
    let reflection = try SPIRV(words)
    self.reflection = reflection
    let handle = device.handle
    guard reflection.pushConstantBytes <= 128 else {
      throw VulkanError(
        .shaderCompilation, "\(name) has \(reflection.pushConstantBytes) bytes of push constants; 128 are allowed")
    }
    precondition(reflection.bindings.count <= Self.mostBindings, "\(name) has more than \(Self.mostBindings) bindings")
    let size = reflection.localSize
    guard size.x * size.y * size.z <= device.description.maxGroupInvocations else {
      throw VulkanError(
        .unsupported,
        "\(name) needs workgroups of \(size.x * size.y * size.z) invocations; "
          + "\(device.description.name) allows \(device.description.maxGroupInvocations)")
    }
    var module: VkShaderModule?
    try words.withUnsafeBufferPointer { words in
      var info = VkShaderModuleCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO
      info.codeSize = words.count * 4
      info.pCode = words.baseAddress
      try check(vkCreateShaderModule(handle, &info, nil, &module), "loading the kernel \(name)")
    }
    let bindings = reflection.bindings.map { binding in
      var layout = VkDescriptorSetLayoutBinding()
      layout.binding = binding.number
      layout.descriptorType = binding.kind.descriptorType
      layout.descriptorCount = 1
      layout.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
      return layout
    }
    var setLayout: VkDescriptorSetLayout?
    try bindings.withUnsafeBufferPointer { bindings in
      var info = VkDescriptorSetLayoutCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO
      info.bindingCount = UInt32(bindings.count)
      info.pBindings = bindings.baseAddress
      try check(vkCreateDescriptorSetLayout(handle, &info, nil, &setLayout), "creating the bindings of \(name)")
    }
    var range = VkPushConstantRange()
    range.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
    range.size = UInt32(reflection.pushConstantBytes)
    var pipelineLayout: VkPipelineLayout?
    try withUnsafePointer(to: &range) { range in
      try withUnsafePointer(to: &setLayout) { setLayout in
        var info = VkPipelineLayoutCreateInfo()
        info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO
        info.setLayoutCount = 1
        info.pSetLayouts = setLayout
        info.pushConstantRangeCount = reflection.pushConstantBytes > 0 ? 1 : 0
        info.pPushConstantRanges = range
        try check(vkCreatePipelineLayout(handle, &info, nil, &pipelineLayout), "creating the layout of \(name)")
      }
    }
    var pipeline: VkPipeline?
    try Self.withStage(module, constants, subgroupSize) { stage in
      var info = VkComputePipelineCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO
      info.stage = stage
      info.layout = pipelineLayout
      if device.reportsKernels { info.flags = VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR.rawValue }
      try check(
        vkCreateComputePipelines(handle, device.pipelineCache.handle, 1, &info, nil, &pipeline), "compiling \(name)")
    }
    guard let module, let setLayout, let pipelineLayout, let pipeline else {
      throw VulkanError(.other, "compiling \(name) returned no pipeline")
    }
    (self.module, self.setLayout, self.pipelineLayout, self.pipeline) = (module, setLayout, pipelineLayout, pipeline)
  }

  /// Calls `body` with the module as it is to be compiled.
  private static func withStage(
    _ module: VkShaderModule?, _ constants: [UInt32: UInt32], _ subgroupSize: Int?,
    _ body: (VkPipelineShaderStageCreateInfo) throws -> Void
  ) throws {
    let ordered = constants.sorted { $0.key < $1.key }
    let size = MemoryLayout<UInt32>.size
    let entries = ordered.enumerated().map { place, constant in
      VkSpecializationMapEntry(constantID: constant.key, offset: UInt32(place * size), size: size)
    }
    var subgroups = VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT()
    subgroups.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT
    subgroups.requiredSubgroupSize = UInt32(subgroupSize ?? 0)
    try "main".withCString { entry in
      try ordered.map(\.value).withUnsafeBytes { values in
        try entries.withUnsafeBufferPointer { entries in
          var specialisation = VkSpecializationInfo(
            mapEntryCount: UInt32(entries.count), pMapEntries: entries.baseAddress, dataSize: values.count,
            pData: values.baseAddress)
          try withUnsafePointer(to: &specialisation) { specialisation in
            try withUnsafePointer(to: &subgroups) { subgroups in
              var stage = VkPipelineShaderStageCreateInfo()
              stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO
              stage.stage = VK_SHADER_STAGE_COMPUTE_BIT
              stage.module = module
              stage.pName = entry
              if !constants.isEmpty { stage.pSpecializationInfo = specialisation }
              if subgroupSize != nil {
                stage.pNext = UnsafeRawPointer(subgroups)
                stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT.rawValue
              }
              try body(stage)
            }
          }
        }
      }
    }
  }

  deinit {
    vkDestroyPipeline(device.handle, pipeline, nil)
    vkDestroyPipelineLayout(device.handle, pipelineLayout, nil)
    vkDestroyDescriptorSetLayout(device.handle, setLayout, nil)
    vkDestroyShaderModule(device.handle, module, nil)
  }
}

extension SPIRV.BindingKind {
  var descriptorType: VkDescriptorType {
    self == .storageBuffer ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER : VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER
  }

  var texelFormat: VkFormat {
    self == .texelFloats ? VK_FORMAT_R32G32B32A32_SFLOAT : VK_FORMAT_R32G32B32A32_UINT
  }
}
